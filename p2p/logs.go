package p2p

import (
	"context"
	"log/slog"

	"github.com/libp2p/go-libp2p/gologshim"
	"github.com/sirupsen/logrus"
)

// BridgeLogs leads what libp2p logs into l, as component "libp2p". libp2p's
// packages share one handler, which this sets for the whole process; call it
// once, before the first host is built.
//
// Most of what libp2p has to say is about peers and what they did wrong, so
// levels come down: nothing is above debug but errors, which are warnings.
func BridgeLogs(l logrus.FieldLogger) {
	gologshim.SetDefaultHandler(newLogHandler(l, "libp2p"))
}

// logHandler is a slog handler that writes to logrus.
type logHandler struct{ entry *logrus.Entry }

func newLogHandler(l logrus.FieldLogger, component string) logHandler {
	return logHandler{l.WithField("component", component)}
}

// Enabled implements slog.Handler.
func (h logHandler) Enabled(_ context.Context, level slog.Level) bool {
	return h.entry.Logger.IsLevelEnabled(logLevel(level))
}

// Handle implements slog.Handler.
func (h logHandler) Handle(_ context.Context, record slog.Record) error {
	fields := make(logrus.Fields, record.NumAttrs())
	record.Attrs(func(attr slog.Attr) bool {
		fields[attr.Key] = attr.Value.Resolve().Any()
		return true
	})
	h.entry.WithFields(fields).WithTime(record.Time).Log(logLevel(record.Level), record.Message)
	return nil
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	fields := make(logrus.Fields, len(attrs))
	for _, attr := range attrs {
		fields[attr.Key] = attr.Value.Resolve().Any()
	}
	return logHandler{h.entry.WithFields(fields)}
}

// WithGroup implements slog.Handler. libp2p uses no groups.
func (h logHandler) WithGroup(string) slog.Handler { return h }

func logLevel(level slog.Level) logrus.Level {
	switch {
	case level >= slog.LevelError:
		return logrus.WarnLevel
	case level >= slog.LevelInfo:
		return logrus.DebugLevel
	default:
		return logrus.TraceLevel
	}
}
