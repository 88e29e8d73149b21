package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
)

// databaseCommands look after the database. They take the lock on the data
// directory as a node does, so neither disturbs the other.
func (a *app) databaseCommands() []*cli.Command {
	return []*cli.Command{
		{Name: "stats", Usage: "show what takes how much room", Action: a.dbStats,
			Description: "Reads the whole database. What is in LevelDB is counted before compression; what it takes on the disk is told in the end."},
		{Name: "verify", Usage: "check that everything stored is as it must be", ArgsUsage: "[FIRST LAST]", Action: a.dbVerify,
			Description: "Checks links, indexes, proofs of work, cumulative work, bodies and receipts of all blocks or of a range, without executing them, " +
				"and every node of the head's state. To look at the state the chain is opened as by a start, which recovers the head of a node that was killed. " +
				"Ends with the first fault and exit code 1."},
		{Name: "compact", Usage: "give back the room of what was deleted or overwritten", Action: a.dbCompact,
			Description: "LevelDB does so by itself in the course of time. Interrupting it does no harm."},
		{Name: "prune", Usage: "remove what the settings do not keep, and give back its room", Action: a.dbPrune,
			Description: "Removes the states older than the blocks of --gcmode full or --history.state, with their index, and the address index if " +
				"--index.addresses is off. What is kept of the states is copied first, for which there has to be room. The index of old states is made " +
				"anew at the next start. If it was interrupted or killed, run it again, or start the node: nothing else is lost."},
		{Name: "rollback", Usage: "go back to an earlier block and delete what came after it", ArgsUsage: "NUMBER", Action: a.dbRollback,
			Description: "Blocks that were deleted come back from the next peer or from a file to import. Refuses to go further back than state history reaches (--gcmode, --history.state). " +
				"Over more than the 128 blocks in memory, the index of old states is made anew at the next start. If it was killed, run it again."},
	}
}

// withDB opens a database that exists, and closes it after do.
func (a *app) withDB(ctx *cli.Context, do func(*node, *db.Service) error) error {
	return a.withNode(ctx, func(n *node) error {
		if n.cfg.DB.Memory {
			return errors.New("without --datadir there is no database to look after")
		}
		if exists, err := db.Exists(n.cfg.DB.Dir); err != nil {
			return err
		} else if !exists {
			return fmt.Errorf("there is no database in %s: name another --datadir", n.cfg.DB.Dir)
		}
		if err := n.register(ctx.Context, []registration{n.registerDB}); err != nil {
			return err
		}
		store, err := registry.Fetch[*db.Service](n.services)
		if err == nil {
			err = cutShort(ctx, do(n, store))
		}
		select {
		case damage := <-store.Failed(): // which others take for an absent key
			err = errors.Join(damage, err)
		default:
		}
		return errors.Join(err, n.services.StopAll())
	})
}

func (a *app) dbStats(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	return a.withDB(ctx, func(n *node, store *db.Service) error {
		log := n.occasionally("Reading the database")
		found, err := store.Inspect(ctx.Context, func(keys uint64) { log(logrus.Fields{"keys": keys}) })
		if err != nil {
			return err
		}
		return a.printStats(found)
	})
}

func (a *app) printStats(found *db.Inspection) error {
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "in LevelDB\tkeys\tsize\t\n")
	var bytes uint64
	for _, u := range found.Shares {
		bytes += u.Bytes
		fmt.Fprintf(table, "%s\t%d\t%s\t\n", u.Kind, u.Keys, size(u.Bytes))
	}
	fmt.Fprintf(table, "all\t%d\t%s\t\n", found.Keys(), size(bytes))
	fmt.Fprintf(table, "\t\t\t\nin the ancient store\t\ton disk\t\n")
	for _, t := range found.Tables {
		fmt.Fprintf(table, "%s: %s\t\t%s\t\n", t.Store, t.Name, size(t.Bytes))
	}
	fmt.Fprintf(table, "all\t\t%s\t\n", size(found.Ancient))
	fmt.Fprintf(table, "\t\t\t\nLevelDB\t\t%s\t\nand the ancient store\t\t%s\t\n", size(found.LevelDB), size(found.LevelDB+found.Ancient))
	return table.Flush()
}

