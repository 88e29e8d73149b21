package rpc

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/ethdb"

	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/db/backup"
)

// withBackup lets a node's small database be copied.
func withBackup(t *testing.T) func(*Config) {
	t.Helper()
	cfg := db.DefaultConfig()
	cfg.Memory, cfg.Log = true, discard()
	store, err := db.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Stop(); err != nil {
			t.Error(err)
		}
	})
	source := backup.Config{
		DB: store, Client: "Monolith/test", Network: "test",
		Head: func(ethdb.KeyValueReader) (uint64, common.Hash, error) { return 7, peerHash, nil },
	}
	return func(cfg *Config) {
		cfg.Backup = func(keys bool) (Backup, error) { return backup.Open(source, keys) }
	}
}

func newBackups(t *testing.T) *admin {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ipc")
	a := &admin{node: newNode(t, withBackup(t), func(cfg *Config) { cfg.IPCPath = path })}
	a.local = a.dial(path)
	return a
}

func (a *admin) startBackup() string {
	a.t.Helper()
	var start backupStart
	a.check(a.local.CallContext(a.t.Context(), &start, "admin_startBackup", true))
	if start.Number != 7 || start.Hash != peerHash {
		a.t.Errorf("start %+v", start)
	}
	return start.ID
}

// What is read piece by piece is a whole backup.
func TestBackup(t *testing.T) {
	a := newBackups(t)
	id := a.startBackup()
	var stream bytes.Buffer
	for done := false; !done; {
		var piece backupPiece
		a.check(a.local.CallContext(t.Context(), &piece, "admin_readBackup", id, hexutil.Uint64(1000)))
		if len(piece.Data) != 1000 && !piece.Done {
			t.Errorf("a piece of %d bytes", len(piece.Data))
		}
		stream.Write(piece.Data)
		done = piece.Done
	}
	m, err := backup.Check(&stream)
	a.check(err)
	if !m.Keys || m.Head.Hash != peerHash {
		t.Errorf("manifest %+v", m)
	}
	a.fails(codeInvalidParams, "there is no such backup, or no more", "admin_readBackup", id, "0x1")
	a.want(`false`, "admin_stopBackup", id)
}

// One without a reader ends, one whose reader asks for nothing goes on.
func TestBackupWithoutReader(t *testing.T) {
	a := newBackups(t)
	api := a.rpc.backend.backups
	api.idle = time.Second // no request takes as long
	id := a.startBackup()
	wanted := time.Now().Add(3 * api.idle / 2)
	for time.Now().Before(wanted) {
		a.want(`{"data":"","done":false}`, "admin_readBackup", id, "0x0")
	}
	a.await("the backup is given up", func() bool { return api.find(id) == nil })
	a.fails(codeInvalidParams, "there is no such backup, or no more: nobody read it for 1s", "admin_readBackup", id, "0x1")
}

// There are only so many, those that were left open end with the service, and the
// public port knows nothing of them.
func TestBackupsAtATime(t *testing.T) {
	a := newBackups(t)
	var id string
	for range maxBackups {
		id = a.startBackup()
	}
	a.fails(codeServer, "too many backups", "admin_startBackup")
	a.want(`true`, "admin_stopBackup", id)
	a.startBackup()
	_, err := a.ask("admin_startBackup")
	wantError(t, err, codeMethodNotFound, "the method admin_startBackup does not exist")
	a.check(a.rpc.Stop())
	if _, err := a.rpc.backend.backups.StartBackup(nil); err == nil {
		t.Error("a backup begins after the end")
	}
}
