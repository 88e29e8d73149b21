package config

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/addressindex"
	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/monolith-chain/monolith/shared/pow"
)

// Sources are where settings come from. A flag beats the environment, which
// beats the file, which beats the defaults.
type Sources struct {
	Flags       map[string]string // as typed, by option name
	Environment []string          // as from os.Environ
}

// Load puts a configuration together and checks it. All faults are reported at
// once, each with the flag, variable or key that it is about.
func Load(src Sources) (*Config, error) {
	cfg := DefaultConfig()
	cfg.origin = make(map[string]string)
	options := cfg.options()
	var faults []error

	apply := func(o Option, text, from string) {
		if err := o.value.set(text); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", from, err))
			return
		}
		cfg.origin[o.Name] = from
	}

	env, warnings := readEnvironment(src.Environment, options)
	cfg.warnings = warnings
	path := src.Flags["config"]
	if path == "" {
		path = env["config"]
	}
	if path != "" {
		file, err := readFile(path, options)
		if err != nil {
			faults = append(faults, unjoin(err)...)
		}
		for key, o := range sortedKeys(fileKeys(options)) {
			if text, ok := file[o.Name]; ok {
				apply(o, text, path+": "+key)
			}
		}
	}
	for _, o := range options {
		if text, ok := env[o.Name]; ok {
			apply(o, text, o.Env())
		}
		if text, ok := src.Flags[o.Name]; ok {
			apply(o, text, o.Flag())
		}
	}
	faults = append(faults, cfg.settle()...)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return cfg, nil
}

