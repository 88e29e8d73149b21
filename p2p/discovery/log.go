package discovery

import (
	"context"
	"log/slog"

	gethlog "github.com/ethereum/go-ethereum/log"
)

// quiet is the logger of discv5: go-ethereum's own, but nothing goes out above
// Info, which is debug in this node's log. What discv5 warns of, others cause.
func quiet() gethlog.Logger {
	return gethlog.NewLogger(demoting{gethlog.Root().Handler()})
}

// demoting is a handler that lowers the levels of what it passes on.
type demoting struct{ next slog.Handler }

// Enabled implements slog.Handler.
func (d demoting) Enabled(ctx context.Context, level slog.Level) bool {
	return d.next.Enabled(ctx, min(level, slog.LevelInfo))
}

// Handle implements slog.Handler.
func (d demoting) Handle(ctx context.Context, record slog.Record) error {
	record.Level = min(record.Level, slog.LevelInfo)
	return d.next.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (d demoting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return demoting{d.next.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (d demoting) WithGroup(name string) slog.Handler {
	return demoting{d.next.WithGroup(name)}
}
