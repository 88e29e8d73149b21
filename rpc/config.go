package rpc

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/params"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// Names of the flags that errors of this package point to. They are geth's where
// geth has one; cmd/node declares its flags with these constants, so that the two
// cannot differ.
const (
	FlagHTTPAddr      = "http.addr"
	FlagHTTPPort      = "http.port"
	FlagHTTPAPI       = "http.api"
	FlagExplorer      = "http.explorer"
	FlagHTTPCORS      = "http.corsdomain"
	FlagHTTPVHosts    = "http.vhosts"
	FlagHTTPRead      = "http.read-timeout"
	FlagHTTPWrite     = "http.write-timeout"
	FlagConns         = "http.connection-limit"
	FlagClientConns   = "http.client-connection-limit"
	FlagHTTPIdle      = "http.idle-timeout"
	FlagWSOrigins     = "ws.origins"
	FlagWSRequests    = "ws.request-limit"
	FlagWSQueue       = "ws.queue-limit"
	FlagWSSubscribe   = "ws.subscription-limit"
	FlagIPCPath       = "ipcpath"
	FlagAuth          = "authrpc"
	FlagAuthAddr      = "authrpc.addr"
	FlagAuthPort      = "authrpc.port"
	FlagAuthVHosts    = "authrpc.vhosts"
	FlagAuthSecret    = "authrpc.jwtsecret"
	FlagAuthAPI       = "authrpc.api"
	FlagGasCap        = "rpc.gascap"
	FlagEVMTimeout    = "rpc.evmtimeout"
	FlagTxFeeCap      = "rpc.txfeecap"
	FlagUnprotected   = "rpc.allow-unprotected-txs"
	FlagTraceTime     = "rpc.trace-timeout"
	FlagTraceJS       = "rpc.trace-js"
	FlagPreimages     = "state.preimages"
	FlagProfiling     = "rpc.profiling"
	FlagBatchItems    = "rpc.batch-request-limit"
	FlagBatchResponse = "rpc.batch-response-max-size"
	FlagResponse      = "rpc.response-max-size"
	FlagBody          = "rpc.http-body-limit"
	FlagRequests      = "rpc.request-limit"
	FlagMemory        = "rpc.memory-limit"
	FlagHeavySlots    = "rpc.heavy-slots"
	FlagHeavyQueue    = "rpc.heavy-queue"
	FlagHeavyWait     = "rpc.heavy-wait"
	FlagLogRange      = "rpc.rangelimit"
	FlagLogQuery      = "rpc.logquerylimit"
	FlagLogResults    = "rpc.logresultlimit"
	FlagTxSync        = "rpc.txsync.defaulttimeout"
	FlagTxSyncMax     = "rpc.txsync.maxtimeout"
	FlagFilters       = "rpc.filter-limit"
	FlagClientFilters = "rpc.client-filter-limit"
	FlagFilterTimeout = "rpc.filter-timeout"
	FlagFilterBacklog = "rpc.filter-backlog"
	FlagFaucetAmount  = "faucet.amount"
	FlagFaucetPause   = "faucet.interval"
	FlagMinTip        = "gpo.mintip"
	FlagUnlock        = "unlock"
)

// Config is what the interfaces serve, where, and how much a client may ask.
type Config struct {
	Chain Chain
	Pool  Pool
	Miner Miner // nil = none: "pending" is then the head
	Dev   Dev   // nil = no development chain: its namespaces are not there

	AddressIndex AddressIndex // nil = off: what asks for an address's history fails

	Wallet   Wallet   // keys to sign with; nil = none
	Network  Network  // nil = none: no peers, and no namespace admin
	PeerHead PeerHead // what admin_peers tells of a peer's chain; nil = nothing
	Services Services // what monolith_services tells; nil = nothing

	Backup func(keys bool) (Backup, error) // copies the node's data, or those and its keys; nil = it cannot

	Sync          func() *ethereum.SyncProgress // nil, or a nil result, = not syncing
	History       History                       // told by eth_capabilities
	About         About                         // told by monolith_status
	ClientVersion string                        // answer of web3_clientVersion

	HTTP      bool     // serve HTTP
	WS        bool     // serve WebSocket on the same port
	Addr      string   // interface to bind
	Port      int      // 0 = any free one
	API       []string // namespaces served there; admin and miner are refused
	Explorer  bool     // serve the explorer there, with the namespace it needs
	CORS      []string // origins that browsers may call from; * = any, one * inside a pattern
	VHosts    []string // host names that requests may be addressed to; * = any; IP addresses always may
	WSOrigins []string // origins that browsers may open WebSockets from; * = any; none = localhost
	Auth      AuthConfig
	Profiling bool   // serve there, too, what profiles the process: it writes files
	IPCPath   string // Unix socket with all namespaces; "" = none

	Limits   Limits
	GasPrice GasPriceConfig
	Faucet   FaucetConfig

	Log         logrus.FieldLogger
	SetLogLevel func(logrus.Level)    // for debug_verbosity; nil = it does not work
	Registerer  prometheus.Registerer // may be nil
}

