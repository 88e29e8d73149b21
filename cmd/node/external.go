package main

import (
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/urfave/cli/v2"

	"github.com/monolith-chain/monolith/miner"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/logging"
)

func externalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "rpc", Value: "http://127.0.0.1:8545", Usage: "`URL` of the node's JSON-RPC, or the path of its IPC socket"},
		&cli.IntFlag{Name: "threads", Value: 1, Usage: "`N` threads that seal"},
		&cli.Float64Flag{Name: "cpu", Value: 1, Usage: "`SHARE` of a core that each of them may use, 0.1 for a tenth"},
		&cli.StringFlag{Name: "jwtsecret", Usage: "`FILE` with the node's secret, if the URL is that of its authenticated port"},
	}
}

// external is the command that mines for a node which runs elsewhere.
func (a *app) external(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	log, err := logging.New(cfg.Log, a.stderr)
	if err != nil {
		return err
	}
	var auth rpc.HTTPAuth
	if path := ctx.String("jwtsecret"); path != "" {
		secret, err := noderpc.ReadSecret(path)
		if err != nil {
			return err
		}
		auth = noderpc.NewAuth(secret)
	}
	x, err := miner.NewExternal(miner.ExternalConfig{
		URL: ctx.String("rpc"), Auth: auth, Threads: ctx.Int("threads"), CPU: ctx.Float64("cpu"), Log: log,
	})
	if err != nil {
		return err
	}
	x.Run(ctx.Context)
	return nil
}
