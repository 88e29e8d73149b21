package main

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/urfave/cli/v2"
)

// release returns the version of this binary: what the Makefile gave it or, for
// one that was built without it, what the go command knows.
func release() string {
	if info, ok := debug.ReadBuildInfo(); ok && version == unknown && strings.HasPrefix(info.Main.Version, "v") {
		return info.Main.Version
	}
	return version
}

// version is the command that tells what this binary was made of.
func (a *app) version(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s %s\ncommit       %s\ndate         %s\ngo           %s %s/%s\n",
		name, release(), commit, date, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/ethereum/go-ethereum" {
				fmt.Fprintf(a.stdout, "go-ethereum  %s\n", module.Version)
			}
		}
	}
	return nil
}

// config is the command that prints the effective configuration.
func (a *app) config(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	for _, warning := range cfg.Warnings() {
		fmt.Fprintf(a.stderr, "%s: warning: %s\n", name, warning)
	}
	return cfg.WriteTOML(a.stdout)
}

// health is the command that asks a running node, found by the same settings,
// how it is. Containers run it, so the answer is its exit code.
func (a *app) health(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	if !cfg.Metrics {
		return errors.New("the node's health is served beside its metrics, which are switched off (--metrics)")
	}
	path := "/healthz"
	if ctx.Bool("ready") {
		path = "/readyz"
	}
	report, err := monitor.Check(ctx.Context, "http://"+reachable(cfg.Monitor.Addr)+path)
	for _, service := range report.Services { // none if no node has answered
		fmt.Fprintf(a.stdout, "%-8s %-9s %s\n", service.Name, service.State, service.Status)
	}
	if ctx.Bool("ready") {
		for _, check := range report.Checks {
			fmt.Fprintln(a.stdout, checkLine(check))
		}
	}
	return err
}

// checkLine says what a threshold of readiness was compared with.
func checkLine(check monitor.CheckReport) string {
	state, limit := "kept", "no limit"
	if !check.OK {
		state = "broken"
	}
	if check.Limit != nil {
		limit = fmt.Sprintf("limit %d", *check.Limit)
	}
	return fmt.Sprintf("%-8s %-9s %d %s, %s", check.Name, state, check.Value, check.Unit, limit)
}

// reachable turns an address to listen on into one to connect to.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
