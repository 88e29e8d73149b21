package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/urfave/cli/v2"

	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/db"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/registry"
)

// statusTimeout is how long a node may take to say how it is, as for health.
const statusTimeout = 5 * time.Second

func statusFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "watch", DisableDefaultText: true, Usage: "go on until Ctrl-C, with every new head; a line for each change if the output is no terminal"},
		&cli.BoolFlag{Name: "json", DisableDefaultText: true, Usage: "print what the node answered, for programs"},
		&cli.StringFlag{Name: "rpc", Usage: "`URL` of the node's JSON-RPC, or the path of its IPC socket"},
		&cli.StringFlag{Name: "jwtsecret", Usage: "`FILE` with the node's secret, if the URL is that of its authenticated port"},
	}
}

// overview is what a node says of itself. The answers are kept as they came too:
// that is what --json prints.
type overview struct {
	Endpoint string           `json:"endpoint"` // where it was asked
	Status   json.RawMessage  `json:"status"`   // of monolith_status
	Services json.RawMessage  `json:"services"` // of monolith_services
	Peers    json.RawMessage  `json:"peers"`    // of monolith_peers
	Database *databaseSummary `json:"database"` // null if the node is not asked by its socket
	Memory   *uint64          `json:"memory"`   // bytes; null if the door does not tell (debug_memStats)

	status   statusSummary
	services []serviceSummary
	peers    []peerSummary
	missed   string // doors before this one, at which nobody answered
}

// databaseSummary is what the data directory tells, in bytes.
type databaseSummary struct {
	Dir  string `json:"dir"`
	Size uint64 `json:"size"`
	Free uint64 `json:"free"`
}

// What is shown of the answers.
type (
	statusSummary struct {
		ClientVersion, Name, Engine string
		ChainID                     *hexutil.Big
		Genesis                     common.Hash
		BlockTime                   *hexutil.Uint64
		Started, Time               hexutil.Uint64
		Head                        struct {
			Hash                                 common.Hash
			Number, Timestamp, GasUsed, GasLimit hexutil.Uint64
			Transactions                         hexutil.Uint
		}
		Safe, Finalized hexutil.Uint64
		Syncing         syncSummary
		Network         bool
		Peers           hexutil.Uint
		Pool            struct{ Pending, Queued hexutil.Uint }
		Mining          *struct {
			Mining   bool
			Hashrate hexutil.Uint64
			Coinbase common.Address
			Threads  hexutil.Uint
		}
		Hashrate     *hexutil.Uint64
		AddressIndex *struct {
			Head   hexutil.Uint64
			Synced bool
		}
	}
	serviceSummary struct {
		Name  string
		State registry.State
		Since hexutil.Uint64
		Error *string
	}
	peerSummary struct {
		ID, Client, Direction string
		Latency               *hexutil.Uint64
		Head                  *struct{ Number hexutil.Uint64 }
	}
)

// syncSummary is eth_syncing's answer: false, or how far it is.
type syncSummary struct {
	Syncing                    bool
	CurrentBlock, HighestBlock hexutil.Uint64
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *syncSummary) UnmarshalJSON(data []byte) error {
	if string(data) == "false" {
		*s = syncSummary{}
		return nil
	}
	type progress syncSummary
	s.Syncing = true
	return json.Unmarshal(data, (*progress)(s))
}

// status is the command that shows how a running node is.
func (a *app) status(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	o := &observer{}
	if o.doors, err = doorsOf(cfg, ctx.String("rpc")); err != nil {
		return err
	}
	if path := ctx.String("jwtsecret"); path != "" {
		secret, err := noderpc.ReadSecret(path)
		if err != nil {
			return err
		}
		o.auth = noderpc.NewAuth(secret)
	}
	defer o.hangUp()
	screen := newScreen(a.stdout, a.environment, ctx.Bool("json"))
	if ctx.Bool("watch") {
		return watchNode(ctx.Context, o, screen)
	}
	seen, err := o.look(ctx.Context)
	if err != nil {
		return err
	}
	return screen.show(seen)
}

// door is a place where a node may be asked.
type door struct {
	url     string
	dataDir string // of the node behind it, if it is on this machine
}

// doorsOf returns where to ask, the best first: at the one that was named, or else
// where a node with these settings is to be found.
func doorsOf(cfg *config.Config, named string) ([]door, error) {
	if named != "" {
		u, err := url.Parse(named)
		if err != nil || !slices.Contains([]string{"", "http", "https", "ws", "wss"}, u.Scheme) {
			return nil, errors.New("--rpc is the URL of a node, which begins with http, https, ws or wss, or the path of its IPC socket")
		}
		if u.Scheme == "" && named == cfg.RPC.IPCPath {
			return []door{{named, cfg.DataDir}}, nil
		}
		return []door{{url: named}}, nil
	}
	var doors []door
	if cfg.RPC.IPCPath != "" {
		doors = append(doors, door{cfg.RPC.IPCPath, cfg.DataDir})
	}
	if cfg.RPC.HTTP && cfg.RPC.Port > 0 {
		address := net.JoinHostPort(cfg.RPC.Addr, strconv.Itoa(cfg.RPC.Port))
		doors = append(doors, door{url: "http://" + reachable(address)})
	}
	if len(doors) == 0 {
		return nil, errors.New("the settings leave no way to ask the node, neither IPC nor HTTP: name one with --rpc")
	}
	return doors, nil
}

