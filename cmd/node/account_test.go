package main

import (
	"context"
	"encoding/hex"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	gethnode "github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/monolith-chain/monolith/config"
)

// must runs a command line that must succeed and returns what it prints.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := call(t, args...)
	if code != exitOK {
		t.Fatalf("%v: exit code %d, %s", args, code, stderr)
	}
	return strings.TrimSpace(stdout)
}

func writeText(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A key is made, found, exported, and imported elsewhere, in both forms.
func TestAccount(t *testing.T) {
	dir := t.TempDir()
	passwords := writeText(t, filepath.Join(dir, "passwords"), "secret\nother\n")
	here := []string{"--datadir", filepath.Join(dir, "data"), "--password", passwords, "--lightkdf"}
	run := func(command string, arguments ...string) string {
		t.Helper()
		return must(t, append(append(strings.Fields("account "+command), here...), arguments...)...)
	}
	if list := run("list"); list != "" {
		t.Errorf("an empty keystore has %s", list)
	}
	account := run("new")
	if !common.IsHexAddress(account) {
		t.Fatalf("account %q", account)
	}
	list := run("list")
	if !strings.HasPrefix(list, account+" "+filepath.Join(dir, "data", "keystore", "UTC--")) {
		t.Errorf("list %q", list)
	}
	raw, encrypted := filepath.Join(dir, "raw"), filepath.Join(dir, "encrypted")
	run("export --raw", account, raw)
	run("export", account, encrypted)
	for _, file := range []string{raw, encrypted} {
		if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
		there := filepath.Join(dir, filepath.Base(file)+"-keystore")
		if imported := run("import --keystore "+there, file); imported != account {
			t.Errorf("imported %s", imported)
		}
		code, _, stderr := call(t, append(append([]string{"account", "import", "--keystore", there}, here...), file)...)
		if code != exitFailure || !strings.Contains(stderr, "the account is in the keystore already") {
			t.Errorf("again: %d, %s", code, stderr)
		}
	}
	if imported := run("import", writeText(t, filepath.Join(dir, "dev"), "0x"+devnetKey)); imported != config.DevAccounts()[0].Hex() {
		t.Errorf("imported %s", imported)
	}
	wrong := writeText(t, filepath.Join(dir, "wrong"), "wrong")
	for _, test := range []struct{ line, want string }{
		{"account import", "account import needs the name of the file"},
		{"account import " + filepath.Join(dir, "missing"), "import key: open "},
		{"account import " + wrong, "wrong: not a private key of 64 hex digits"},
		{"account import --password " + wrong + " " + encrypted, "wrong password"},
		{"account export " + account, "account export needs an address and the name of the file to write"},
		{"account export 0x7 " + raw, `"0x7" is not an address`},
		{"account export " + account + " " + raw, "file exists"},
		{"account export --raw --password " + wrong + " " + account + " " + raw + "2", "wrong password"},
		{"account export " + config.DevAccounts()[1].Hex() + " x", "no key file for this account in " + dir},
		{"account list --dev", "there is no data directory: name the keystore with --keystore"},
		{"account make", `unknown command "make"`},
	} {
		args := strings.Fields(test.line)
		if !strings.Contains(test.line, "--dev") {
			args = append(args[:2:2], append([]string{"--datadir", filepath.Join(dir, "data")}, args[2:]...)...)
		}
		if code, _, stderr := call(t, args...); code != exitFailure || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: %d, %s", test.line, code, stderr)
		}
	}
}

// Without a terminal nobody waits for a password.
func TestNoTerminal(t *testing.T) {
	p := start(t, "node", "account", "new", "--datadir", t.TempDir()) // its input is empty
	if code := p.exit(); code != exitFailure || len(p.raw) != 1 || !strings.HasSuffix(p.raw[0], "there is no terminal to ask for the password: give it in a file, with --password") {
		t.Errorf("%d, %q", code, p.raw)
	}
}

