package config

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/miner"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/logging"
	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/monolith-chain/monolith/shared/txpool"
	"github.com/monolith-chain/monolith/shared/wallet"
	chainsync "github.com/monolith-chain/monolith/sync"
)

// Config is everything that a node can be told. The packages' own Configs have
// the settings here; cmd/node adds what they depend on.
type Config struct {
	DataDir     string // "" keeps everything in memory
	Network     string // name of a preset; "" with GenesisFile
	GenesisFile string
	Dev         bool // short for the network "dev"
	CacheMB     int  // for database and chain together

	// AllowStockEngine accepts a genesis file whose config.pow.engine is
	// "stock": blocks need no proof then.
	AllowStockEngine bool

	IndexAddresses bool // keep the index of addresses

	Log     logging.Config
	DB      db.Config
	Chain   chain.Config
	TxPool  txpool.Config
	Peers   bool // connect to other nodes
	P2P     nodep2p.Config
	Sync    chainsync.Config
	Miner   miner.Config
	Wallet  wallet.Config
	RPC     noderpc.Config
	Metrics bool
	Monitor monitor.Config

	GethMetrics bool // go-ethereum's own metrics too

	gcMode     string // as given; Chain.StateHistory is what comes of it
	ipcPath    string // as given; RPC.IPCPath is what comes of it
	ipcDisable bool
	keystore   string // as given; Wallet.Keystore.Dir is what comes of it
	jwtSecret  string // as given; RPC.Auth.SecretFile is what comes of it
	genesis    *Genesis

	file     string            // the configuration file it came from
	origin   map[string]string // where an option was set, by name; defaults are not in it
	warnings []string
}

// defaultCPU is the share of a core that a mining node uses unless told
// otherwise. On one's own network the hash rate buys nothing, since the
// difficulty adapts to it; a fifth of a core finds the devnet's first block
// within seconds and leaves a laptop cool.
const defaultCPU = 0.2

// DefaultConfig returns the settings of a node that was told nothing: it mines
// on the devnet and answers on this machine only.
func DefaultConfig() *Config {
	c := &Config{
		DataDir: DefaultDataDir(),
		Network: "devnet",
		CacheMB: 64,
		gcMode:  gcArchive,
		ipcPath: "monolith.ipc",
		Log:     logging.DefaultConfig(),
		DB:      db.DefaultConfig(),
		Chain:   chain.DefaultConfig(),
		TxPool:  txpool.DefaultConfig(),
		Peers:   true,
		P2P:     nodep2p.DefaultConfig(),
		Sync:    chainsync.DefaultConfig(),
		Miner:   miner.DefaultConfig(),
		RPC:     noderpc.DefaultConfig(),
		Metrics: true,
		Monitor: monitor.DefaultConfig(),
	}
	c.Miner.CPU = defaultCPU
	c.TxPool.Journal = "transactions.rlp"
	c.P2P.KeyFile = "nodekey"
	return c
}

// DefaultDataDir follows the custom of the operating system; "" if the user has
// no home directory.
func DefaultDataDir() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Monolith")
	case "windows":
		if local := os.Getenv("LOCALAPPDATA"); local != "" {
			return filepath.Join(local, "Monolith")
		}
		return filepath.Join(home, "AppData", "Local", "Monolith")
	default:
		return filepath.Join(home, ".monolith")
	}
}

// GenesisFileName is the file in the data directory that keeps the genesis of a
// network of one's own, so that it must be named only once.
const GenesisFileName = "genesis.json"

// Genesis returns the genesis of the network that the settings choose.
func (c *Config) Genesis() *Genesis { return c.genesis }

// NetworkName names the network for people: a built-in one by its name, another
// by its genesis file.
func (c *Config) NetworkName() string {
	if c.Network != "" {
		return c.Network
	}
	return c.GenesisFile
}

// PoolConfig returns the pool's settings with the journal in the data
// directory.
func (c *Config) PoolConfig() txpool.Config {
	pool := c.TxPool
	pool.Journal = c.inDataDir(pool.Journal)
	return pool
}

// P2PConfig returns the network's settings with the key in the data directory.
func (c *Config) P2PConfig() nodep2p.Config {
	p2p := c.P2P
	p2p.KeyFile = c.inDataDir(p2p.KeyFile)
	return p2p
}

// WalletConfig returns the wallet's settings with the keys that it holds anyway: on a
// built-in network those of the funded accounts, which everybody knows.
func (c *Config) WalletConfig() wallet.Config {
	keys := c.Wallet
	if c.Network != "" {
		keys.Open = DevKeys()
	}
	return keys
}

// Warnings are what is odd about the sources, but no fault.
func (c *Config) Warnings() []string { return c.warnings }

// Set reports whether a source set the option, be it to its default.
func (c *Config) Set(name string) bool { return c.origin[name] != "" }
