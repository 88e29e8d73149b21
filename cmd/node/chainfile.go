package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
)

// progressInterval is how often a long export or import says how far it is.
const progressInterval = 5 * time.Second

// export is the command that writes the chain to a file.
func (a *app) export(ctx *cli.Context) error {
	if !ctx.Args().Present() {
		return errors.New("export needs the name of the file to write")
	}
	if err := maxArguments(ctx, 3); err != nil {
		return err
	}
	first, last, err := blockRange(ctx.Command.Name, ctx.Args().Tail())
	if err != nil {
		return err
	}
	return a.withChain(ctx, func(n *node, c *chain.Service) error {
		if last == nil {
			head := c.CurrentBlock().Number.Uint64()
			last = &head
		}
		write := func(w io.Writer) error {
			return c.Export(ctx.Context, w, first, *last, n.progress("Exporting blocks"))
		}
		path := ctx.Args().First()
		if err := writeChainFile(path, write); err != nil {
			return err
		}
		n.log.WithFields(logrus.Fields{"file": path, "first": first, "last": *last, "hash": c.GetCanonicalHash(*last)}).
			Info("Exported blocks")
		return nil
	})
}

// blockRange reads the optional numbers of the first and last block; last is
// nil for the head.
func blockRange(command string, args []string) (first uint64, last *uint64, err error) {
	if len(args) == 0 {
		return 0, nil, nil
	}
	if len(args) == 1 {
		return 0, nil, fmt.Errorf("%s needs both the first and the last block, or neither", command)
	}
	numbers := make([]uint64, 2)
	for i, arg := range args {
		if numbers[i], err = strconv.ParseUint(arg, 10, 64); err != nil {
			return 0, nil, fmt.Errorf("%q is not a block number", arg)
		}
	}
	return numbers[0], &numbers[1], nil
}

// writeChainFile writes a file that was not there before, gzipped if its name
// ends in .gz. Until it is complete it has another name, so that nobody takes
// the remains of an interrupted export for a whole one.
func writeChainFile(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("export to %s: the file exists", path)
	}
	partial := path + ".partial"
	file, err := os.Create(partial)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(partial))
		}
	}()
	if strings.HasSuffix(path, ".gz") {
		zipped := gzip.NewWriter(file)
		err = errors.Join(write(zipped), zipped.Close())
	} else {
		err = write(file)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(partial, path)
}

// importFiles is the command that adds the blocks of chain files.
func (a *app) importFiles(ctx *cli.Context) error {
	if !ctx.Args().Present() {
		return errors.New("import needs the names of the files to read")
	}
	if err := maxArguments(ctx, ctx.NArg()); err != nil {
		return err
	}
	return a.withChain(ctx, func(n *node, c *chain.Service) error {
		for _, path := range ctx.Args().Slice() {
			if err := importFile(ctx.Context, n, c, path); err != nil {
				return err
			}
		}
		return nil
	})
}

func importFile(ctx context.Context, n *node, c *chain.Service, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer file.Close()
	if err := c.Import(ctx, bufio.NewReader(file), n.progress("Importing blocks")); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	head := c.CurrentBlock()
	n.log.WithFields(logrus.Fields{"file": path, "number": head.Number, "hash": head.Hash()}).Info("Imported blocks")
	return nil
}

// withChain opens the database and the chain, without the services that would
// use it, and closes them after do.
func (a *app) withChain(ctx *cli.Context, do func(*node, *chain.Service) error) error {
	return a.withNode(ctx, func(n *node) error {
		if err := n.register(ctx.Context, n.store()); err != nil {
			return err
		}
		if err := n.services.StartAll(); err != nil {
			return err
		}
		c, err := registry.Fetch[*chain.Service](n.services)
		if err == nil {
			err = do(n, c)
		}
		return errors.Join(cutShort(ctx, err), n.services.StopAll())
	})
}

// cutShort makes a failure of what a signal has ended: unlike a node that was told
// to stop, a job that is not done has failed.
func cutShort(ctx *cli.Context, err error) error {
	if interrupted(ctx.Context) && (errors.Is(err, context.Canceled) || errors.Is(err, errSignal)) {
		return fmt.Errorf("%s is incomplete: %w", ctx.Command.Name, context.Cause(ctx.Context))
	}
	return err
}

// progress returns a function that logs how far a job is, now and then.
func (n *node) progress(message string) func(chain.Progress) {
	logged := time.Now()
	return func(p chain.Progress) {
		if time.Since(logged) < progressInterval {
			return
		}
		logged = time.Now()
		seconds := p.Elapsed.Seconds()
		n.log.WithFields(logrus.Fields{
			"number": p.Number, "blocks": p.Blocks, "known": p.Known, "transactions": p.Transactions,
			"blocks_per_second": int(float64(p.Blocks) / seconds),
			"mgas_per_second":   int(float64(p.Gas) / 1e6 / seconds),
			"elapsed":           p.Elapsed.Round(time.Second),
		}).Info(message)
	}
}
