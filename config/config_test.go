package config

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// write puts a file into a temporary directory and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// get returns the text of an option's value.
func get(t *testing.T, c *Config, name string) string {
	t.Helper()
	for _, o := range c.options() {
		if o.Name == name {
			return o.value.get()
		}
	}
	t.Fatalf("no option %s", name)
	return ""
}

// isolated makes sure that no test sees the data directory of this user.
func isolated(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
}

func TestOptionNames(t *testing.T) {
	shape := regexp.MustCompile(`^[a-z][a-z0-9]*([.-][a-z]+)*$`)
	seen := make(map[string]bool)
	for _, o := range Options() {
		if !shape.MatchString(o.Name) {
			t.Errorf("--%s is not of lower-case words", o.Name)
		}
		if seen[o.Env()] {
			t.Errorf("two options have the variable %s", o.Env())
		}
		seen[o.Env()] = true
		if o.Category == "" || o.Usage == "" || strings.HasSuffix(o.Usage, ".") {
			t.Errorf("--%s lacks category or usage, or its usage ends in a full stop", o.Name)
		}
		if o.Switch() != (o.Arg == "") {
			t.Errorf("--%s: a switch has no argument, everything else has", o.Name)
		}
	}
}

// Only a switch may share its name with a table of the file.
func TestFileKeys(t *testing.T) {
	keys := fileKeys(Options())
	for key, o := range keys {
		if strings.HasSuffix(key, ".enabled") && !o.Switch() {
			t.Errorf("%s stands for --%s, which is no switch", key, o.Name)
		}
	}
	for key, name := range map[string]string{"http.enabled": "http", "http.addr": "http.addr", "dev.enabled": "dev", "mine": "mine"} {
		if keys[key].Name != name {
			t.Errorf("key %s stands for %q, want %s", key, keys[key].Name, name)
		}
	}
	if _, ok := keys["config"]; ok {
		t.Error("the file can name another file")
	}
}

// One option of each kind, with the texts of four sources.
func TestPrecedence(t *testing.T) {
	isolated(t)
	for _, test := range []struct {
		name, file    string // the file's line, with its table
		inFile        string // what the file's value reads as
		inEnv, inFlag string
	}{
		{"http.corsdomain", "[http]\ncorsdomain = ['a', 'b']", "a,b", "c", "d,e"},
		{"http.api", "[http]\napi = 'eth,net'", "eth,net", "eth", "web3"},
		{"http.port", "[http]\nport = 1", "1", "2", "3"},
		{"http.addr", "[http]\naddr = '1.1.1.1'", "1.1.1.1", "2.2.2.2", "3.3.3.3"},
		{"ws", "[ws]\nenabled = false", "false", "true", "false"},
		{"miner.cpu", "[miner]\ncpu = 0.3", "0.3", "0.4", "0.5"},
		{"miner.gasprice", "[miner]\ngasprice = 7", "7", "8", "9"},
		{"miner.idle", "[miner]\nidle = '1m'", "1m", "2m", "1h"},
		{"miner.extradata", "[miner]\nextradata = 'one'", "one", "two", "0x00ff"},
		{"miner.etherbase", "[miner]\netherbase = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'",
			"0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"},
		{"log.level", "[log]\nlevel = 'debug'", "debug", "warn", "error"},
		{"rpc.txfeecap", "[rpc]\ntxfeecap = 3", "3", "4.5", "0"},
		{"metrics.addr", "[metrics]\naddr = ':1'", ":1", ":2", "[::1]:3"},
		{"network", "network = 'dev'", "dev", "devnet", "dev"},
		{"mine", "mine = false", "false", "true", "false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var option Option
			for _, o := range Options() {
				if o.Name == test.name {
					option = o
				}
			}
			path := write(t, "monolith.toml", test.file)
			load := func(flags map[string]string, env ...string) *Config {
				t.Helper()
				c, err := Load(Sources{Flags: flags, Environment: env})
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			env := option.Env() + "=" + test.inEnv
			for _, step := range []struct {
				want string
				cfg  *Config
				set  bool
			}{
				{option.initial, load(nil), false},
				{test.inFile, load(map[string]string{"config": path}), true},
				{test.inFile, load(nil, "MONOLITH_CONFIG="+path), true},
				{test.inEnv, load(map[string]string{"config": path}, env), true},
				{test.inFlag, load(map[string]string{"config": path, test.name: test.inFlag}, env), true},
				{test.inFlag, load(map[string]string{test.name: test.inFlag}, env), true},
			} {
				// What depends on the network is settled after all sources.
				if got := get(t, step.cfg, test.name); got != step.want && (step.set || option.Default == "") {
					t.Errorf("got %q, want %q", got, step.want)
				}
				if step.cfg.Set(test.name) != step.set {
					t.Errorf("Set is %v, want %v", !step.set, step.set)
				}
			}
		})
	}
}