// AuthConfig is the port that serves, over HTTP and WebSocket, whoever signs his
// requests with the node's secret, as an Engine API does.
type AuthConfig struct {
	Enabled    bool
	Addr       string   // interface to bind
	Port       int      // 0 = any free one
	API        []string // namespaces served there; nil = all
	VHosts     []string // host names that requests may be addressed to; * = any; IP addresses always may
	SecretFile string   // 32 bytes in hex; made if there is none
}

// Limits bound what one request, connection or client costs. A zero where none is
// documented is a fault.
type Limits struct {
	GasCap           uint64        // gas of a call or estimate; 0 = none
	EVMTimeout       time.Duration // time of a call or estimate; 0 = none
	TraceTime        time.Duration // time of a tracing request
	TraceJS          bool          // run tracers in JavaScript that a client sends, whose memory nothing limits
	TxFeeCap         float64       // fee of a submitted transaction, ether; 0 = none
	AllowUnprotected bool          // accept transactions without a chain id (EIP-155)

	Body          int // bytes of an HTTP request or a WebSocket message
	BatchItems    int // requests in a batch
	BatchResponse int // bytes of a batch's answers
	Response      int // bytes of one answer
	Requests      int // being worked on, of all clients
	Memory        int // bytes of requests that are being worked on and answers that are being sent

	Conns       int // TCP connections, HTTP and WebSocket
	ClientConns int // the same from one IP address

	HeavySlots int           // calls that may compute for long at a time; 0 = one less than processors, at least one
	HeavyQueue int           // calls that may wait for a slot
	HeavyWait  time.Duration // how long they may

	LogRange         uint64        // blocks of a log query; 0 = any
	LogQuery         int           // addresses, or alternatives per topic, of a log query; 0 = any
	TxSyncTimeout    time.Duration // eth_sendRawTransactionSync waits for a receipt
	TxSyncMaxTimeout time.Duration // at most so long, whatever the client asks for

	LogResults    int           // logs that a query may find; 0 = any
	Filters       int           // polled filters
	ClientFilters int           // those of one client
	FilterTimeout time.Duration // a filter that is not polled for so long is removed
	FilterBacklog int           // results that may wait in all filters together

	ReadTimeout  time.Duration // to receive a request
	WriteTimeout time.Duration // to answer one
	IdleTimeout  time.Duration // between two on one connection

	ConnRequests      int // calls in flight per WebSocket or IPC connection
	ConnQueue         int // bytes that may wait for a slow reader of one
	ConnSubscriptions int // subscriptions per connection
}

// GasPriceConfig tunes the suggestions of eth_gasPrice and eth_maxPriorityFeePerGas,
// which go-ethereum's oracle makes from the tips paid in recent blocks.
type GasPriceConfig struct {
	Blocks     int      // how many recent blocks are looked at
	Percentile int      // which of the tips paid there is suggested
	MaxTip     *big.Int // never suggest more, wei
	MinTip     *big.Int // never suggest less, wei; zero for exactly what geth suggests
}

// FaucetConfig says what monolith_faucet gives away.
type FaucetConfig struct {
	Key      *ecdsa.PrivateKey // of the account that gives, which Dev fills; nil = none, this is no development chain
	Amount   *big.Int          // wei; nil or 0 = nothing
	Interval time.Duration     // between two gifts to one address; 0 = none
}

// DefaultConfig returns the settings of a node on one's own machine: the harmless
// namespaces, bound to the loopback interface.
func DefaultConfig() Config {
	return Config{
		ClientVersion: "Monolith",
		HTTP:          true,
		WS:            true,
		Addr:          "127.0.0.1",
		Port:          8545,
		API:           []string{"eth", "net", "web3"},
		Explorer:      true,
		VHosts:        []string{"localhost"},
		Auth:          AuthConfig{Addr: "127.0.0.1", Port: 8551, VHosts: []string{"localhost"}},
		Limits:        DefaultLimits(),
		GasPrice:      DefaultGasPrice(),
		Faucet:        FaucetConfig{Interval: time.Minute},
	}
}