// sortedKeys visits a map in the order of its keys.
func sortedKeys[V any](m map[string]V) func(yield func(string, V) bool) {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

// readEnvironment returns what the environment sets, by option name. An empty
// variable sets nothing, since Compose files and shells pass on unset ones so.
//
// An unknown variable with our prefix gets only a warning: Kubernetes makes
// some of its own (MONOLITH_SERVICE_HOST, MONOLITH_PORT ...) for a service
// named monolith.
func readEnvironment(environment []string, options []Option) (map[string]string, []string) {
	byVariable := make(map[string]Option)
	var known []string
	for _, o := range options {
		byVariable[o.Env()] = o
		known = append(known, o.Env())
	}
	set := make(map[string]string)
	var warnings []string
	for _, entry := range environment {
		variable, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(variable, envPrefix) || text == "" {
			continue
		}
		if o, ok := byVariable[variable]; ok {
			set[o.Name] = text
			continue
		}
		warnings = append(warnings, fmt.Sprintf("unknown environment variable %s%s", variable, DidYouMean(variable, known, "")))
	}
	return set, warnings
}

// longestSocket is the length of the longest path that a socket may have on
// every system. A data directory that lies deep must not keep a node from
// starting which nobody asked for IPC.
const longestSocket = 103

// settle fills in the defaults that depend on other settings and checks what
// concerns several of them.
func (c *Config) settle() []error {
	faults := append(c.settleNetwork(), c.settleHistory()...)
	conflict := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	if rest, ok := strings.CutPrefix(c.DataDir, "~/"); ok { // no shell has seen a file's or Compose's
		if home, err := os.UserHomeDir(); err == nil {
			c.DataDir = filepath.Join(home, rest)
		}
	}
	c.DB.Dir, c.DB.Memory = c.DataDir, c.DataDir == ""
	c.DB.CacheMB = c.CacheMB / 2
	c.Chain.CacheMB = c.CacheMB - c.DB.CacheMB

	preset := c.Network != ""
	if !c.Set("mine") {
		// One command gives a chain that lives. On a network of one's own it
		// is for its owner to say which nodes mine, and for whom.
		c.Miner.Enabled = preset
	}
	if preset && !c.Set("miner.etherbase") {
		c.Miner.Etherbase = DevAccounts()[0]
		if c.Dev {
			// So that the accounts which tests work with have what they expect.
			c.Miner.Etherbase = DevBankAddress()
		}
	}
	if c.Miner.Enabled && c.Miner.Etherbase == (common.Address{}) {
		conflict("%s: needs an account to pay: set --miner.etherbase ADDRESS", c.from("mine"))
	}
	if c.genesis != nil {
		if !c.Set("miner.gaslimit") {
			c.Miner.GasLimit = c.genesis.Core.GasLimit
		}
		if c.Miner.DevPeriod > 0 && !c.genesis.Pow.Instant() {
			conflict("%s: the network %s makes blocks by work; only a development chain makes them on demand", c.from("dev.period"), c.NetworkName())
		}
		if c.Set(noderpc.FlagFaucetAmount) && c.RPC.Faucet.Amount.Sign() > 0 && !c.Dev {
			conflict("%s: on the network %s nobody has money to give away; only a development chain (--dev) does", c.from(noderpc.FlagFaucetAmount), c.NetworkName())
		}
		if c.genesis.Pow.Engine == pow.EngineStock {
			if !c.AllowStockEngine {
				conflict("%s: config.pow.engine: \"stock\" checks no proofs and is for tests: it needs --unsafe-stock-consensus", c.GenesisFile)
			}
			if c.Miner.Enabled {
				conflict("%s: the stock engine cannot mine", c.from("mine"))
			}
		}
	}

	if c.genesis != nil && (c.genesis.Pow.Instant() || c.genesis.Pow.Engine == pow.EngineStock) && !c.Set("p2p") {
		// A development chain is one process: its blocks cost nothing, so that
		// others could replace them at will.
		c.Peers = false
	}
	if !c.Set(nodep2p.FlagDiscoveryPort) {
		c.P2P.DiscoveryPort = 0
		if c.P2P.Port > 0 && c.P2P.Port < math.MaxUint16 {
			c.P2P.DiscoveryPort = c.P2P.Port + 1
		}
	}

	if c.Dev {
		c.settleDevRPC()
	}
	if !c.RPC.HTTP {
		if c.RPC.WS && c.Set("ws") {
			conflict("%s: WebSocket is served on the HTTP port, which %s switches off", c.from("ws"), c.from("http"))
		}
		c.RPC.WS = false
	}
	c.settleAuth()
	faults = append(faults, c.settleWallet()...)
	c.RPC.IPCPath = c.inDataDir(c.ipcPath)
	if len(c.RPC.IPCPath) > longestSocket && !c.Set("ipcpath") && !c.ipcDisable {
		c.warnings = append(c.warnings, fmt.Sprintf("no IPC: the path %s is too long for a socket, choose another with --ipcpath", c.RPC.IPCPath))
		c.RPC.IPCPath = ""
	}
	if c.ipcDisable {
		c.RPC.IPCPath = ""
	}
	if !c.Set(monitor.FlagDisk) {
		c.Monitor.Ready.DiskMB = c.DB.MinFreeDiskMB // below it no block is written
	}
	if c.Monitor.Ready.Peers > 0 && !c.Peers {
		conflict("%s: the node has no peers without --p2p, and would never be ready", c.from(monitor.FlagPeers))
	}
	checks := []error{c.DB.Validate(), c.RPC.Validate(), c.Monitor.Validate()}
	if c.Peers {
		checks = append(checks, c.P2P.Validate())
	}
	for _, err := range checks {
		if err != nil {
			faults = append(faults, unjoin(err)...)
		}
	}
	return faults
}

// settleNetwork decides which network it is and loads its genesis.
func (c *Config) settleNetwork() (faults []error) {
	conflict := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	if c.GenesisFile == "" && c.Network == "" {
		conflict("%s: empty, but no genesis file is given", c.from("network"))
	}
	if c.GenesisFile == "" && !c.Dev && !c.Set("network") && c.DataDir != "" {
		if kept := filepath.Join(c.DataDir, GenesisFileName); exists(kept) {
			c.GenesisFile, c.origin["genesis"] = kept, "written by init"
		}
	}
	switch {
	case c.GenesisFile != "" && c.Dev:
		conflict("%s: excludes %s: the network is either the file's or the development one", c.from("genesis"), c.from("dev"))
	case c.GenesisFile != "" && c.Set("network") && c.Network != "":
		conflict("%s: excludes %s: the network is either the file's or a built-in one", c.from("genesis"), c.from("network"))
	case c.GenesisFile != "":
		c.Network = ""
	case c.Dev && c.Set("network") && c.Network != "dev":
		conflict("%s: excludes %s", c.from("dev"), c.from("network"))
	case c.Dev:
		c.Network = "dev"
	}
	c.Dev = c.Network == "dev"
	if c.Dev && !c.Set("datadir") {
		c.DataDir = "" // a throw-away chain, as with geth --dev
	}
	if c.Dev && !c.Set(noderpc.FlagPreimages) {
		c.Chain.Preimages = true
	}
	if c.Dev && !c.Set(noderpc.FlagFaucetAmount) {
		c.RPC.Faucet.Amount = Ether(10)
	}
	if c.Dev && !c.Set(addressindex.Flag) {
		c.IndexAddresses = true
	}
	if c.Dev && !c.Set(noderpc.FlagTraceJS) {
		c.RPC.Limits.TraceJS = true
	}
	if len(faults) > 0 {
		return faults
	}
	var err error
	if c.GenesisFile != "" {
		c.genesis, err = LoadGenesis(c.GenesisFile)
	} else {
		c.genesis, err = Preset(c.Network)
	}
	if err != nil {
		return unjoin(err)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// inDataDir returns a path that was given relative to the data directory; ""
// for one that has no place because everything is in memory.
func (c *Config) inDataDir(path string) string {
	switch {
	case path == "" || filepath.IsAbs(path):
		return path
	case c.DataDir == "":
		return ""
	default:
		return filepath.Join(c.DataDir, path)
	}
}

// from names the place where an option was set, for errors; its flag if it was
// nowhere.
func (c *Config) from(name string) string {
	if from := c.origin[name]; from != "" {
		return from
	}
	return "--" + name
}