func TestBadValues(t *testing.T) {
	isolated(t)
	for _, test := range []struct{ name, text, want string }{
		{"network", "mainnet", `"mainnet" is none of devnet, dev`},
		{"network", "", "empty, but no genesis file"},
		{"genesis", "/no/such/file", "open genesis file"},
		{"dev.period", "soon", `"soon" is not a duration`},
		{"dev.period", "-1s", "-1s is less than 0s"},
		{"dev.period", "2s", "the network devnet makes blocks by work"},
		{"mine", "maybe", `"maybe" is neither true nor false`},
		{"miner.etherbase", "0x1234", "not an address of 20 bytes"},
		{"miner.etherbase", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "wrong checksum"},
		{"miner.etherbase", "", "--mine: needs an account to pay"},
		{"miner.threads", "-1", "-1 is not between 0 and 1024"},
		{"miner.threads", "many", `"many" is not a whole number`},
		{"miner.cpu", "0", "not above 0"},
		{"miner.cpu", "1.5", "not above 0 and at most 1"},
		{"miner.cpu", "NaN", "not above 0"},
		{"miner.cpu", "half", `"half" is not a number`},
		{"miner.extradata", "more than twenty bytes of text", "has 30 bytes, more than 20"},
		{"miner.extradata", "0xzz", "is not hex"},
		{"miner.gaslimit", "1", "1 is not between 5000"},
		{"miner.gaslimit", "99999999999999999999", "is not between"},
		{"miner.gasprice", "-1", "not a whole number of wei"},
		{"miner.gasprice", "1gwei", "not a whole number of wei"},
		{"faucet.amount", "-1", `"-1" is not an amount of ether`},
		{"faucet.amount", "1.0000001", "is not an amount of ether"},
		{"faucet.amount", ".5", "is not an amount of ether"},
		{"faucet.amount", "1000000001", "1000000001 ether is more than 1000000000"},
		{"faucet.amount", "0.5", "on the network devnet nobody has money to give away"},
		{"faucet.interval", "-1s", "-1s is less than 0s"},
		{"unlock", "0x1234", "not an address of 20 bytes"},
		{"unlock", DevAccounts()[0].Hex() + ",", "has an empty entry"},
		{"http.port", "65536", "65536 is not between 0 and 65535"},
		{"http.api", "eth,,net", "has an empty entry"},
		{"rpc.txfeecap", "-1", "-1 is not between 0 and"},
		{"rpc.txfeecap", "lots", "is not a number"},
		{"rpc.filter-timeout", "1ms", "1ms is less than 1s"},
		{"txpool.pricebump", "0", "0 is not between 1"},
		{"cache", "1", "1 is not between 16"},
		{"log.level", "loud", `"loud" is none of error, warn`},
		{"log.format", "xml", `"xml" is none of text, json`},
		{"metrics.addr", "6060", "not of the form HOST:PORT"},
		{"metrics.addr", "localhost:http", "not of the form HOST:PORT"},
	} {
		t.Run(test.name+"="+test.text, func(t *testing.T) {
			_, err := Load(Sources{Flags: map[string]string{test.name: test.text}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("as a flag: got %v, want %q", err, test.want)
			}
			if !strings.Contains(err.Error(), "--") && test.name != "genesis" {
				t.Errorf("no flag is named: %v", err)
			}
			option := Option{Name: test.name}
			if test.text == "" {
				return // an empty variable sets nothing
			}
			_, err = Load(Sources{Environment: []string{option.Env() + "=" + test.text}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("from the environment: got %v, want %q", err, test.want)
			}
			if !strings.Contains(err.Error(), option.Env()) && test.name != "genesis" {
				t.Errorf("no variable is named: %v", err)
			}
		})
	}
}

func TestConflicts(t *testing.T) {
	isolated(t)
	enc, err := json.Marshal(Devnet())
	if err != nil {
		t.Fatal(err)
	}
	genesis := write(t, "genesis.json", string(enc))
	account := DevAccounts()[0].Hex()
	stock := write(t, "stock.json", string(edit(t, enc, "config.pow", map[string]any{"engine": "stock"})))
	for _, test := range []struct {
		flags map[string]string
		want  string
	}{
		{map[string]string{"dev": "true", "network": "devnet"}, "--dev: excludes --network"},
		{map[string]string{"dev": "true", "genesis": genesis}, "--genesis: excludes --dev"},
		{map[string]string{"network": "devnet", "genesis": genesis}, "--genesis: excludes --network"},
		{map[string]string{"mine": "true", "genesis": genesis}, "--mine: needs an account to pay"},
		{map[string]string{"http": "false", "ws": "true"}, "--ws: WebSocket is served on the HTTP port, which --http switches off"},
		{map[string]string{"genesis": stock}, "needs --unsafe-stock-consensus"},
		{map[string]string{"genesis": stock, "unsafe-stock-consensus": "true", "mine": "true", "miner.etherbase": DevAccounts()[0].Hex()}, "--mine: the stock engine cannot mine"},
		{map[string]string{"bootnodes": "boot,enode://aa@10.0.0.1:30303"}, "--bootnodes: target \"enode://aa@10.0.0.1:30303\": enode:// URLs name nodes of Ethereum's devp2p"},
		{map[string]string{"p2p.deny": "10.0.0.0/40"}, "--p2p.deny: \"10.0.0.0/40\" is neither"},
		{map[string]string{"unlock": account}, "--unlock: needs the file with the passwords, --password"},
		{map[string]string{"unlock": account, "password": "p", "dev": "true"}, "--unlock: there is no data directory, name the keystore with --keystore"},
		{map[string]string{"unlock": account, "password": "p", "http.addr": "::"}, "--unlock: JSON-RPC is open to the network on :: (--http.addr)"},
		{map[string]string{"unlock": account, "password": "p", "http.addr": "node-1"}, "--unlock: JSON-RPC is open to the network on node-1"},
		{map[string]string{"authrpc": "true", "dev": "true"}, "--authrpc: there is no data directory to keep the secret in, name a file with --authrpc.jwtsecret"},
		{map[string]string{"authrpc.api": "eth,shh"}, "--authrpc.api shh: no such namespace, choose from admin, "},
		{map[string]string{"p2p.port": "4000", "discovery.port": "4000"}, "--discovery.port: 4000 is --p2p.port too"},
		{map[string]string{"dev": "true", "ready.peers": "1"}, "--ready.peers: the node has no peers without --p2p, and would never be ready"},
	} {
		if _, err := Load(Sources{Flags: test.flags}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %q", test.flags, err, test.want)
		}
	}
	for _, flags := range []map[string]string{
		{"genesis": stock, "unsafe-stock-consensus": "true"},
		{"dev": "true", "network": "dev"},
		{"http": "false"},
		{"genesis": genesis, "mine": "true", "miner.etherbase": DevAccounts()[1].Hex()},
		{"unlock": account, "password": "p", "http.addr": "::1"},
		{"unlock": account, "password": "p", "http.addr": "localhost", "authrpc.addr": "0.0.0.0"},
		{"unlock": account, "password": "p", "http.addr": "0.0.0.0", "http": "false"},
		{"dev": "true", "http.addr": "0.0.0.0"}, // everybody knows its keys anyway
	} {
		if _, err := Load(Sources{Flags: flags}); err != nil {
			t.Errorf("%v: %v", flags, err)
		}
	}
}

// Unless told otherwise, a node is ready as long as it has the disk to write blocks.
func TestReadyDisk(t *testing.T) {
	isolated(t)
	for _, test := range []struct {
		flags map[string]string
		want  uint64
	}{
		{nil, 512},
		{map[string]string{"db.minfreedisk": "100"}, 100},
		{map[string]string{"db.minfreedisk": "100", "ready.disk": "2000"}, 2000},
		{map[string]string{"ready.disk": "0"}, 0},
	} {
		c, err := Load(Sources{Flags: test.flags})
		if err != nil {
			t.Fatal(err)
		}
		if have := c.Monitor.Ready.DiskMB; have != test.want {
			t.Errorf("%v: %d MB, want %d", test.flags, have, test.want)
		}
	}
}

// What nobody set depends on the network.
func TestDefaultsOfNetworks(t *testing.T) {
	isolated(t)
	data := edit(t, file(t, Devnet()), "gasLimit", "0x1c9c380") // 30 million
	genesis := write(t, "genesis.json", string(data))
	kept := write(t, GenesisFileName, string(data))
	for _, test := range []struct {
		name            string
		flags           map[string]string
		network         string
		memory, mine    bool
		gasLimit, chain uint64
	}{
		{"nothing", nil, "devnet", false, true, 60_000_000, DevnetChainID},
		{"dev", map[string]string{"dev": "true"}, "dev", true, true, 60_000_000, DevChainID},
		{"dev by name", map[string]string{"network": "dev"}, "dev", true, true, 60_000_000, DevChainID},
		{"kept dev", map[string]string{"dev": "true", "datadir": "/d"}, "dev", false, true, 60_000_000, DevChainID},
		{"in memory", map[string]string{"datadir": ""}, "devnet", true, true, 60_000_000, DevnetChainID},
		{"own", map[string]string{"genesis": genesis}, genesis, false, false, 30_000_000, DevnetChainID},
		{"own by init", map[string]string{"datadir": filepath.Dir(kept)}, kept, false, false, 30_000_000, DevnetChainID},
		{"devnet in spite of init", map[string]string{"datadir": filepath.Dir(kept), "network": "devnet"}, "devnet", false, true, 60_000_000, DevnetChainID},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := Load(Sources{Flags: test.flags})
			if err != nil {
				t.Fatal(err)
			}
			if c.NetworkName() != test.network || c.DB.Memory != test.memory || c.Miner.Enabled != test.mine || c.Miner.GasLimit != test.gasLimit {
				t.Errorf("network %s, memory %v, mine %v, gas limit %d; want %s, %v, %v, %d",
					c.NetworkName(), c.DB.Memory, c.Miner.Enabled, c.Miner.GasLimit, test.network, test.memory, test.mine, test.gasLimit)
			}
			if got := c.Genesis().Core.Config.ChainID.Uint64(); got != test.chain {
				t.Errorf("chain id %d, want %d", got, test.chain)
			}
			if test.memory != (c.RPC.IPCPath == "") || test.memory != (c.PoolConfig().Journal == "") {
				t.Errorf("socket %q and journal %q of a node in memory %v", c.RPC.IPCPath, c.PoolConfig().Journal, test.memory)
			}
		})
	}
}

