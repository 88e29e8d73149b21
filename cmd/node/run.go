package main

import (
	"context"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	gethmetrics "github.com/ethereum/go-ethereum/metrics"
	"github.com/monolith-chain/monolith/config"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/logging"
	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace/noop"
)

// run is the command that runs a node until a signal or a failure.
func (a *app) run(ctx *cli.Context) error {
	if ctx.Args().Present() {
		return unknownCommand(ctx, ctx.App.Commands)
	}
	return a.withNode(ctx, func(n *node) error {
		greet(n)
		if n.cfg.GethMetrics {
			gethmetrics.Enable() // before any of go-ethereum's parts is made
			n.metrics.MustRegister(monitor.NewGethCollector(gethmetrics.DefaultRegistry))
		}
		if err := n.register(ctx.Context, n.all()); err != nil {
			return err
		}
		return n.run(ctx.Context)
	})
}

// withNode loads settings and genesis, makes a logger and calls do. An error of
// do has been logged, as the last line, when it is returned; a signal that cut
// do short is none.
func (a *app) withNode(ctx *cli.Context, do func(*node) error) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	log, err := logging.New(cfg.Log, a.stderr)
	if err != nil {
		return err
	}
	logging.BridgeGeth(log)
	// go-ethereum asks for a tracer with every RPC request. There is none; the
	// default provider makes something each time that could become one.
	otel.SetTracerProvider(noop.NewTracerProvider())
	nodep2p.BridgeLogs(log)
	for _, warning := range cfg.Warnings() {
		log.Warn(warning)
	}
	err = do(newNode(cfg, log))
	if err == nil || interrupted(ctx.Context) && errors.Is(err, context.Canceled) {
		return nil
	}
	log.WithField("err", err).Error("Exiting after a failure")
	return loggedError{err}
}

// run starts the services and stops them after a signal or a failure. Its error
// is that of the service which failed, or of those that did not stop cleanly.
func (n *node) run(ctx context.Context) error {
	if err := n.services.StartAll(); err != nil {
		return err
	}
	var failure error
	select {
	case <-ctx.Done():
		n.log.WithField("cause", context.Cause(ctx)).Info("Stopping")
	case failure = <-n.services.Failed():
	}
	began := time.Now()
	if err := errors.Join(failure, n.services.StopAll()); err != nil {
		return err
	}
	n.log.WithField("elapsed", time.Since(began).Round(time.Millisecond)).Info("Stopped")
	return nil
}

// greet logs what runs where, and what a newcomer must know.
func greet(n *node) {
	data := n.cfg.DataDir
	if data == "" {
		data = "memory"
	}
	n.log.WithFields(logrus.Fields{
		"version": release(), "network": n.cfg.NetworkName(), "chainid": n.genesis.Core.Config.ChainID, "genesis": n.genesis.Hash(), "data": data,
	}).Info("Monolith")
	if n.cfg.Network != "" {
		n.log.WithFields(logrus.Fields{"mnemonic": config.DevMnemonic, "account": config.DevAccounts()[0]}).
			Warn("Everybody knows the keys of this network's funded accounts: never send anything of value to them")
	}
	if n.cfg.Dev {
		for i, key := range config.DevKeys() {
			n.log.WithFields(logrus.Fields{"address": config.DevAccounts()[i].Hex(), "key": hexutil.Encode(crypto.FromECDSA(key))}).
				Info("Account with 10000 ether")
		}
	}
	if n.stock() {
		n.log.Warn("Stock consensus: blocks need no proof of work")
	}
	if ahead := time.Until(time.Unix(int64(n.genesis.Core.Timestamp), 0)); ahead > 0 {
		n.log.WithField("ahead", ahead.Round(time.Second)).Warn("The genesis block lies in the future, or this machine's clock is wrong: no block can be mined yet")
	}
}
