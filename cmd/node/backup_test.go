package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/db/backup"
)

// startBackedUp runs a development chain that can be asked over IPC.
func startBackedUp(t *testing.T, dir string) *process {
	t.Helper()
	return startNode(t, "--dev", "--datadir", dir, "--ipcdisable=false")
}

// mineBlocks adds blocks to a development chain.
func mineBlocks(t *testing.T, client *ethclient.Client, n string) {
	t.Helper()
	if err := client.Client().CallContext(t.Context(), nil, "anvil_mine", n); err != nil {
		t.Fatal(err)
	}
}

// succeed runs a command in this process.
func succeed(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	code, stdout, stderr := call(t, args...)
	if code != exitOK {
		t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
	}
	return stdout, stderr
}

// refuse runs a command that must fail and say why.
func refuse(t *testing.T, want string, args ...string) {
	t.Helper()
	if code, _, stderr := call(t, args...); code != exitFailure || !strings.Contains(stderr, want) {
		t.Errorf("%v: exit code %d, want %q in\n%s", args, code, want, stderr)
	}
}

// load sends transactions to a node and reads from it until the test ends it.
func load(t *testing.T, client *ethclient.Client) (stop func()) {
	t.Helper()
	done := make(chan struct{})
	var running sync.WaitGroup
	for _, work := range []func(){
		func() { send(t, client, devnetKey) },
		func() { send(t, client, otherDevKey) },
		func() {
			if _, err := client.BalanceAt(t.Context(), config.DevAccounts()[9], nil); err != nil {
				t.Error(err)
			}
		},
		func() {
			if _, err := client.BlockByNumber(t.Context(), nil); err != nil {
				t.Error(err)
			}
		},
	} {
		running.Go(func() {
			for !t.Failed() {
				select {
				case <-done:
					return
				default:
					work()
				}
			}
		})
	}
	return func() {
		close(done)
		running.Wait()
	}
}

