package main

import (
	"context"
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
	var n *node
	var before, removed uint64
	start := time.Now()
	err := a.withDB(ctx, func(opened *node, store *db.Service) (err error) {
		n = opened
		if before, _, err = db.Usage(n.cfg.DB.Dir); err == nil {
			removed, err = n.prune(ctx.Context, store)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case removed > 0: // told now that it is closed, since LevelDB deletes its files in the background
		after, _, err := db.Usage(n.cfg.DB.Dir)
		if err != nil {
			return err
		}
		n.log.WithFields(logrus.Fields{"before": size(before), "after": size(after), "elapsed": time.Since(start).Round(time.Millisecond)}).
			Info("Database pruned")
	case n.cfg.Chain.StateHistory == 0:
		return errNothingToPrune
	default:
		n.log.WithField("blocks", n.cfg.Chain.StateHistory).Info("Nothing to remove: only recent states are kept already")
	}
	return nil
}

// prune returns how many things it removed.
func (n *node) prune(ctx context.Context, store *db.Service) (removed uint64, err error) {
	log := n.occasionally("Pruning the database")
	progress := func(what string, done, all uint64) {
		fields := logrus.Fields{"what": what, "done": done}
		if all > 0 {
			fields["of"] = all
		}
		log(fields)
	}
	var steps []db.PruneStep
	if keep := n.cfg.Chain.StateHistory; keep > 0 {
		steps, err = store.PruneHistories(ctx, keep, progress)
	}
	if err == nil && !n.cfg.IndexAddresses {
		var step db.PruneStep
		step, err = store.RemovePrefix(ctx, "address index", []byte(addressindex.KeyPrefix), progress)
		steps = append(steps, step)
	}
	for _, step := range steps {
		if step.Removed > 0 {
			removed += step.Removed
			n.log.WithFields(logrus.Fields{"what": step.What, "removed": step.Removed, "size": size(step.Bytes)}).Info("Pruned")
		}
	}
	return removed, err
}