// On a network of one's own the node signs for unlocked accounts only, and the
// authenticated port serves what the public one does not.
func TestUnlocked(t *testing.T) {
	dir := t.TempDir()
	passwords := writeText(t, filepath.Join(dir, "passwords"), "secret")
	data := filepath.Join(dir, "data")
	store := []string{"--datadir", data, "--lightkdf", "--password", passwords}
	account := common.HexToAddress(must(t, append([]string{"account", "new"}, store...)...))
	locked := must(t, append([]string{"account", "new"}, store...)...)
	genesis := filepath.Join(dir, "genesis.json")
	must(t, "genesis", "new", "--chainid", "77001", "--instant", "--fund", account.Hex()+"=10", "--out", genesis)
	secret := writeText(t, filepath.Join(dir, "secret"), strings.Repeat("ab", 32))

	node := startNode(t, "--datadir", data, "--genesis", genesis, "--mine", "--miner.etherbase", account.Hex(),
		"--unlock", account.Hex(), "--password", passwords, "--authrpc.port", "0", "--authrpc.jwtsecret", secret)
	client := node.client()
	var accounts []common.Address
	if err := client.Client().CallContext(t.Context(), &accounts, "eth_accounts"); err != nil || len(accounts) != 1 || accounts[0] != account {
		t.Errorf("accounts %v, %v", accounts, err)
	}
	var hash common.Hash
	transfer := map[string]any{"from": account, "to": locked, "value": hexutil.EncodeBig(big.NewInt(params.Ether))}
	if err := client.Client().CallContext(t.Context(), &hash, "eth_sendTransaction", transfer); err != nil {
		t.Fatal(err)
	}
	eventually(t, "receipt", func(ctx context.Context) (bool, error) {
		receipt, err := client.TransactionReceipt(ctx, hash)
		return err == nil && receipt.Status == types.ReceiptStatusSuccessful, err
	})
	transfer["from"], transfer["to"] = locked, account
	if err := client.Client().CallContext(t.Context(), &hash, "eth_sendTransaction", transfer); err == nil || !strings.HasPrefix(err.Error(), "unknown account") {
		t.Errorf("from a locked account: %v", err)
	}
	if err := client.Client().CallContext(t.Context(), new(any), "miner_stop"); err == nil {
		t.Error("miner_stop without a token")
	}

	var key [32]byte
	if _, err := hex.Decode(key[:], []byte(strings.Repeat("ab", 32))); err != nil {
		t.Fatal(err)
	}
	url := node.await("Authenticated JSON-RPC ready").text("url")
	for _, scheme := range []string{"http", "ws"} {
		auth, err := rpc.DialOptions(t.Context(), strings.Replace(url, "http", scheme, 1), rpc.WithHTTPAuth(gethnode.NewJWTAuth(key)))
		if err != nil {
			t.Fatal(err)
		}
		defer auth.Close()
		if balance, err := ethclient.NewClient(auth).BalanceAt(t.Context(), common.HexToAddress(locked), nil); err != nil || balance.Cmp(big.NewInt(params.Ether)) != 0 {
			t.Errorf("%s: balance %v, %v", scheme, balance, err)
		}
		if proof, err := gethclient.New(auth).GetProof(t.Context(), account, nil, nil); err != nil || proof.Nonce != 1 {
			t.Errorf("%s: proof %+v, %v", scheme, proof, err)
		}
		if err := auth.CallContext(t.Context(), new(any), "miner_stop"); err != nil {
			t.Errorf("%s: miner_stop: %v", scheme, err)
		}
	}
	node.mustStop()
	if log := strings.Join(node.raw, "\n"); strings.Contains(log, strings.Repeat("ab", 32)) {
		t.Errorf("the log tells the secret: %s", log)
	}
}

// A node does not sign for a whole network.
func TestUnlockedInPublic(t *testing.T) {
	args := []string{"--datadir", t.TempDir(), "--unlock", config.DevAccounts()[0].Hex(), "--password", "x", "--http.addr", "0.0.0.0"}
	code, _, stderr := call(t, args...)
	if code != exitFailure || !strings.Contains(stderr, "--unlock: JSON-RPC is open to the network on 0.0.0.0 (--http.addr), and whoever reaches it could spend what the accounts have") {
		t.Errorf("%d, %s", code, stderr)
	}
}