// DefaultLimits returns geth's limits, and for what geth does not limit what one
// client of a node with a few cores can reasonably need.
func DefaultLimits() Limits {
	return Limits{
		GasCap:            50_000_000,
		EVMTimeout:        5 * time.Second,
		TraceTime:         30 * time.Second,
		TxFeeCap:          1,
		Body:              5 << 20,
		BatchItems:        1000,
		BatchResponse:     25_000_000,
		Response:          128 << 20,
		Requests:          16384,
		Memory:            512 << 20,
		Conns:             2000,
		ClientConns:       500,
		HeavyQueue:        1024,
		HeavyWait:         10 * time.Second,
		LogRange:          100_000,
		LogQuery:          1000,
		TxSyncTimeout:     20 * time.Second,
		TxSyncMaxTimeout:  time.Minute,
		LogResults:        100_000,
		Filters:           1000,
		ClientFilters:     500,
		FilterTimeout:     5 * time.Minute,
		FilterBacklog:     100_000,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ConnRequests:      256,
		ConnQueue:         32 << 20,
		ConnSubscriptions: 256,
	}
}

// DefaultGasPrice suggests at least 1 gwei. On a quiet chain the base fee sinks to
// a few wei and nobody outbids anybody, so that tips of a few wei would do; but a
// transaction made with them is stuck as soon as blocks fill up, since the base
// fee grows by an eighth per block. From 7 wei to 1 gwei takes it 160 full blocks:
// with this floor, a transaction signed on the quiet chain survives ten minutes of
// rush, and a transfer still costs 0.00002 ether. It is also what other
// development chains suggest and what wallets show without rounding it to zero.
func DefaultGasPrice() GasPriceConfig {
	return GasPriceConfig{
		Blocks:     20,
		Percentile: 60,
		MaxTip:     big.NewInt(500 * params.GWei),
		MinTip:     big.NewInt(params.GWei),
	}
}

// Validate reports every impossible setting at once. New checks what is missing.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	require(cfg.HTTP || !cfg.WS, "WebSocket needs the HTTP server, which is off")
	require(cfg.Port >= 0 && cfg.Port <= 65535, "--%s %d is not a port", FlagHTTPPort, cfg.Port)
	if cfg.HTTP {
		require(cfg.Addr != "", "--%s is empty: 0.0.0.0 is every interface", FlagHTTPAddr)
		require(len(cfg.API) > 0, "--%s is empty: choose from %s", FlagHTTPAPI, strings.Join(publicNamespaces(), ", "))
	}
	for _, name := range cfg.API {
		switch {
		case slices.Contains(localOnly, name):
			require(false, "--%s %s: that namespace is only served over IPC, and with --%s to who has the node's secret", FlagHTTPAPI, name, FlagAuth)
		case !slices.Contains(publicNamespaces(), name):
			require(false, "--%s %s: no such namespace, choose from %s", FlagHTTPAPI, name, strings.Join(publicNamespaces(), ", "))
		}
	}
	if cfg.Auth.Enabled {
		faults = append(faults, cfg.Auth.validate())
	}
	require(cfg.Faucet.Amount == nil || cfg.Faucet.Amount.Sign() >= 0, "--%s is negative", FlagFaucetAmount)
	require(cfg.Faucet.Interval >= 0, "--%s is negative", FlagFaucetPause)
	require(len(cfg.IPCPath) <= maxSocketPath, "--%s %s: a socket's path has at most %d bytes", FlagIPCPath, cfg.IPCPath, maxSocketPath)
	return errors.Join(append(faults, cfg.Limits.validate(), cfg.GasPrice.validate())...)
}

func (cfg AuthConfig) validate() error {
	var faults []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	require(cfg.Addr != "", "--%s is empty: 0.0.0.0 is every interface", FlagAuthAddr)
	require(cfg.Port >= 0 && cfg.Port <= 65535, "--%s %d is not a port", FlagAuthPort, cfg.Port)
	require(cfg.SecretFile != "", "--%s: there is no data directory to keep the secret in, name a file with --%s", FlagAuth, FlagAuthSecret)
	known := slices.Sorted(slices.Values(slices.Concat(publicNamespaces(), localOnly)))
	for _, name := range cfg.API {
		require(slices.Contains(known, name), "--%s %s: no such namespace, choose from %s", FlagAuthAPI, name, strings.Join(known, ", "))
	}
	return errors.Join(faults...)
}

