package main

import (
	"errors"
	"time"

	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/shared/addressindex"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
)

// errNothingToPrune is for those who expect an archive to become smaller.
var errNothingToPrune = errors.New("nothing to remove: the settings keep the state of every block (--gcmode archive); " +
	"to keep recent ones only set --gcmode full, or --history.state BLOCKS")

// dbPrune removes what the settings do not keep.
func (a *app) dbPrune(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	return a.withDB(ctx, func(n *node, store *db.Service) error {
		before, _, err := db.Usage(n.cfg.DB.Dir)
		if err != nil {
			return err
		}
		start, pruned := time.Now(), false
		report := func(steps ...db.PruneStep) {
			for _, step := range steps {
				if step.Removed > 0 {
					pruned = true
					n.log.WithFields(logrus.Fields{"what": step.What, "removed": step.Removed, "size": size(step.Bytes)}).Info("Pruned")
				}
			}
		}
		log := n.occasionally("Pruning the database")
		progress := func(what string, done, all uint64) {
			fields := logrus.Fields{"what": what, "done": done}
			if all > 0 {
				fields["of"] = all
			}
			log(fields)
		}
		if keep := n.cfg.Chain.StateHistory; keep > 0 {
			steps, err := store.PruneHistories(ctx.Context, keep, progress)
			report(steps...)
			if err != nil {
				return err
			}
		}
		if !n.cfg.IndexAddresses {
			step, err := store.RemovePrefix(ctx.Context, "address index", []byte(addressindex.KeyPrefix), progress)
			report(step)
			if err != nil {
				return err
			}
		}
		if !pruned {
			if n.cfg.Chain.StateHistory == 0 {
				return errNothingToPrune
			}
			n.log.WithField("blocks", n.cfg.Chain.StateHistory).Info("Nothing to remove: only recent states are kept already")
			return nil
		}
		after, _, err := db.Usage(n.cfg.DB.Dir)
		if err != nil {
			return err
		}
		n.log.WithFields(logrus.Fields{"before": size(before), "after": size(after), "elapsed": time.Since(start).Round(time.Millisecond)}).
			Info("Database pruned")
		return nil
	})
}