// observer asks a node how it is, again and again by the same connection.
type observer struct {
	doors []door       // to try; only the one that was opened, as soon as there is one
	auth  rpc.HTTPAuth // may be nil

	door         door
	missed       string      // the doors before it
	client       *rpc.Client // nil = not connected
	subscription *rpc.ClientSubscription
	heads        chan json.RawMessage // news of heads, if the door tells them
}

// look asks the node, by the first door that somebody answers at.
func (o *observer) look(ctx context.Context) (*overview, error) {
	if o.client != nil {
		seen, err := o.ask(ctx)
		if err != nil {
			o.hangUp()
			return nil, fmt.Errorf("no answer at %s: %w", o.door.name(), plain(err))
		}
		return seen, nil
	}
	var failures []string
	for _, at := range o.doors {
		seen, err := o.knock(ctx, at)
		if err == nil {
			if len(failures) > 0 {
				o.missed = strings.Join(failures, " or ")
				seen.missed = o.missed
			}
			o.doors = []door{o.door} // behind another one may be another node
			return seen, nil
		}
		o.hangUp()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if answered, ok := errors.AsType[rpc.Error](err); ok {
			return nil, refusal(at, answered)
		}
		failures = append(failures, fmt.Sprintf("%s (%s)", at.name(), printable(plain(err).Error())))
	}
	return nil, fmt.Errorf("no node answers at %s: start one, or say where it is with --datadir or --rpc", strings.Join(failures, " or "))
}

// knock connects and asks for the first time.
func (o *observer) knock(ctx context.Context, at door) (*overview, error) {
	var options []rpc.ClientOption
	if o.auth != nil {
		options = append(options, rpc.WithHTTPAuth(o.auth))
	}
	dial, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	var err error
	o.door = at
	if o.client, err = rpc.DialOptions(dial, at.url, options...); err != nil {
		return nil, err
	}
	return o.ask(ctx)
}

// follow has the node tell when there is a new head. Where it cannot, as over
// HTTP, the watch looks often enough.
func (o *observer) follow(ctx context.Context) {
	if o.subscription != nil {
		select {
		case <-o.subscription.Err(): // the connection was made anew
			o.subscription, o.heads = nil, nil
		default:
			return
		}
	}
	if o.client == nil || !o.client.SupportsSubscriptions() {
		return
	}
	heads := make(chan json.RawMessage, 16) // that one look covers
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	if subscription, err := o.client.EthSubscribe(ctx, heads, "newHeads"); err == nil {
		o.subscription, o.heads = subscription, heads
	}
}

func (o *observer) hangUp() {
	if o.subscription != nil {
		o.subscription.Unsubscribe()
	}
	if o.client != nil {
		o.client.Close()
	}
	o.client, o.subscription, o.heads = nil, nil, nil
}

// ask has it all answered in one round.
func (o *observer) ask(ctx context.Context) (*overview, error) {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	seen := &overview{Endpoint: o.door.name(), missed: o.missed}
	var memory struct{ Sys, HeapReleased uint64 }
	batch := []rpc.BatchElem{
		{Method: "monolith_status", Args: []any{}, Result: &seen.Status},
		{Method: "monolith_services", Args: []any{}, Result: &seen.Services},
		{Method: "monolith_peers", Args: []any{}, Result: &seen.Peers},
		{Method: "debug_memStats", Args: []any{}, Result: &memory},
	}
	if err := o.client.BatchCallContext(ctx, batch); err != nil {
		return nil, err
	}
	for _, call := range batch[:3] {
		if call.Error != nil {
			return nil, call.Error
		}
	}
	if err := errors.Join(json.Unmarshal(seen.Status, &seen.status), json.Unmarshal(seen.Services, &seen.services), json.Unmarshal(seen.Peers, &seen.peers)); err != nil {
		return nil, fmt.Errorf("it is not a Monolith node of this version: %w", err)
	}
	if batch[3].Error == nil && memory.Sys > memory.HeapReleased {
		taken := memory.Sys - memory.HeapReleased
		seen.Memory = &taken
	}
	if dir := o.door.dataDir; dir != "" {
		if size, free, err := db.Usage(dir); err == nil {
			seen.Database = &databaseSummary{dir, size, free}
		}
	}
	return seen, nil
}

// name is the URL without what is secret in it.
func (d door) name() string {
	if u, err := url.Parse(d.url); err == nil && u.Scheme != "" {
		return u.Redacted()
	}
	return d.url
}

// refusal explains the error of a node that was reached.
func refusal(at door, err rpc.Error) error {
	const methodNotFound = -32601
	if err.ErrorCode() == methodNotFound {
		return fmt.Errorf("what answers at %s has no namespace monolith there: ask the node by its IPC socket, or run it with --http.api ...,monolith", at.name())
	}
	return fmt.Errorf("the node at %s: %s", at.name(), printable(err.Error()))
}

// plain leaves of an error what went wrong, without the call and the address.
func plain(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", statusTimeout)
	}
	return err
}
