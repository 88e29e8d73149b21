package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/db/backup"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/urfave/cli/v2"
)

// Names that files have in a data directory made of a backup: those that the settings
// look for.
const (
	journalName  = "transactions.rlp"
	nodeKeyName  = "nodekey"
	keystoreName = "keystore"
	databaseName = "chaindata"
)

// stdStream stands for the standard output or input, where a file is named.
const stdStream = "-"

func backupFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Usage: "`FILE`.tar or directory to write, neither of which may be there; - for a stream in the tar format on the standard output (required)"},
		&cli.BoolFlag{Name: "keys", DisableDefaultText: true, Usage: "copy the node's key and the keystore too: who has the backup then has them"},
	}
}

// backup is the command that copies a node's data.
func (a *app) backup(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	out := ctx.String("out")
	if out == "" {
		return errors.New("backup needs to know where to: --out FILE.tar, --out DIRECTORY or --out - for the standard output")
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	if cfg.RPC.IPCPath != "" {
		client, err := rpc.DialContext(ctx.Context, cfg.RPC.IPCPath)
		if err == nil {
			defer client.Close()
			return a.backupRunning(ctx, client, out)
		}
	}
	return a.backupStopped(ctx, cfg, out)
}

// backupRunning has the node at the other end of the socket send its data.
func (a *app) backupRunning(ctx *cli.Context, client *rpc.Client, out string) error {
	stream, err := startBackup(ctx.Context, client, ctx.Bool("keys"))
	if err != nil {
		return fmt.Errorf("backup of the running node: %w", err)
	}
	return errors.Join(a.writeBackup(stream, stream.size, out), stream.Close())
}

// backupStopped opens the data itself, since no node answers.
func (a *app) backupStopped(ctx *cli.Context, cfg *config.Config, out string) error {
	if cfg.DataDir == "" {
		return errors.New("backup: there is no data directory (--datadir), and no node answers over IPC (--ipcpath)")
	}
	if _, err := os.Stat(filepath.Join(cfg.DataDir, databaseName)); err != nil {
		return fmt.Errorf("backup: no node answers over IPC, and there is no chain in %s (--datadir)", cfg.DataDir)
	}
	return a.withNode(ctx, func(n *node) error {
		err := n.register(ctx.Context, []registration{n.registerDB})
		if errors.Is(err, db.ErrLocked) {
			return fmt.Errorf("backup: a node runs on %s but does not answer on %q: name its socket (--ipcpath), or start it without --ipcdisable", cfg.DataDir, cfg.RPC.IPCPath)
		}
		if err != nil {
			return err
		}
		var store *db.Service
		if err := n.services.FetchService(&store); err != nil {
			return errors.Join(err, n.services.StopAll())
		}
		source, err := n.backupConfig(store, nil)
		if err == nil {
			err = a.copyStore(ctx.Context, source, ctx.Bool("keys"), out)
		}
		return errors.Join(err, n.services.StopAll())
	})
}

func (a *app) copyStore(ctx context.Context, source backup.Config, keys bool, out string) error {
	b, err := backup.Open(source, keys)
	if err != nil {
		return err
	}
	return errors.Join(a.writeBackup(untilDone{ctx, b}, b.Size(), out), b.Close())
}

// untilDone is a reader that ends with a context.
type untilDone struct {
	ctx context.Context
	io.Reader
}

func (r untilDone) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(p)
}

// writeBackup writes a stream to where it was asked for, checking it on the way, and
// tells what it has.
func (a *app) writeBackup(stream io.Reader, size uint64, out string) error {
	began := time.Now()
	var m *backup.Manifest
	var err error
	if out == stdStream {
		m, err = backup.Check(io.TeeReader(stream, a.stdout))
	} else {
		if _, err := os.Lstat(out); err == nil {
			return fmt.Errorf("backup to %s: it exists", out)
		}
		if err := enoughRoom(filepath.Dir(out), size); err != nil {
			return fmt.Errorf("backup to %s: %w", out, err)
		}
		if strings.HasSuffix(out, ".tar") {
			m, err = writeBackupFile(stream, out)
		} else {
			m, err = backup.Unpack(stream, strings.TrimRight(out, "/"))
		}
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(a.stderr, "backup of %s, block %d (%s): %d MB in %s\n", m.Network, m.Head.Number, m.Head.Hash, m.Size()>>20, time.Since(began).Round(time.Millisecond))
	return nil
}

// writeBackupFile writes a tar file that has another name until it is complete.
func writeBackupFile(stream io.Reader, path string) (_ *backup.Manifest, err error) {
	partial := path + backup.PartialSuffix
	file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(partial))
		}
	}()
	m, err := backup.Check(io.TeeReader(stream, file))
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return m, os.Rename(partial, path)
}

// enoughRoom refuses to fill a disk.
func enoughRoom(dir string, size uint64) error {
	free, err := db.FreeBytes(dir)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err == nil && free < size {
		err = fmt.Errorf("%w: it takes about %d MB, and %d MB are free", errNoRoom, size>>20, free>>20)
	}
	return err
}

var errNoRoom = errors.New("the disk has no room for it")

// backupConfig says what is copied of this node, whose chain is open or nil.
func (n *node) backupConfig(store *db.Service, blocks *chain.Service) (backup.Config, error) {
	cfg := backup.Config{
		DB: store, Head: storedHead,
		Client: clientVersion(), Network: n.networkName(), Genesis: n.genesis.Hash(),
		Files: []backup.File{
			{Name: journalName, Path: n.cfg.PoolConfig().Journal},
			{Name: nodeKeyName, Path: n.cfg.P2PConfig().KeyFile, Secret: true},
			{Name: keystoreName, Path: n.cfg.Wallet.Keystore.Dir, Secret: true},
		},
	}
	if blocks != nil {
		cfg.Hold = blocks.Hold
	}
	if n.cfg.GenesisFile != "" {
		text, err := genesisText(n.genesis)
		if err != nil {
			return cfg, err
		}
		cfg.Files = append(cfg.Files, backup.File{Name: config.GenesisFileName, Content: text})
	}
	return cfg, nil
}

// offerBackup lets the node's owner copy its data over RPC.
func (n *node) offerBackup(cfg *noderpc.Config) error {
	var store *db.Service
	var blocks *chain.Service
	if err := errors.Join(n.services.FetchService(&store), n.services.FetchService(&blocks)); err != nil {
		return err
	}
	source, err := n.backupConfig(store, blocks)
	cfg.Backup = func(keys bool) (noderpc.Backup, error) { return backup.Open(source, keys) }
	return err
}

func storedHead(keys ethdb.KeyValueReader) (uint64, common.Hash, error) {
	hash := chain.StoredHead(keys)
	number, ok := rawdb.ReadHeaderNumber(keys, hash)
	if !ok {
		return 0, hash, errors.New("there is no chain in the database")
	}
	return number, hash, nil
}
