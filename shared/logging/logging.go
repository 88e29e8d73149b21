// Package logging makes the node's one logger and leads other loggers into it.
//
// cmd/node calls [New] once and hands the logger to every constructor; nothing
// here is global, except that [BridgeGeth] replaces the root logger that
// go-ethereum's packages share. The package starts no goroutine.
//
// Two formats: "text" for eyes,
//
//	2026-08-01T12:00:00.123Z INFO  Mined block                              number=7 hash=5ad1f3..09bc77
//
// with fields that begin in one column, values as geth prints them and stacks
// on lines of their own; and "json" for machines, one object a line with whole
// values. In both, fields are sorted and an error is the field "err".
package logging

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
)

// Formats of a log line.
const (
	Text = "text"
	JSON = "json"
)

// levels that can be asked for. There is none above error: a node that does
// not say why it failed helps nobody.
var levels = []string{"error", "warn", "info", "debug", "trace"}

var formats = []string{Text, JSON}

// Config says what to log, and how.
type Config struct {
	Level  string // error, warn, info, debug or trace: lines below it are dropped
	Format string // text or json
}

// DefaultConfig is for somebody at a terminal.
func DefaultConfig() Config { return Config{Level: "info", Format: Text} }

// Validate reports every unusable value, with those that could be used.
func (c Config) Validate() error {
	var errs []error
	if !slices.Contains(levels, c.Level) {
		errs = append(errs, fmt.Errorf("log level %q is unknown: choose one of %s", c.Level, strings.Join(levels, ", ")))
	}
	if !slices.Contains(formats, c.Format) {
		errs = append(errs, fmt.Errorf("log format %q is unknown: choose one of %s", c.Format, strings.Join(formats, ", ")))
	}
	return errors.Join(errs...)
}

// New returns a logger that writes to out, in colour if that is a terminal. It
// fails if the configuration is not valid.
func New(cfg Config, out io.Writer) (*logrus.Logger, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if out == nil {
		return nil, errors.New("log output is nil")
	}
	level, err := logrus.ParseLevel(cfg.Level)
	if err != nil {
		return nil, fmt.Errorf("parse log level: %w", err)
	}
	log := logrus.New()
	log.SetOutput(out)
	log.SetLevel(level)
	if cfg.Format == JSON {
		log.SetFormatter(newJSONFormatter())
	} else {
		log.SetFormatter(&textFormatter{colored: isTerminal(out)})
	}
	return log, nil
}

// Discard returns a logger that writes nothing, for tests.
func Discard() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	log.SetLevel(logrus.ErrorLevel) // so that lesser lines are not even formatted
	return log
}