// complete reports every missing dependency.
func (cfg Config) complete() error {
	var missing []error
	if cfg.Chain == nil {
		missing = append(missing, errors.New("no chain"))
	}
	if cfg.Pool == nil {
		missing = append(missing, errors.New("no transaction pool"))
	}
	if cfg.Log == nil {
		missing = append(missing, errors.New("no logger"))
	}
	if cfg.Faucet.Key != nil && cfg.Dev == nil {
		missing = append(missing, errors.New("no development chain that fills the faucet's account"))
	}
	for _, name := range cfg.API {
		if cfg.Dev == nil && slices.Contains(devNamespaces(), name) {
			missing = append(missing, fmt.Errorf("--%s %s: only development chains (--dev) have that namespace", FlagHTTPAPI, name))
		}
	}
	return errors.Join(missing...)
}

func (l Limits) validate() error {
	var faults []error
	positive := func(flag string, value int64) {
		if value <= 0 {
			faults = append(faults, fmt.Errorf("--%s must be positive", flag))
		}
	}
	positive(FlagTraceTime, int64(l.TraceTime))
	positive(FlagBody, int64(l.Body))
	positive(FlagBatchItems, int64(l.BatchItems))
	positive(FlagBatchResponse, int64(l.BatchResponse))
	positive(FlagTxSync, int64(l.TxSyncTimeout))
	positive(FlagTxSyncMax, int64(l.TxSyncMaxTimeout))
	positive(FlagResponse, int64(l.Response))
	positive(FlagRequests, int64(l.Requests))
	positive(FlagMemory, int64(l.Memory))
	positive(FlagConns, int64(l.Conns))
	positive(FlagClientConns, int64(l.ClientConns))
	positive(FlagClientFilters, int64(l.ClientFilters))
	positive(FlagHeavyQueue, int64(l.HeavyQueue))
	positive(FlagHeavyWait, int64(l.HeavyWait))
	positive(FlagFilters, int64(l.Filters))
	positive(FlagFilterTimeout, int64(l.FilterTimeout))
	positive(FlagFilterBacklog, int64(l.FilterBacklog))
	positive(FlagHTTPRead, int64(l.ReadTimeout))
	positive(FlagHTTPWrite, int64(l.WriteTimeout))
	positive(FlagHTTPIdle, int64(l.IdleTimeout))
	positive(FlagWSRequests, int64(l.ConnRequests))
	positive(FlagWSQueue, int64(l.ConnQueue))
	positive(FlagWSSubscribe, int64(l.ConnSubscriptions))
	if l.EVMTimeout < 0 || l.TxFeeCap < 0 || l.LogQuery < 0 {
		faults = append(faults, fmt.Errorf("--%s, --%s or --%s is negative", FlagEVMTimeout, FlagTxFeeCap, FlagLogQuery))
	}
	if l.HeavySlots < 0 || l.LogResults < 0 {
		faults = append(faults, fmt.Errorf("--%s or --%s is negative", FlagHeavySlots, FlagLogResults))
	}
	if l.Memory > 0 && l.Memory < l.Body {
		faults = append(faults, fmt.Errorf("--%s is less than --%s, one request", FlagMemory, FlagBody))
	}
	return errors.Join(faults...)
}

// heavySlots leaves a processor to everything else where there is more than one.
func (l Limits) heavySlots() int {
	if l.HeavySlots > 0 {
		return l.HeavySlots
	}
	return max(1, runtime.GOMAXPROCS(0)-1)
}

func (g GasPriceConfig) validate() error {
	switch {
	case g.Blocks < 1 || g.Percentile < 0 || g.Percentile > 100:
		return errors.New("gas price oracle: blocks below 1 or percentile not from 0 to 100")
	case g.MinTip == nil || g.MinTip.Sign() < 0 || g.MaxTip == nil || g.MaxTip.Cmp(g.MinTip) < 0 || g.MaxTip.Sign() <= 0:
		return fmt.Errorf("gas price oracle: --%s is negative or above the highest tip", FlagMinTip)
	}
	return nil
}