// Backups of a node at work, in every form: each becomes a data directory with the
// blocks that the node had, and a chain that goes on.
func TestBackupUnderLoad(t *testing.T) {
	files, dir := t.TempDir(), t.TempDir()
	p := startBackedUp(t, dir)
	client := p.client()
	mineBlocks(t, client, "0xc8")
	stop := load(t, client)
	tarFile, folder, stream := filepath.Join(files, "one.tar"), filepath.Join(files, "two"), filepath.Join(files, "three")
	succeed(t, "backup", "--dev", "--datadir", dir, "--out", tarFile)
	succeed(t, "backup", "--dev", "--datadir", dir, "--out", folder)
	out, _ := succeed(t, "backup", "--dev", "--datadir", dir, "--out", "-")
	if err := os.WriteFile(stream, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	stop()
	last := send(t, client, devnetKey).BlockNumber.Uint64()
	p.mustStop()

	chain := filepath.Join(files, "chain")
	succeed(t, "export", "--dev", "--datadir", dir, chain)
	blocks, err := os.ReadFile(chain)
	if err != nil {
		t.Fatal(err)
	}
	for i, from := range []string{tarFile, folder, stream} {
		to := filepath.Join(t.TempDir(), "data")
		m := manifestOf(t, from)
		if m.Head.Number < 200 || m.Head.Number >= last || m.Keys {
			t.Errorf("%s: %+v", from, m)
		}
		if _, told := succeed(t, "restore", "--dev", "--datadir", to, from); !strings.Contains(told, m.Head.Hash.Hex()) {
			t.Errorf("told %s, want %s", told, m.Head.Hash)
		}
		again := chain + filepath.Base(from)
		succeed(t, "export", "--dev", "--datadir", to, again)
		have, err := os.ReadFile(again)
		if err != nil || !bytes.HasPrefix(blocks, have) {
			t.Errorf("%s: the blocks are others (%v)", from, err)
		}
		if _, err := os.Stat(filepath.Join(to, "nodekey")); err == nil {
			t.Errorf("%s has the node's key", from)
		}
		if i > 0 {
			continue
		}
		restored := startNode(t, "--dev", "--datadir", to)
		client := restored.client()
		if head, err := client.HeaderByHash(t.Context(), m.Head.Hash); err != nil || head.Number.Uint64() != m.Head.Number {
			t.Errorf("block %s: %v (%v)", m.Head.Hash, head, err) // its head may be later: it takes waiting transactions back
		}
		if got := send(t, client, devnetKey).BlockNumber.Uint64(); got <= m.Head.Number {
			t.Errorf("goes on with block %d after %d", got, m.Head.Number)
		}
		restored.mustStop()
	}
}

// manifestOf reads the manifest of a backup in any form.
func manifestOf(t *testing.T, path string) *backup.Manifest {
	t.Helper()
	var m *backup.Manifest
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if info, _ := file.Stat(); info.IsDir() {
		m, err = backup.ReadManifest(path)
	} else {
		m, err = backup.Check(file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A stopped node's data are copied without it, keys only if they are asked for, and a
// network's genesis always.
func TestBackupOfStoppedNode(t *testing.T) {
	dir, files := t.TempDir(), t.TempDir()
	genesis := filepath.Join(files, "genesis.json")
	succeed(t, "genesis", "new", "--chainid", "77001", "--instant", "--fund.dev", "--out", genesis)
	succeed(t, "init", "--datadir", dir, genesis)
	for name, content := range map[string]string{"nodekey": "key", "keystore/UTC--a": "{}", "jwtsecret": "secret"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain, secret := filepath.Join(files, "plain"), filepath.Join(files, "secret.tar")
	succeed(t, "backup", "--datadir", dir, "--out", plain)
	succeed(t, "backup", "--datadir", dir, "--keys", "--out", secret)
	for from, want := range map[string]bool{plain: false, secret: true} {
		to := filepath.Join(t.TempDir(), "data")
		succeed(t, "restore", "--datadir", to, from)
		for _, name := range []string{"nodekey", "keystore/UTC--a"} {
			if _, err := os.Stat(filepath.Join(to, name)); (err == nil) != want {
				t.Errorf("%s of %s: %v", name, from, err)
			}
		}
		if _, err := os.Stat(filepath.Join(to, "jwtsecret")); err == nil {
			t.Error("a secret was copied that is made anew")
		}
		if shown, _ := succeed(t, "genesis", "show", "--datadir", to); !strings.Contains(shown, "77001") {
			t.Errorf("genesis: %s", shown)
		}
	}

	refuse(t, "it exists", "backup", "--datadir", dir, "--out", secret)
	refuse(t, "--out FILE.tar", "backup", "--datadir", dir)
	refuse(t, "there is no chain in", "backup", "--datadir", files, "--out", filepath.Join(files, "none"))
	refuse(t, "is not empty (it has", "restore", "--datadir", dir, secret)
	refuse(t, "no such file", "restore", "--datadir", filepath.Join(files, "x"), filepath.Join(files, "none"))
	refuse(t, "this is no backup", "restore", "--datadir", filepath.Join(files, "x"), genesis)
	refuse(t, "this is no backup", "restore", "--datadir", filepath.Join(files, "x"), dir)
	refuse(t, `the backup is of the network`, "restore", "--dev", "--datadir", filepath.Join(files, "y"), secret)
	refuse(t, "restore needs a backup", "restore")

	whole, err := os.ReadFile(secret)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(files, "cut.tar")
	for _, size := range []int{100, 512, len(whole) / 2, len(whole) - 6000} {
		if err := os.WriteFile(cut, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "data")
		refuse(t, "the backup is incomplete", "restore", "--datadir", to, cut)
		if left, err := os.ReadDir(to); err != nil || len(left) > 0 {
			t.Errorf("left in the data directory: %v, %v", left, err)
		}
	}
}

// A node without IPC tells why it cannot be asked.
func TestBackupWithoutIPC(t *testing.T) {
	dir := t.TempDir()
	p := startNode(t, "--dev", "--datadir", dir)
	p.await("JSON-RPC ready")
	refuse(t, "start it without --ipcdisable", "backup", "--dev", "--datadir", dir, "--out", filepath.Join(t.TempDir(), "b"))
	p.mustStop()
}

// slowBackup runs a backup whose output is not read yet.
func slowBackup(t *testing.T, dir string) (*exec.Cmd, io.ReadCloser) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "backup", "--dev", "--datadir", dir, "--out", "-")
	cmd.Env = append(os.Environ(), roleVariable+"=node", "HOME="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// Whoever of the two is killed during a backup: the node has its chain, and what was
// written is no backup.
func TestKillDuringBackup(t *testing.T) {
	dir := t.TempDir()
	p := startBackedUp(t, dir)
	client := p.client()
	mineBlocks(t, client, "0x5dc") // more than what is read ahead
	killed, _ := slowBackup(t, dir)
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	head := send(t, client, devnetKey)

	waiting, out := slowBackup(t, dir)
	p.signal(syscall.SIGKILL)
	p.exit()
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if waiting.Wait() == nil {
		t.Error("a backup succeeded whose node was killed")
	}
	if m, err := backup.Check(bytes.NewReader(append([]byte{'l'}, rest...))); err == nil {
		t.Errorf("half a backup passes for one: %+v", m)
	}

	again := startBackedUp(t, dir)
	client = again.client()
	if got, err := client.HeaderByNumber(t.Context(), nil); err != nil || got.Number.Cmp(head.BlockNumber) < 0 {
		t.Errorf("head %v after the kill, told %v (%v)", got, head.BlockNumber, err)
	}
	succeed(t, "backup", "--dev", "--datadir", dir, "--out", filepath.Join(t.TempDir(), "b.tar"))
	again.mustStop()
}

// A full disk is the backup's trouble, not the node's.
func TestBackupToFullDisk(t *testing.T) {
	dir, small, few := t.TempDir(), t.TempDir(), t.TempDir()
	for disk, options := range map[string]string{small: "size=256k", few: "size=100m,nr_inodes=8"} {
		if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, options); err != nil {
			t.Skipf("a file system cannot be mounted here: %v", err)
		}
		t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	}
	p := startBackedUp(t, dir)
	client := p.client()
	mineBlocks(t, client, "0x12c")
	refuse(t, "the disk has no room for it: it takes about", "backup", "--dev", "--datadir", dir, "--out", filepath.Join(small, "b.tar"))
	refuse(t, "no space left on device", "backup", "--dev", "--datadir", dir, "--out", filepath.Join(few, "b"))
	for _, disk := range []string{small, few} {
		if left, err := os.ReadDir(disk); err != nil || len(left) > 0 {
			t.Errorf("left on the disk: %v, %v", left, err)
		}
	}
	send(t, client, devnetKey)
	p.mustStop()
}

// The methods behind the command: what nobody reads to its end can be ended.
func TestBackupOverRPC(t *testing.T) {
	dir := t.TempDir()
	p := startBackedUp(t, dir)
	head := send(t, p.client(), devnetKey)
	client, err := rpc.DialContext(t.Context(), filepath.Join(dir, "monolith.ipc"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var begun struct {
		ID   string
		Hash common.Hash
	}
	if err := client.CallContext(t.Context(), &begun, "admin_startBackup"); err != nil || begun.Hash != head.BlockHash {
		t.Fatalf("%+v, %v", begun, err)
	}
	for _, want := range []bool{true, false} {
		var ended bool
		if err := client.CallContext(context.Background(), &ended, "admin_stopBackup", begun.ID); err != nil || ended != want {
			t.Errorf("ended %v, %v", ended, err)
		}
	}
	p.mustStop()
}
