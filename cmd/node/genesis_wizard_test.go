package main

import (
	"bytes"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/monolith-chain/monolith/config"
)

// wizardCommand is the wizard as a process in a directory.
func wizardCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("runs processes")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{"genesis", "wizard", "--lightkdf"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), roleVariable+"=node", "HOME="+dir)
	return cmd
}

// answer runs the wizard with the answers, a line each.
func answer(t *testing.T, dir string, answers []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := wizardCommand(t, dir, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(strings.Join(answers, "\n")), &out, &errs
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// The wizard asks again until an answer can be used, and what it writes, and tells to
// do with it, is what a node takes.
func TestGenesisWizard(t *testing.T) {
	dir := t.TempDir()
	writeText(t, filepath.Join(dir, "taken"), "")
	if err := os.MkdirAll(filepath.Join(dir, "used", databaseName), 0o700); err != nil {
		t.Fatal(err)
	}
	friend := "0x00000000000000000000000000000000000000AA"
	var answers []string
	complaints := make(map[string]string)
	wrong := func(answer, complaint string) {
		answers = append(answers, answer)
		complaints[answer] = complaint
	}
	right := func(lines ...string) { answers = append(answers, lines...) }
	wrong("1", "1 is the chain id of Ethereum: choose another")
	wrong("0", "config.chainId: must be a number from 1 to 2^64-1, have 0")
	wrong("many", `"many" is not a whole number`)
	right("77011")
	wrong("1s", "config.pow.targetInterval: must be from 2 to 86400 seconds, have 1")
	right("3s")
	wrong("0.0000000001", `"0.0000000001" is not an amount of ether with up to nine decimals`)
	right("1.5")
	wrong("4999", "gasLimit: must be from 5000")
	right("", "new", "secret")
	wrong("secrets", "the two passwords differ")
	right("secret", "secret")
	wrong("-2", `"-2" is not an amount of ether`)
	right("0.25")
	wrong("0x7", `"0x7" is not an address`)
	wrong(config.DevAccounts()[0].Hex(), "everybody knows the key of "+config.DevAccounts()[0].Hex())
	wrong("0x4e59b44847b379578588920cA78FbF26c0B4956C", "0x4e59b44847b379578588920cA78FbF26c0B4956C is in the genesis already")
	right(friend, "", "", "")
	wrong("taken", "taken exists: choose another name")
	wrong("missing/genesis.json", "stat missing: no such file or directory")
	right("our net.json")
	wrong("used", "there is a chain in used already: choose another directory")
	right("")
	wrong("perhaps", `"perhaps" is neither yes nor no`)
	code, stdout, stderr := answer(t, dir, append(answers, "yes"))
	if code != exitOK {
		t.Fatalf("%d, %s", code, stderr)
	}
	for answer, complaint := range complaints {
		if !strings.Contains(stderr, complaint) {
			t.Errorf("no complaint about %q: want %q in\n%s", answer, complaint, stderr)
		}
	}

	t.Chdir(dir)
	accounts := strings.Fields(must(t, "account", "list", "--datadir", "node"))
	genesis, err := config.LoadGenesis("our net.json")
	if err != nil || len(accounts) != 2 {
		t.Fatalf("accounts %v, %v", accounts, err)
	}
	mine := common.HexToAddress(accounts[0])
	if o := genesis.Core; o.Config.ChainID.Uint64() != 77011 || o.GasLimit != defaultGasLimit ||
		o.Alloc[common.HexToAddress(friend)].Balance.Cmp(config.Ether(1_000_000)) != 0 ||
		o.Alloc[mine].Balance.Cmp(new(big.Int).Div(config.Ether(1), big.NewInt(4))) != 0 {
		t.Errorf("genesis %+v, rules %+v", o, genesis.Pow)
	}

	// The other things are what genesis new makes of them.
	plain, err := config.ParseGenesis("plain", []byte(must(t, "genesis", "new", "--chainid", "1", "--interval", "3s", "--reward", "1.5")))
	if err != nil || plain.Pow.Commitment() != genesis.Pow.Commitment() {
		t.Errorf("rules %+v, %v; genesis new makes %+v", genesis.Pow, err, plain)
	}

	var next []string
	if others := "    ./" + filepath.Base(os.Args[0]) + " init --datadir node 'our net.json'\n"; !strings.Contains(stdout, others) {
		t.Errorf("no %q in %s", others, stdout)
	}
	for line := range strings.Lines(stdout) {
		if _, command, found := strings.Cut(line, os.Args[0]); found {
			next = append(next, strings.TrimSpace(command))
		}
	}
	if len(next) != 2 || next[0] != "init --datadir node 'our net.json'" || next[1] != "--datadir node --mine --miner.etherbase "+mine.Hex() {
		t.Fatalf("next: %q", next)
	}
	must(t, "init", "--datadir", "node", "our net.json")
	// Without a thread nothing is found, and no time lost.
	node := startIn(t, "", "node", append(strings.Fields(next[1]), "--miner.threads", "0", "--p2p=false", "--http.port", "0",
		"--metrics=false", "--ipcdisable", "--log.format", "json")...)
	client := node.client()
	if id, err := client.ChainID(t.Context()); err != nil || id.Uint64() != 77011 {
		t.Errorf("chain id %v, %v", id, err)
	}
	if balance, err := client.BalanceAt(t.Context(), mine, nil); err != nil || balance.Cmp(genesis.Core.Alloc[mine].Balance) != 0 {
		t.Errorf("balance %v, %v", balance, err)
	}
	node.mustStop()
}

// Who does not answer to the end finds nothing, and is told so in one line.
func TestGenesisWizardWritesNothing(t *testing.T) {
	all := []string{"", "", "", "", "new", "secret", "secret", "", "", "", "", "", "no"}
	for _, test := range []struct {
		answers []string
		why     string
	}{
		{nil, "the input ended"},
		{all[:6], "the input ended"},
		{all[:12], "the input ended"},
		{all, "it was not confirmed"},
	} {
		dir := t.TempDir()
		code, stdout, stderr := answer(t, dir, test.answers)
		lines := strings.Split(strings.TrimSpace(stderr), "\n")
		if last := lines[len(lines)-1]; code != exitFailure || stdout != "" || last != "monolith: nothing was written: "+test.why {
			t.Errorf("%d answers: %d, %q, %q", len(test.answers), code, stdout, last)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%d answers: %v, %v", len(test.answers), left, err)
		}
	}
}
