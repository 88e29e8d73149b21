package logging

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	gethlog "github.com/ethereum/go-ethereum/log"
	"github.com/sirupsen/logrus"
)

// BridgeGeth leads what go-ethereum's packages log into l, as component "geth".
// They share one root logger, which this replaces for the whole process; call
// it once, before anything of go-ethereum is built.
//
// geth narrates at Info what the node tells in its own words, so levels come
// down: Info becomes debug, Debug and Trace become trace; Warn and Error stay,
// but for the few warnings that are no news here (see harmless).
//
// A Crit is an error with the field "exit": go-ethereum ends the process with
// os.Exit(1) as soon as it is logged. That cannot be prevented from here, and
// no deferred function runs.
//
// go-ethereum takes the standard library's loggers (log and slog) along when
// its own is replaced. What dependencies write there arrives by the same
// mapping, as component "std".
func BridgeGeth(l logrus.FieldLogger) {
	gethlog.SetDefault(gethlog.NewLogger(newBridge(l, "geth")))
	slog.SetDefault(slog.New(newBridge(l, "std")))
}

// bridge is a slog handler that writes to logrus. It only collects attributes until
// there is something to write: go-ethereum's RPC server makes a logger for every
// request, and hardly ever uses one.
type bridge struct {
	entry *logrus.Entry
	attrs []groupedAttr // collected so far
	group string        // prefix of further keys: "" or "group."
}

// groupedAttr is an attribute with the prefix of its key.
type groupedAttr struct {
	group string
	attr  slog.Attr
}

func newBridge(l logrus.FieldLogger, component string) *bridge {
	return &bridge{entry: l.WithField("component", component)}
}

// Enabled implements slog.Handler. Callers ask it before they format anything.
func (b *bridge) Enabled(_ context.Context, level slog.Level) bool {
	return b.entry.Logger.IsLevelEnabled(bridgeLevel(level))
}

// Handle implements slog.Handler. Values pass as they are: the formatter knows
// how geth prints them.
func (b *bridge) Handle(_ context.Context, record slog.Record) error {
	fields := make(logrus.Fields, len(b.attrs)+record.NumAttrs()+1)
	for _, collected := range b.attrs {
		addAttr(fields, collected.group, collected.attr)
	}
	record.Attrs(func(attr slog.Attr) bool {
		addAttr(fields, b.group, attr)
		return true
	})
	if record.Level >= gethlog.LevelCrit {
		fields["exit"] = true
	}
	level := bridgeLevel(record.Level)
	if level <= logrus.WarnLevel && harmless(record.Message) {
		level = logrus.DebugLevel
	}
	b.entry.WithFields(fields).WithTime(record.Time).Log(level, record.Message)
	return nil
}

// harmless tells geth's warnings and errors that nodes of ours would show in the
// course of things: the freezer looks for a head before a new database has one,
// the RPC server tells of each call that was answered with an error, a reverted one
// for example. Branches deeper than the states in memory cut the state history, and
// to shorten the chain by many blocks is impossible but for development chains.
func harmless(message string) bool {
	switch message {
	case "Head block is not reachable", "Truncating freezer table", "Impossible reorg, please file an issue":
		return true
	}
	return strings.HasPrefix(message, "Served ")
}

// WithAttrs implements slog.Handler.
func (b *bridge) WithAttrs(attrs []slog.Attr) slog.Handler {
	collected := slices.Clip(b.attrs) // others may add to the same
	for _, attr := range attrs {
		collected = append(collected, groupedAttr{b.group, attr})
	}
	return &bridge{entry: b.entry, attrs: collected, group: b.group}
}

// WithGroup implements slog.Handler.
func (b *bridge) WithGroup(name string) slog.Handler {
	if name == "" {
		return b
	}
	return &bridge{entry: b.entry, attrs: b.attrs, group: b.group + name + "."}
}

// addAttr adds an attribute, or those of a group one by one: logrus has no
// nested fields.
func addAttr(fields logrus.Fields, prefix string, attr slog.Attr) {
	value := attr.Value.Resolve()
	if value.Kind() != slog.KindGroup {
		if attr.Key != "" {
			fields[prefix+attr.Key] = value.Any()
		}
		return
	}
	if attr.Key != "" {
		prefix += attr.Key + "."
	}
	for _, member := range value.Group() {
		addAttr(fields, prefix, member)
	}
}

func bridgeLevel(level slog.Level) logrus.Level {
	switch {
	case level >= slog.LevelError:
		return logrus.ErrorLevel
	case level >= slog.LevelWarn:
		return logrus.WarnLevel
	case level >= slog.LevelInfo:
		return logrus.DebugLevel
	default:
		return logrus.TraceLevel
	}
}
