package rpc

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/core/filtermaps"
	"github.com/ethereum/go-ethereum/core/types"
)

var errTooManyLogs = errors.New("too many logs")

// logCount ends a search that finds too much, before all of it is in memory. It goes
// with the context to where go-ethereum's search fetches logs, since that has no limit.
type logCount struct {
	limit int64 // 0 = none
	all   bool  // every log matches
	found atomic.Int64
}

type logCountKey struct{}

func (c *logCount) in(ctx context.Context, all bool) context.Context {
	c.all = all
	return context.WithValue(ctx, logCountKey{}, c)
}

// countedIn returns the count of the search that the context is of, if any.
func countedIn(ctx context.Context) *logCount {
	c, _ := ctx.Value(logCountKey{}).(*logCount)
	return c
}

func (c *logCount) add(n int) error {
	if found := c.found.Add(int64(n)); c.limit > 0 && found > c.limit {
		return errTooManyLogs
	}
	return nil
}

// over tells whether the search was ended.
func (c *logCount) over() bool { return c.limit > 0 && c.found.Load() > c.limit }

// countedMatcher counts the logs that the index points to, nearly all of which match.
type countedMatcher struct{ filtermaps.MatcherBackend }

// GetLogByLvIndex fetches one.
func (m countedMatcher) GetLogByLvIndex(ctx context.Context, index uint64) (*types.Log, error) {
	if c := countedIn(ctx); c != nil {
		if err := c.add(1); err != nil {
			return nil, err
		}
	}
	return m.MatcherBackend.GetLogByLvIndex(ctx, index)
}
