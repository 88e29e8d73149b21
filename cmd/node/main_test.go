package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monolith-chain/monolith/config"
)

// call runs one command line in this process, as a user without a home
// directory's data would.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	var out, errs bytes.Buffer
	code = realMain(context.Background(), append([]string{name}, args...), nil, &out, &errs)
	return code, out.String(), errs.String()
}

// Whatever somebody types, the answer is one line, or one per fault, and the
// exit code is not zero.
func TestBadInput(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte("{\n  \"config\": {}\n}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		line string
		want string
	}{
		{"rnu", `unknown command "rnu", did you mean run?`},
		{"run extra", `unknown command "extra"`},
		{"--http.prot 1", "unknown flag --http.prot, did you mean --http.port?"},
		{"run --http.prot 1", "unknown flag --http.prot, did you mean --http.port?"},
		{"--http.port", "flag needs an argument: -http.port"},
		{"--http.port x", `--http.port: "x" is not a whole number`},
		{"run --miner.threads -1", "--miner.threads: -1 is not between 0 and 1024"},
		{"--mine false", "--mine=false"},
		{"--config " + missing, "open configuration file: open " + missing},
		{"--genesis " + missing, "open genesis file: open " + missing},
		{"--genesis " + broken, "broken.json:1: gasLimit: missing"},
		{"config extra", `unexpected argument "extra"`},
		{"version --dev x", `unexpected argument "x"`},
		{"genesis", "genesis needs a command: new, wizard, from-state, show"},
		{"genesis make", `unknown command "make"`},
		{"genesis new", "--chainid: missing"},
		{"genesis new --chainid 0", "config.chainId: must be a number from 1"},
		{"genesis new --chainid x", `--chainid: "x" is not a whole number`},
		{"genesis new --chainid 1 --interval 1s", "config.pow.targetInterval: must be from 2"},
		{"genesis new --chainid 1 --interval 2500ms", "--interval: 2.5s is not a positive number of whole seconds"},
		{"genesis new --chainid 1 --reward 0.0000000001", "--reward"},
		{"genesis new --chainid 1 --reward -1", "--reward"},
		{"genesis new --chainid 1 --safe 100 --finalized 10", "config.pow.finalizedDepth: must be at least safeDepth"},
		{"genesis new --chainid 1 --gaslimit 1", "gasLimit: must be from 5000"},
		{"genesis new --chainid 1 --fund me=1", "--fund: \"me=1\" is not of the form ADDRESS=ETHER"},
		{"genesis new --chainid 1 --fund 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "not of the form ADDRESS=ETHER"},
		{"genesis new --chainid 1 --instant --interval 4s", "--interval: excludes --instant"},
		{"genesis new --chainid 1 --out " + broken, "file exists"},
		{"export", "export needs the name of the file"},
		{"export f 1", "export needs both the first and the last block"},
		{"export f one two", `"one" is not a block number`},
		{"export f 1 2 3", `unexpected argument "3"`},
		{"export f --datadir x", "flags come before other arguments"},
		{"db", "db needs a command: stats, verify, compact, prune, rollback"},
		{"db stats extra", `unexpected argument "extra"`},
		{"db rollback", "rollback needs the number of the block"},
		{"db verify 1", "verify needs both the first and the last block"},
		{"db verify one two", `"one" is not a block number`},
		{"import", "import needs the names of the files"},
		{"init a b", `unexpected argument "b"`},
		{"init --genesis a b", "--genesis: the file is also given as argument"},
		{"health --metrics=false", "switched off"},
		{"health --metrics.addr 127.0.0.1:1", "no node answers at http://127.0.0.1:1/healthz: "},
	} {
		t.Run(test.line, func(t *testing.T) {
			code, stdout, stderr := call(t, strings.Fields(test.line)...)
			if code != exitFailure {
				t.Errorf("exit code %d", code)
			}
			if !strings.Contains(stderr, test.want) {
				t.Errorf("stderr %q, want %q", stderr, test.want)
			}
			if stdout != "" || strings.Count(stderr, "\n") > 8 || strings.Contains(stderr, "goroutine") {
				t.Errorf("more than a line per fault: %s%s", stdout, stderr)
			}
			for line := range strings.Lines(stderr) {
				if !strings.HasPrefix(line, name+": ") {
					t.Errorf("line without the program's name: %q", line)
				}
			}
		})
	}
}

// All faults of all sources come at once.
func TestAllFaultsAtOnce(t *testing.T) {
	_, _, stderr := call(t, "--http.port", "x", "--miner.cpu", "2", "--log.level", "loud")
	if strings.Count(stderr, "\n") != 3 {
		t.Errorf("three faults are told as:\n%s", stderr)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"-h"}, {"help"}} {
		code, stdout, stderr := call(t, args...)
		if code != exitOK || stderr != "" {
			t.Fatalf("%v: exit code %d, %s", args, code, stderr)
		}
		for _, o := range config.Options() {
			if !strings.Contains(stdout, "\n  "+o.Flag()) || !strings.Contains(stdout, "\n"+o.Category+"\n") {
				t.Errorf("%v: %s or its category is missing", args, o.Flag())
			}
		}
		for line := range strings.Lines(stdout) {
			if len(line) > helpWidth+1 {
				t.Errorf("%v: line of %d characters: %s", args, len(line), line)
			}
		}
	}
}

