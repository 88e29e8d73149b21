package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// doomed is a service that fails for good once it runs.
type doomed struct{ failed chan error }

var errDoomed = errors.New("out of luck")

func (d *doomed) Start()               { d.failed <- errDoomed }
func (d *doomed) Stop() error          { return nil }
func (d *doomed) Status() error        { return nil }
func (d *doomed) Failed() <-chan error { return d.failed }

// A service that fails for good stops the node in order; the last line says
// which it was, and why.
func TestFatalFailure(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	var log bytes.Buffer
	a := &app{stderr: &log, typed: map[string]string{
		"dev": "true", "http": "false", "ipcdisable": "true", "metrics.addr": "127.0.0.1:0", "log.format": "json",
	}}
	ctx := cli.NewContext(cli.NewApp(), nil, nil)
	ctx.Context = t.Context()
	err := a.withNode(ctx, func(n *node) error {
		if err := n.register(ctx.Context, n.all()); err != nil {
			return err
		}
		if err := n.services.RegisterService(&doomed{failed: make(chan error, 1)}); err != nil {
			return err
		}
		return n.run(ctx.Context)
	})
	if !errors.Is(err, errDoomed) || !errors.As(err, new(loggedError)) {
		t.Fatalf("got %v, want what was logged already", err)
	}
	var stopped []string
	var last line
	for text := range strings.Lines(log.String()) {
		last = make(line)
		if err := json.Unmarshal([]byte(text), &last); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if last.text("msg") == "Stopped service" {
			stopped = append(stopped, last.text("service"))
		}
	}
	if want := []string{"main.doomed", "monitor", "rpc", "addressindex", "wallet", "miner", "txpool", "chain", "db"}; !slices.Equal(stopped, want) {
		t.Errorf("stopped %v, want %v", stopped, want)
	}
	if last.text("level") != "error" || !strings.Contains(last.text("err"), "doomed") || !strings.Contains(last.text("err"), errDoomed.Error()) {
		t.Errorf("the last line is %v", last)
	}
}
