package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/db/backup"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/logging"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
)

// restoreDir is the data directory in the making, inside of the one that it becomes:
// that one may be a mount, which cannot be renamed.
const restoreDir = "restore" + backup.PartialSuffix

// restore is the command that makes a data directory of a backup.
func (a *app) restore(ctx *cli.Context) error {
	if !ctx.Args().Present() {
		return errors.New("restore needs a backup: FILE.tar, a directory, or - for the standard input")
	}
	from := ctx.Args().First()
	if from != stdStream || ctx.NArg() > 1 {
		if err := maxArguments(ctx, 1); err != nil {
			return err
		}
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	source, size, end, err := openBackup(from)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer end()
	if err := emptyDataDir(cfg.DataDir, size); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	staging := filepath.Join(cfg.DataDir, restoreDir)
	if err := os.Mkdir(staging, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	m, err := a.extract(ctx.Context, source, cfg, staging)
	if err == nil {
		err = a.proveBackup(ctx, m, staging)
	}
	if err == nil {
		err = moveUp(staging)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(staging))
	}
	fmt.Fprintf(a.stderr, "restored %s to %s: block %d (%s), of %s\n", m.Network, cfg.DataDir, m.Head.Number, m.Head.Hash, m.Created)
	return nil
}

// openBackup opens what was named; size is 0 if it cannot be known.
func openBackup(from string) (source backup.Source, size uint64, end func(), err error) {
	if from == stdStream {
		return backup.Source{Stream: os.Stdin}, 0, func() {}, nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return source, 0, nil, err
	}
	if info.IsDir() {
		m, err := backup.ReadManifest(from)
		if err != nil {
			return source, 0, nil, err
		}
		return backup.Source{Dir: from}, uint64(m.Size()), func() {}, nil
	}
	file, err := os.Open(from)
	if err != nil {
		return source, 0, nil, err
	}
	return backup.Source{Stream: file}, uint64(info.Size()), func() { _ = file.Close() }, nil
}

// emptyDataDir makes sure that there is an empty directory with room in it.
func emptyDataDir(dir string, size uint64) error {
	if dir == "" {
		return errors.New("there is no data directory (--datadir)")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		switch entry.Name() {
		case "lost+found": // of a file system of its own
		case restoreDir:
			return fmt.Errorf("%s is the rest of a restore that was interrupted, or another one is running: remove it if not", filepath.Join(dir, restoreDir))
		default:
			return fmt.Errorf("the data directory %s is not empty (it has %s): choose another --datadir", dir, entry.Name())
		}
	}
	return enoughRoom(dir, size)
}

// extract writes what is in a backup to a directory.
func (a *app) extract(ctx context.Context, source backup.Source, cfg *config.Config, dir string) (*backup.Manifest, error) {
	log, err := logging.New(cfg.Log, a.stderr)
	if err != nil {
		return nil, err
	}
	store := cfg.DB
	store.Dir, store.Memory, store.Log = dir, false, log.WithField("service", "db")
	m, err := backup.Extract(ctx, source, store)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	return m, nil
}

// proveBackup opens the chain, which executes the last blocks, and compares its head
// with what the manifest says.
func (a *app) proveBackup(ctx *cli.Context, m *backup.Manifest, dir string) error {
	a.typed["datadir"] = dir
	cfg, err := a.load()
	if err != nil {
		return err
	}
	if have := cfg.Genesis().Hash(); have != m.Genesis {
		return fmt.Errorf("restore: the backup is of the network %q with the genesis block %s, the settings choose %q with %s: "+
			"name the backup's network (--genesis, --network or --dev)", m.Network, m.Genesis, cfg.NetworkName(), have)
	}
	proved := false
	err = a.withChain(ctx, func(n *node, c *chain.Service) error {
		head := c.CurrentBlock()
		if head.Hash() != m.Head.Hash {
			return fmt.Errorf("restore: the head is block %d (%s), and was block %d (%s) when the backup was made",
				head.Number, head.Hash(), m.Head.Number, m.Head.Hash)
		}
		if !c.HasState(head.Root) {
			return fmt.Errorf("restore: block %d has no state", head.Number)
		}
		n.log.WithFields(logrus.Fields{"number": head.Number, "hash": head.Hash()}).Info("Backup is good")
		proved = true
		return nil
	})
	if err == nil && !proved { // a node that a signal ends has not failed, but this has
		err = fmt.Errorf("restore is incomplete: %w", context.Cause(ctx.Context))
	}
	return err
}

// moveUp makes a directory's parent what the directory is, the chain last: without it
// there is no node's data.
func moveUp(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Name() != databaseName {
			names = append(names, entry.Name())
		}
	}
	for _, name := range append(names, databaseName) {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(filepath.Dir(dir), name)); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	if err := os.Remove(dir); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}