func TestDeepDataDirectory(t *testing.T) {
	isolated(t)
	deep := "/" + strings.Repeat("deep/", 25)
	c, err := Load(Sources{Flags: map[string]string{"datadir": deep}})
	if err != nil || c.RPC.IPCPath != "" || len(c.Warnings()) != 1 {
		t.Errorf("socket %q, warnings %v, %v", c.RPC.IPCPath, c.Warnings(), err)
	}
	c, err = Load(Sources{Flags: map[string]string{"datadir": deep, "ipcpath": "/run/monolith.ipc"}})
	if err != nil || c.RPC.IPCPath != "/run/monolith.ipc" || len(c.Warnings()) != 0 {
		t.Errorf("socket %q, warnings %v, %v", c.RPC.IPCPath, c.Warnings(), err)
	}
}

func TestUnknownKeys(t *testing.T) {
	isolated(t)
	path := write(t, "monolith.toml", `
mien = true
http = true
[http]
`)
	if _, err := Load(Sources{Flags: map[string]string{"config": path}}); err == nil || !strings.Contains(err.Error(), path+":4:") {
		t.Errorf("a table after its own name as a value: %v", err)
	}
	path = write(t, "monolith.toml", `
mien = true
ws = true
[http]
adr = "1.2.3.4"
port = "8545"
[miner.cpu]
share = 1
[[list]]
a = 1
`)
	_, err := Load(Sources{Flags: map[string]string{"config": path, "log.level": "loud"}, Environment: []string{"MONOLITH_CACHE=x"}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		path + ": unknown key mien, did you mean mine?",
		path + ": unknown key ws, did you mean enabled in [ws]?",
		path + ": unknown key http.adr, did you mean http.addr?",
		path + ": http.port: must be a number, have 8545",
		path + ": unknown key miner.cpu.share",
		path + ": unknown key list",
		`--log.level: "loud" is none of`,
		`MONOLITH_CACHE: "x" is not a whole number`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not among the faults: %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestUnknownVariables(t *testing.T) {
	isolated(t)
	c, err := Load(Sources{Environment: []string{"MONOLITH_HTTP_ADR=x", "MONOLITH_SERVICE_HOST=10.0.0.1", "MONOLITH_HTTP_PORT=", "OTHER=1"}})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(c.Warnings(), "\n")
	if !strings.Contains(got, "MONOLITH_HTTP_ADR, did you mean MONOLITH_HTTP_ADDR?") || len(c.Warnings()) != 2 {
		t.Errorf("warnings: %s", got)
	}
}

func TestBrokenFiles(t *testing.T) {
	isolated(t)
	for path, want := range map[string]string{
		"/no/such/file":                                        "open configuration file: open /no/such/file",
		t.TempDir():                                            "read configuration file",
		write(t, "a.toml", "mine = yes"):                       "a.toml:1: ",
		write(t, "b.toml", "\n\n[http"):                        "b.toml:3: ",
		write(t, "c.toml", "mine = true\nmine = false"):        "c.toml:2: ",
		write(t, "d.toml", strings.Repeat("#", maxFileSize+1)): "not a configuration file",
	} {
		if _, err := Load(Sources{Flags: map[string]string{"config": path}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// What is printed loads back to the same configuration, and prints the same.
func TestRoundTrip(t *testing.T) {
	isolated(t)
	genesis := write(t, "genesis.json", string(file(t, Devnet())))
	for _, flags := range []map[string]string{
		nil,
		{"dev": "true", "dev.period": "1500ms", "faucet.amount": "123456.654321", "faucet.interval": "0s"},
		{"dev": "true", "faucet.amount": "0"},
		{"gcmode": "full"},
		{"history.state": "128"},
		{"authrpc.port": "9551", "authrpc.api": "admin,eth", "unlock": DevAccounts()[1].Hex() + "," + DevAccounts()[0].Hex(), "password": "/p", "lightkdf": "true"},
		{"genesis": genesis, "mine": "false", "datadir": "/tmp/a \"quoted\" \\ path"},
		{"miner.extradata": "0x00ff22", "miner.cpu": "0.125", "http.corsdomain": "*", "http.vhosts": "", "rpc.txfeecap": "0.5", "mine": "true"},
		{"miner.extradata": "né 🙂", "http": "false", "ipcdisable": "true", "metrics": "false", "miner.gasprice": "1000000000"},
	} {
		first, err := Load(Sources{Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := first.WriteTOML(&text); err != nil {
			t.Fatal(err)
		}
		second, err := Load(Sources{Flags: map[string]string{"config": write(t, "monolith.toml", text.String())}})
		if err != nil {
			t.Fatalf("%v\n%s", err, text.String())
		}
		for i, o := range first.options() {
			if got := second.options()[i].value.get(); !o.noFile && got != o.value.get() {
				t.Errorf("%s is %q after a round trip, was %q", o.Name, got, o.value.get())
			}
		}
		if second.RPC.IPCPath != first.RPC.IPCPath || second.DB.Dir != first.DB.Dir || second.Genesis().Hash() != first.Genesis().Hash() {
			t.Errorf("what follows from the settings changed: %+v", second)
		}
	}
}

func TestWriteTOMLTellsOrigins(t *testing.T) {
	isolated(t)
	c, err := Load(Sources{Flags: map[string]string{"http.port": "9000"}, Environment: []string{"MONOLITH_MINE=false"}})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := c.WriteTOML(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nport = 9000 # --http.port\n", "\nmine = false # MONOLITH_MINE\n", "\naddr = \"127.0.0.1\"\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
}

func TestPeers(t *testing.T) {
	isolated(t)
	for _, test := range []struct {
		flags     map[string]string
		peers     bool
		discovery int
	}{
		{nil, true, 30304},
		{map[string]string{"p2p.port": "4000"}, true, 4001},
		{map[string]string{"p2p.port": "4000", "discovery.port": "5000"}, true, 5000},
		{map[string]string{"p2p.port": "0"}, true, 0}, // any free one
		{map[string]string{"p2p.port": "65535"}, true, 0},
		{map[string]string{"dev": "true"}, false, 30304},
		{map[string]string{"dev": "true", "p2p": "true"}, true, 30304},
		{map[string]string{"p2p": "false", "bootnodes": "enode://of-no-use"}, false, 30304},
	} {
		cfg, err := Load(Sources{Flags: test.flags})
		if err != nil {
			t.Fatalf("%v: %v", test.flags, err)
		}
		if cfg.Peers != test.peers || cfg.P2P.DiscoveryPort != test.discovery {
			t.Errorf("%v: peers %v, discovery port %d", test.flags, cfg.Peers, cfg.P2P.DiscoveryPort)
		}
	}
}
