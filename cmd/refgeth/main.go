// Command refgeth is the yardstick that the node's JSON-RPC is held against:
// go-ethereum's own node on the genesis file of one of our networks.
//
// It is put together of go-ethereum's packages as cmd/geth puts itself together
// for --dev: go-ethereum's defaults, no peers, a simulated beacon chain if asked
// for, the development accounts unlocked. (cmd/geth cannot be built from the
// module proxy: its beacon light client needs a module that is refused there.)
// It knows nothing of our proof of work: config.pow in the genesis file is for it
// a key like any other that it does not know, and the seal in a header's extra
// data is extra data. So a chain file that `monolith export` wrote is imported by
// the stock rules, and both nodes serve the same chain:
//
//	monolith export --datadir DIR chain.rlp
//	refgeth -genesis genesis.json -import chain.rlp -http.port 9545
//
// The tests of this package send the same requests to both, and cmd/rpcbench
// measures them beside each other. Nothing of it is part of the node's binary.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/log"

	"github.com/monolith-chain/monolith/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "refgeth:", err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	genesis   *config.Genesis
	chainFile string // to import; "" = none
	dataDir   string // "" = in memory

	httpAddr string
	httpPort int
	api      []string
	ipcPath  string

	poolSlots uint64 // transactions that the pool holds for execution

	beacon bool
	period uint64 // seconds between two blocks of the beacon; 0 = one per transaction
}

func parse(args []string) (settings, error) {
	var (
		s                   settings
		genesis, network    string
		api                 string
		flags               = flag.NewFlagSet("refgeth", flag.ContinueOnError)
		verbosity           = flags.String("log.level", "warn", "least severe messages to log")
		level               slog.Level
		errGenesis, errFlag error
	)
	flags.StringVar(&genesis, "genesis", "", "genesis file; empty for that of -network")
	flags.StringVar(&network, "network", "dev", "built-in network of ours whose genesis to take")
	flags.StringVar(&s.chainFile, "import", "", "chain file to import before serving")
	flags.StringVar(&s.dataDir, "datadir", "", "where the chain is stored; empty keeps it in memory")
	flags.StringVar(&s.httpAddr, "http.addr", "127.0.0.1", "interface for HTTP and WebSocket")
	flags.IntVar(&s.httpPort, "http.port", 8545, "port for HTTP and WebSocket; 0 for any free one")
	flags.StringVar(&api, "http.api", "eth,net,web3", "namespaces to serve there")
	flags.StringVar(&s.ipcPath, "ipcpath", "", "socket that serves all namespaces; empty for none")
	flags.Uint64Var(&s.poolSlots, "txpool.globalslots", ethconfig.Defaults.TxPool.GlobalSlots, "executable transactions in the pool")
	flags.BoolVar(&s.beacon, "beacon", false, "make blocks, by a simulated beacon chain")
	flags.Uint64Var(&s.period, "period", 0, "seconds between two such blocks; 0 for one as soon as there is a transaction")
	if errFlag = flags.Parse(args); errFlag != nil {
		return s, errFlag
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if genesis != "" {
		s.genesis, errGenesis = config.LoadGenesis(genesis)
	} else {
		s.genesis, errGenesis = config.Preset(network)
	}
	s.api = strings.Split(api, ",")
	if err := errors.Join(errGenesis, level.UnmarshalText([]byte(*verbosity))); err != nil {
		return s, err
	}
	log.SetDefault(log.NewLogger(log.NewTerminalHandlerWithLevel(os.Stderr, level, false)))
	return s, nil
}

// run serves until the context ends. When it is ready it says so on out, with its
// address.
func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	stack, err := open(s)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready", stack.HTTPEndpoint())
	<-ctx.Done()
	return stack.Close()
}