func (a *app) dbVerify(ctx *cli.Context) error {
	if err := maxArguments(ctx, 2); err != nil {
		return err
	}
	first, last, err := blockRange("verify", ctx.Args().Slice())
	if err != nil {
		return err
	}
	if last == nil {
		all := uint64(math.MaxUint64)
		last = &all
	}
	return a.withDB(ctx, func(n *node, store *db.Service) error {
		done, err := chain.Verify(ctx.Context, n.chainConfig(store), first, *last, n.progress("Verifying blocks"))
		if fault := new(chain.FaultError); errors.As(err, &fault) && fault.Number > 0 {
			return fmt.Errorf("%w; restore a backup, or import or sync the blocks again in an empty --datadir", fault)
		}
		if err != nil {
			return err
		}
		n.log.WithFields(logrus.Fields{
			"first": first, "last": done.Number, "transactions": done.Transactions, "elapsed": done.Elapsed.Round(time.Millisecond),
		}).Info("Blocks are as they must be")
		return n.verifyState(ctx.Context)
	})
}

func (n *node) verifyState(ctx context.Context) error {
	if err := n.registerChain(ctx); err != nil {
		return err
	}
	c, err := registry.Fetch[*chain.Service](n.services)
	if err != nil {
		return err
	}
	fields := func(s chain.StateSize) logrus.Fields {
		return logrus.Fields{"accounts": s.Accounts, "slots": s.Slots, "contracts": s.Contracts}
	}
	log := n.occasionally("Verifying the state")
	found, err := c.VerifyState(ctx, func(s chain.StateSize) { log(fields(s)) })
	if fault := new(chain.FaultError); errors.As(err, &fault) {
		return fmt.Errorf("%w; restore a backup, or import or sync the blocks again in an empty --datadir", fault)
	}
	if err != nil {
		return err
	}
	n.log.WithFields(fields(found)).WithField("number", c.CurrentBlock().Number).Info("State is as it must be")
	return nil
}

func (a *app) dbCompact(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	return a.withDB(ctx, func(n *node, store *db.Service) error {
		before, _, err := db.Usage(n.cfg.DB.Dir)
		if err != nil {
			return err
		}
		start, log := time.Now(), n.occasionally("Compacting the database")
		if err := store.Compact(ctx.Context, func(percent int) { log(logrus.Fields{"percent": percent}) }); err != nil {
			return err
		}
		after, _, err := db.Usage(n.cfg.DB.Dir)
		if err != nil {
			return err
		}
		n.log.WithFields(logrus.Fields{"before": size(before), "after": size(after), "elapsed": time.Since(start).Round(time.Millisecond)}).
			Info("Database compacted")
		return nil
	})
}

func (a *app) dbRollback(ctx *cli.Context) error {
	if err := maxArguments(ctx, 1); err != nil {
		return err
	}
	number, err := strconv.ParseUint(ctx.Args().First(), 10, 64)
	if err != nil {
		return fmt.Errorf("rollback needs the number of the block to go back to, not %q", ctx.Args().First())
	}
	return a.withDB(ctx, func(n *node, store *db.Service) error {
		if chain.BeyondMemory(store.Database(), number) {
			n.cfg.Chain.Unindexed = true
			if _, err := store.RemoveHistoryIndex(ctx.Context, func(string, uint64, uint64) {}); err != nil {
				return err
			}
		}
		if err := n.registerChain(ctx.Context); err != nil {
			return err
		}
		c, err := registry.Fetch[*chain.Service](n.services)
		if err != nil {
			return err
		}
		return c.Rollback(ctx.Context, number)
	})
}

// occasionally returns a function that logs its fields now and then.
func (n *node) occasionally(message string) func(logrus.Fields) {
	logged := time.Now()
	return func(fields logrus.Fields) {
		if time.Since(logged) >= progressInterval {
			logged = time.Now()
			n.log.WithFields(fields).Info(message)
		}
	}
}