// Settings may stand before and behind the command; the last one counts.
func TestSettingsAroundTheCommand(t *testing.T) {
	for _, args := range [][]string{
		{"--http.port", "1", "config", "--http.port", "2", "--dev"},
		{"--dev", "config", "--http.port=2"},
	} {
		code, stdout, stderr := call(t, args...)
		if code != exitOK || !strings.Contains(stdout, "\nport = 2 # --http.port\n") || !strings.Contains(stdout, "\nenabled = true # --dev\n") {
			t.Errorf("%v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
}

func TestEnvironmentWarnings(t *testing.T) {
	var out, errs bytes.Buffer
	code := realMain(context.Background(), []string{name, "--dev", "config"}, []string{"MONOLITH_MIEN=1"}, &out, &errs)
	if code != exitOK || errs.String() != "monolith: warning: unknown environment variable MONOLITH_MIEN, did you mean MONOLITH_MINE?\n" {
		t.Errorf("exit code %d, %s", code, errs.String())
	}
}

func TestVersion(t *testing.T) {
	_, stdout, _ := call(t, "version")
	if !strings.HasPrefix(stdout, "monolith unknown\n") || !strings.Contains(stdout, "go-ethereum  v1.") {
		t.Errorf("got %s", stdout)
	}
}

func TestGenesisNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "genesis.json")
	code, _, stderr := call(t, "genesis", "new", "--chainid", "77001", "--interval", "2s", "--reward", "1.5", "--halving", "1000",
		"--gaslimit", "30000000", "--timestamp", "1767225600", "--difficulty", "4096",
		"--fund", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266=12.5,0x70997970C51812dc3A010C7d01b50e0d17dc79C8=1", "--out", path)
	if code != exitOK {
		t.Fatal(stderr)
	}
	g, err := config.LoadGenesis(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stderr, g.Hash().Hex()) {
		t.Errorf("the hash %s is not told: %s", g.Hash(), stderr)
	}
	if g.Core.Config.ChainID.Uint64() != 77001 || g.Core.GasLimit != 30_000_000 || g.Core.Timestamp != 1767225600 {
		t.Errorf("chain id %v, gas limit %d, timestamp %d", g.Core.Config.ChainID, g.Core.GasLimit, g.Core.Timestamp)
	}
	if p := g.Pow; p.TargetInterval != 2 || p.HalfLife != 60 || p.RewardGwei != 1_500_000_000 || p.HalvingInterval != 1000 {
		t.Errorf("parameters %+v", p)
	}
	if target := g.Pow.InitialTarget.Target(); target.BitLen() != 256-12+1 && target.BitLen() != 256-12 {
		t.Errorf("first target has %d bits, want one in 4096", target.BitLen())
	}
	for i, want := range []string{"12500000000000000000", "1000000000000000000"} {
		if got := g.Core.Alloc[config.DevAccounts()[i]].Balance; got == nil || got.String() != want {
			t.Errorf("account %d has %v wei, want %s", i, got, want)
		}
	}

	// The same file comes back from show, and from new without --out.
	t.Run("show", func(t *testing.T) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, stdout, stderr := call(t, "genesis", "show", "--genesis", path)
		if stdout != string(text) {
			t.Errorf("show prints\n%s\nfor\n%s", stdout, text)
		}
		if !strings.Contains(stderr, g.Hash().Hex()) {
			t.Errorf("the hash is not told: %s", stderr)
		}
	})
	t.Run("instant", func(t *testing.T) {
		_, stdout, stderr := call(t, "genesis", "new", "--chainid", "5", "--instant", "--fund.dev")
		g, err := config.ParseGenesis("stdout", []byte(stdout))
		if err != nil {
			t.Fatal(err, stderr)
		}
		if _, funded := g.Core.Alloc[config.DevAccounts()[9]]; !g.Pow.Instant() || !funded {
			t.Errorf("instant %v, tenth account funded %v", g.Pow.Instant(), funded)
		}
	})
}

func TestGenesisShowOfPresets(t *testing.T) {
	for name, want := range map[string]uint64{"devnet": config.DevnetChainID, "dev": config.DevChainID} {
		_, stdout, _ := call(t, "genesis", "show", "--network", name)
		var file struct {
			Config struct {
				ChainID uint64          `json:"chainId"`
				Pow     json.RawMessage `json:"pow"`
			} `json:"config"`
		}
		if err := json.Unmarshal([]byte(stdout), &file); err != nil {
			t.Fatal(err)
		}
		if file.Config.ChainID != want || len(file.Config.Pow) == 0 {
			t.Errorf("%s: %+v", name, file)
		}
	}
}

func TestReachable(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:6060": "127.0.0.1:6060",
		"0.0.0.0:6060":   "localhost:6060",
		"[::]:6060":      "localhost:6060",
		":6060":          "localhost:6060",
		"node.lan:1":     "node.lan:1",
	} {
		if got := reachable(listen); got != want {
			t.Errorf("%s is reached at %s, want %s", listen, got, want)
		}
	}
}
