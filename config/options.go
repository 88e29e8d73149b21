package config

import (
	"math"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/miner"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/addressindex"
	"github.com/monolith-chain/monolith/shared/logging"
	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/monolith-chain/monolith/shared/wallet"
)

// Headings of the help, in this order.
const (
	categoryNetwork  = "NETWORK AND DATA"
	categoryPeers    = "PEERS"
	categoryMining   = "MINING"
	categoryAccounts = "ACCOUNTS"
	categoryRPC      = "JSON-RPC"
	categoryLimits   = "JSON-RPC LIMITS"
	categoryPool     = "TRANSACTION POOL"
	categoryStorage  = "STORAGE AND CACHES"
	categoryOperator = "LOGS AND METRICS"
)

const (
	maxCount = math.MaxInt32 // of things; more is a slip of the pen
	maxMB    = 1 << 20
)

// options binds every option to its field. This table is the one source of the
// flags, the environment variables, the file's keys, what WriteTOML prints, and
// the reference in reference.md.
func (c *Config) options() []Option {
	options := slices.Concat(c.networkOptions(), c.peerOptions(), c.miningOptions(), c.accountOptions(), c.rpcOptions(), c.limitOptions(),
		c.poolOptions(), c.storageOptions(), c.operatorOptions())
	for i := range options {
		options[i].initial = options[i].value.get()
	}
	nameKeys(options)
	return options
}

func (c *Config) networkOptions() []Option {
	return under(categoryNetwork, []Option{
		{Name: "config", Arg: "FILE", noFile: true, value: textValue(&c.file),
			Usage: "TOML file with settings; a flag's dotted name is its table and key"},
		{Name: "datadir", Arg: "DIR", Default: "~/.monolith; none with --dev", value: textValue(&c.DataDir),
			Usage: "where the chain is stored; empty keeps it in memory"},
		{Name: "network", Arg: "NAME", value: choiceValue(&c.Network, append(presetNames(), "")...),
			Usage: "built-in network to join: devnet or dev"},
		{Name: "genesis", Arg: "FILE", value: textValue(&c.GenesisFile),
			Usage: "genesis file of your own network, instead of a built-in one"},
		{Name: "dev", value: switchValue(&c.Dev),
			Usage: "development chain: a block as soon as there is a transaction, thrown away at the end unless --datadir is given"},
		{Name: "dev.period", Arg: "DURATION", value: secondsValue(&c.Miner.DevPeriod),
			Usage: "development chain: a block every so often instead; a plain number is seconds; 0 for on demand"},
		{Name: noderpc.FlagFaucetAmount, Arg: "ETHER", Default: "10 for development chains", value: etherValue(&c.RPC.Faucet.Amount),
			Usage: "development chain: what monolith_faucet gives to who asks; 0 for nothing"},
		{Name: noderpc.FlagFaucetPause, Arg: "DURATION", value: durationValue(&c.RPC.Faucet.Interval, 0),
			Usage: "how long an address has to wait for its next gift; there are at most 100 gifts in that time"},
		{Name: "unsafe-stock-consensus", value: switchValue(&c.AllowStockEngine),
			Usage: "for tests: accept a genesis file with the engine \"stock\", whose blocks need no proof"},
	})
}

// peerOptions do not call the port --port, as geth does: its variable would be
// MONOLITH_PORT, which Kubernetes sets to something else for a service named
// monolith.
func (c *Config) peerOptions() []Option {
	p := &c.P2P
	return under(categoryPeers, []Option{
		{Name: "p2p", Default: "true, but for development chains", value: switchValue(&c.Peers),
			Usage: "connect to other nodes"},
		{Name: "bootnodes", Arg: "LIST", value: listValue(&p.Bootnodes),
			Usage: "nodes to begin with: DNS names or IPs (HOST or HOST:PORT), multiaddrs with a peer id, or enr: records"},
		{Name: "p2p.static", Arg: "LIST", value: listValue(&p.Static),
			Usage: "nodes to stay connected to, in the same forms"},
		{Name: "p2p.trusted", Arg: "LIST", value: listValue(&p.Trusted),
			Usage: "nodes that are let in beyond --maxpeers"},
		{Name: "p2p.addr", Arg: "LIST", value: listValue(&p.Addrs),
			Usage: "IPs of the interfaces to listen on"},
		{Name: nodep2p.FlagPort, Arg: "PORT", value: portValue(&p.Port),
			Usage: "port for peers, TCP and QUIC (UDP); 0 for any free one"},
		{Name: "discovery", value: switchValue(&p.Discovery),
			Usage: "look for nodes of the same network (discv5)"},
		{Name: nodep2p.FlagDiscoveryPort, Arg: "PORT", Default: "the one after --p2p.port", value: portValue(&p.DiscoveryPort),
			Usage: "UDP port of discovery"},
		{Name: "mdns", value: switchValue(&p.MDNS),
			Usage: "look for nodes on the local network (multicast DNS)"},
		{Name: "p2p.announce", Arg: "LIST", Default: "found out", value: listValue(&p.Announce),
			Usage: "IPs, DNS names or multiaddrs by which other nodes reach this one"},
		{Name: "nat", value: switchValue(&p.NAT),
			Usage: "be reachable behind a router: map ports, learn the public address, punch holes"},
		{Name: "maxpeers", Arg: "N", value: integerValue(&p.MaxPeers, 0, maxCount),
			Usage: "connected peers"},
		{Name: "p2p.inbound", Arg: "SHARE", value: shareValue(&p.InboundShare),
			Usage: "share of them that may be nodes which dialled this one"},
		{Name: "p2p.allow", Arg: "LIST", value: listValue(&p.Allow),
			Usage: "peer ids, IPs or CIDRs: nobody else is let in"},
		{Name: "p2p.deny", Arg: "LIST", value: listValue(&p.Deny),
			Usage: "peer ids, IPs or CIDRs that are never let in"},
		{Name: "nodekey", Arg: "FILE", value: textValue(&p.KeyFile),
			Usage: "file with the key that identifies this node to others, relative to the data directory; made if there is none"},
		{Name: "sync.compact", value: switchValue(&c.Sync.CompactBlocks),
			Usage: "relay blocks as a header and short ids of transactions, which peers have in their pools"},
	})
}

func (c *Config) miningOptions() []Option {
	m := &c.Miner
	return under(categoryMining, []Option{
		{Name: "mine", Default: "true on a built-in network", value: switchValue(&m.Enabled),
			Usage: "search for blocks, to be paid for them"},
		{Name: "miner.etherbase", Arg: "ADDRESS", Default: "first devnet account on the devnet; with --dev one of nobody's", value: addressValue(&m.Etherbase),
			Usage: "account that rewards and fees are paid to"},
		{Name: "miner.threads", Arg: "N", value: integerValue(&m.Threads, 0, 1024),
			Usage: "threads that seal; 0 leaves it to external miners (eth_getWork)"},
		{Name: "miner.cpu", Arg: "SHARE", value: shareValue(&m.CPU),
			Usage: "share of a core that each of them may use, 0.1 for a tenth; the difficulty adapts to it"},
		{Name: "miner.extradata", Arg: "TEXT", value: parsed(kindText, &m.ExtraData, miner.ParseExtraData, formatBytes),
			Usage: "text, or bytes as 0x and hex, to put into mined blocks, up to 20 bytes"},
		{Name: "miner.gaslimit", Arg: "GAS", Default: "the genesis block's", value: integerValue(&m.GasLimit, int64(params.MinGasLimit), math.MaxInt64),
			Usage: "gas limit that mined blocks move towards"},
		{Name: "miner.gasprice", Arg: "WEI", value: weiValue(&m.GasPrice),
			Usage: "lowest tip per gas that a transaction must pay to be mined"},
		{Name: "miner.idle", Arg: "DURATION", value: durationValue(&m.Idle, 0),
			Usage: "mine empty blocks no more often than this; 0 for always"},
	})
}

func (c *Config) accountOptions() []Option {
	w := &c.Wallet
	return under(categoryAccounts, []Option{
		{Name: flagKeystore, Arg: "DIR", Default: "keystore in the data directory", value: textValue(&c.keystore),
			Usage: "directory of key files, in geth's format; see the command account"},
		{Name: wallet.FlagUnlock, Arg: "LIST", value: addressesValue(&w.Unlock),
			Usage: "accounts of the keystore to sign for without being asked again: whoever can call the node can spend what they have"},
		{Name: wallet.FlagPasswords, Arg: "FILE", value: textValue(&w.PasswordFile),
			Usage: "file with the passwords of --unlock, a line each, the last one for all that follow; or of the command account"},
		{Name: "lightkdf", value: switchValue(&w.Keystore.Light),
			Usage: "new key files cost less to open, and to guess the passwords of: for tests"},
	})
}

func (c *Config) rpcOptions() []Option {
	r := &c.RPC
	return under(categoryRPC, []Option{
		{Name: "http", value: switchValue(&r.HTTP),
			Usage: "serve JSON-RPC over HTTP"},
		{Name: noderpc.FlagHTTPAddr, Arg: "ADDRESS", value: textValue(&r.Addr),
			Usage: "interface to listen on, for HTTP and WebSocket; 0.0.0.0 for all"},
		{Name: noderpc.FlagHTTPPort, Arg: "PORT", value: portValue(&r.Port),
			Usage: "port to listen on, for HTTP and WebSocket; 0 for any free one"},
		{Name: noderpc.FlagHTTPAPI, Arg: "LIST", value: listValue(&r.API),
			Usage: "namespaces to serve over HTTP and WebSocket"},
		{Name: noderpc.FlagExplorer, value: switchValue(&r.Explorer),
			Usage: "serve the explorer, a page for browsers, at the same address, and the namespace monolith that it asks"},
		{Name: noderpc.FlagHTTPCORS, Arg: "LIST", value: listValue(&r.CORS),
			Usage: "origins from which web pages may call; * for any"},
		{Name: noderpc.FlagHTTPVHosts, Arg: "LIST", value: listValue(&r.VHosts),
			Usage: "host names by which the node may be called, besides IP addresses; * for any"},
		{Name: "ws", value: switchValue(&r.WS),
			Usage: "serve JSON-RPC over WebSocket, on the same port"},
		{Name: noderpc.FlagWSOrigins, Arg: "LIST", value: listValue(&r.WSOrigins),
			Usage: "origins from which web pages may open a WebSocket; * for any"},
		{Name: noderpc.FlagAuth, Default: "true if one of its settings is given", value: switchValue(&r.Auth.Enabled),
			Usage: "serve JSON-RPC, HTTP and WebSocket, on a second port to who signs with the node's secret (JWT)"},
		{Name: noderpc.FlagAuthAddr, Arg: "ADDRESS", value: textValue(&r.Auth.Addr),
			Usage: "interface of the authenticated port; 0.0.0.0 for all"},
		{Name: noderpc.FlagAuthPort, Arg: "PORT", value: portValue(&r.Auth.Port),
			Usage: "number of the authenticated port; 0 for any free one"},
		{Name: noderpc.FlagAuthVHosts, Arg: "LIST", value: listValue(&r.Auth.VHosts),
			Usage: "host names by which the authenticated port may be called, besides IP addresses; * for any"},
		{Name: noderpc.FlagAuthSecret, Arg: "FILE", Default: "jwtsecret in the data directory", value: textValue(&c.jwtSecret),
			Usage: "file with the secret of the authenticated port, 32 bytes in hex; made if there is none"},
		{Name: noderpc.FlagAuthAPI, Arg: "LIST", Default: "all", value: listValue(&r.Auth.API),
			Usage: "namespaces to serve on the authenticated port"},
		{Name: noderpc.FlagIPCPath, Arg: "FILE", value: textValue(&c.ipcPath),
			Usage: "socket for programs on this machine, relative to the data directory; serves all namespaces"},
		{Name: "ipcdisable", value: switchValue(&c.ipcDisable),
			Usage: "serve no IPC"},
		{Name: noderpc.FlagProfiling, value: switchValue(&r.Profiling),
			Usage: "serve the profiling methods of namespace debug over HTTP and WebSocket too, where that namespace is: they write files"},
		{Name: noderpc.FlagMinTip, Arg: "WEI", value: weiValue(&r.GasPrice.MinTip),
			Usage: "lowest tip per gas to suggest to wallets"},
	})
}

func (c *Config) limitOptions() []Option {
	l := &c.RPC.Limits
	second := time.Second
	return under(categoryLimits, []Option{
		{Name: noderpc.FlagGasCap, Arg: "GAS", value: integerValue(&l.GasCap, 0, math.MaxInt64),
			Usage: "gas of a call or estimate; 0 for no limit"},
		{Name: noderpc.FlagEVMTimeout, Arg: "DURATION", value: durationValue(&l.EVMTimeout, 0),
			Usage: "time of a call or estimate; 0 for no limit"},
		{Name: noderpc.FlagTraceTime, Arg: "DURATION", value: durationValue(&l.TraceTime, second),
			Usage: "time of a tracing request; a transaction's own is 5s unless the request says otherwise"},
		{Name: noderpc.FlagTraceJS, Default: "true for development chains", value: switchValue(&l.TraceJS),
			Usage: "run tracers in JavaScript that clients send; nothing limits the memory that they take"},
		{Name: noderpc.FlagTxFeeCap, Arg: "ETHER", value: amountValue(&l.TxFeeCap, 1e9),
			Usage: "fee of a submitted transaction; 0 for no limit"},
		{Name: noderpc.FlagUnprotected, value: switchValue(&l.AllowUnprotected),
			Usage: "accept transactions that are valid on every chain (without EIP-155)"},
		{Name: noderpc.FlagBody, Arg: "BYTES", value: integerValue(&l.Body, 1, maxCount),
			Usage: "size of an HTTP request or a WebSocket message"},
		{Name: noderpc.FlagBatchItems, Arg: "N", value: integerValue(&l.BatchItems, 1, maxCount),
			Usage: "calls in a batch"},
		{Name: noderpc.FlagBatchResponse, Arg: "BYTES", value: integerValue(&l.BatchResponse, 1, maxCount),
			Usage: "size of the answer to a batch"},
		{Name: noderpc.FlagResponse, Arg: "BYTES", value: integerValue(&l.Response, 1, maxCount),
			Usage: "size of the answer to one call"},
		{Name: noderpc.FlagRequests, Arg: "N", value: integerValue(&l.Requests, 1, maxCount),
			Usage: "requests that are worked on at a time, of all clients"},
		{Name: noderpc.FlagMemory, Arg: "BYTES", value: integerValue(&l.Memory, 1, math.MaxInt),
			Usage: "size of the requests that are worked on and the answers that are being sent, of all clients"},
		{Name: noderpc.FlagConns, Arg: "N", value: integerValue(&l.Conns, 1, maxCount),
			Usage: "connections, HTTP and WebSocket"},
		{Name: noderpc.FlagClientConns, Arg: "N", value: integerValue(&l.ClientConns, 1, maxCount),
			Usage: "connections of one IP address"},
		{Name: noderpc.FlagHeavySlots, Arg: "N", value: integerValue(&l.HeavySlots, 0, maxCount),
			Usage: "calls and traces that may compute for long at a time; 0 for one less than there are processors, and at least one"},
		{Name: noderpc.FlagHeavyQueue, Arg: "N", value: integerValue(&l.HeavyQueue, 1, maxCount),
			Usage: "calls that may wait to be among these; clients take turns"},
		{Name: noderpc.FlagHeavyWait, Arg: "DURATION", value: durationValue(&l.HeavyWait, time.Millisecond),
			Usage: "how long such a call may wait"},
		{Name: noderpc.FlagLogRange, Arg: "BLOCKS", value: integerValue(&l.LogRange, 0, math.MaxInt64),
			Usage: "blocks that one log query may cover; 0 for no limit"},
		{Name: noderpc.FlagLogQuery, Arg: "N", value: integerValue(&l.LogQuery, 0, maxCount),
			Usage: "addresses, or alternatives of a topic, in one log query; 0 for no limit"},
		{Name: noderpc.FlagTxSync, Arg: "DURATION", value: durationValue(&l.TxSyncTimeout, time.Millisecond),
			Usage: "time that eth_sendRawTransactionSync waits for a receipt unless told otherwise"},
		{Name: noderpc.FlagTxSyncMax, Arg: "DURATION", value: durationValue(&l.TxSyncMaxTimeout, time.Millisecond),
			Usage: "longest time that a client may have it wait"},
		{Name: noderpc.FlagLogResults, Arg: "N", value: integerValue(&l.LogResults, 0, maxCount),
			Usage: "logs that one query may find; 0 for no limit"},
		{Name: noderpc.FlagFilters, Arg: "N", value: integerValue(&l.Filters, 1, maxCount),
			Usage: "polled filters at a time"},
		{Name: noderpc.FlagClientFilters, Arg: "N", value: integerValue(&l.ClientFilters, 1, maxCount),
			Usage: "those of one IP address"},
		{Name: noderpc.FlagFilterTimeout, Arg: "DURATION", value: durationValue(&l.FilterTimeout, second),
			Usage: "how long a filter is kept that nobody polls"},
		{Name: noderpc.FlagFilterBacklog, Arg: "N", value: integerValue(&l.FilterBacklog, 1, maxCount),
			Usage: "results that may wait in all filters together; the fullest one loses its own"},
		{Name: noderpc.FlagHTTPRead, Arg: "DURATION", value: durationValue(&l.ReadTimeout, second),
			Usage: "time to receive a request"},
		{Name: noderpc.FlagHTTPWrite, Arg: "DURATION", value: durationValue(&l.WriteTimeout, second),
			Usage: "time to answer a request"},
		{Name: noderpc.FlagHTTPIdle, Arg: "DURATION", value: durationValue(&l.IdleTimeout, second),
			Usage: "time between two requests on one connection"},
		{Name: noderpc.FlagWSRequests, Arg: "N", value: integerValue(&l.ConnRequests, 1, maxCount),
			Usage: "calls in flight on one WebSocket or IPC connection"},
		{Name: noderpc.FlagWSQueue, Arg: "BYTES", value: integerValue(&l.ConnQueue, 1, maxCount),
			Usage: "what may wait for a slow reader of one WebSocket or IPC connection"},
		{Name: noderpc.FlagWSSubscribe, Arg: "N", value: integerValue(&l.ConnSubscriptions, 1, maxCount),
			Usage: "subscriptions on one WebSocket or IPC connection"},
	})
}

func (c *Config) poolOptions() []Option {
	p := &c.TxPool
	return under(categoryPool, []Option{
		{Name: "txpool.pricelimit", Arg: "WEI", value: weiValue(&p.PriceLimit),
			Usage: "lowest tip per gas that is pooled"},
		{Name: "txpool.pricebump", Arg: "PERCENT", value: integerValue(&p.PriceBump, 1, 1000),
			Usage: "how much more a transaction must pay to replace another"},
		{Name: "txpool.accountslots", Arg: "N", value: integerValue(&p.AccountSlot, 1, maxCount),
			Usage: "executable slots guaranteed to an account; a slot is 32 KiB of transaction"},
		{Name: "txpool.globalslots", Arg: "N", value: integerValue(&p.GlobalSlots, 1, maxCount),
			Usage: "executable slots of all accounts"},
		{Name: "txpool.accountqueue", Arg: "N", value: integerValue(&p.AccountHold, 1, maxCount),
			Usage: "slots of an account behind a gap in its nonces"},
		{Name: "txpool.globalqueue", Arg: "N", value: integerValue(&p.GlobalHold, 1, maxCount),
			Usage: "slots of all accounts behind a gap in their nonces"},
		{Name: "txpool.lifetime", Arg: "DURATION", value: durationValue(&p.Lifetime, time.Second),
			Usage: "how long a transaction may wait behind a gap"},
		{Name: "txpool.journal", Arg: "FILE", value: textValue(&p.Journal),
			Usage: "file that keeps local transactions over a restart, relative to the data directory; empty for none"},
		{Name: "txpool.rejournal", Arg: "DURATION", value: durationValue(&p.Rejournal, time.Second),
			Usage: "how often mined transactions are dropped from that file"},
	})
}

func (c *Config) storageOptions() []Option {
	return under(categoryStorage, []Option{
		{Name: "cache", Arg: "MB", value: integerValue(&c.CacheMB, 16, maxMB),
			Usage: "memory for caches, half for the state and half for the database"},
		{Name: "db.recover", noFile: true, value: switchValue(&c.DB.Recover),
			Usage: "this time, read the whole database, and repair it if it is damaged, keeping a copy"},
		{Name: "db.handles", Arg: "N", Default: "by the system's limit", value: integerValue(&c.DB.Handles, 0, maxCount),
			Usage: "files that the database may hold open"},
		{Name: "db.minfreedisk", Arg: "MB", value: integerValue(&c.DB.MinFreeDiskMB, 0, 1<<30),
			Usage: "stop writing blocks when less disk than this is free; 0 for never"},
		{Name: flagGCMode, Arg: "MODE", Default: "archive; full with --history.state", value: choiceValue(&c.gcMode, gcArchive, gcFull),
			Usage: "archive keeps the state of every block, full that of recent ones: 90000 unless --history.state says how many"},
		{Name: flagStateHistory, Arg: "BLOCKS", Default: "0; 90000 with --gcmode full", value: integerValue(&c.Chain.StateHistory, 0, math.MaxInt64),
			Usage: "recent blocks whose state stays readable, and which a reorganisation can undo; 0 for all"},
		{Name: noderpc.FlagPreimages, Default: "true for development chains", value: switchValue(&c.Chain.Preimages),
			Usage: "keep what is hashed in the state, so that listings of it (debug_accountRange, debug_storageRangeAt ...) can name accounts and slots"},
		{Name: "history.logs", Arg: "BLOCKS", value: integerValue(&c.Chain.LogHistory, 0, math.MaxInt64),
			Usage: "recent blocks whose logs are indexed; 0 for all"},
		{Name: addressindex.Flag, Default: "true for development chains", value: switchValue(&c.IndexAddresses),
			Usage: "keep an index of the transactions and token transfers of each address, for the explorer (monolith_address..., ots_searchTransactions...)"},
		{Name: "state.buffer", Arg: "MB", value: integerValue(&c.Chain.StateBuffer, 0, maxMB),
			Usage: "state collected in memory before it is written; more writes less, and costs longer re-execution after a crash"},
	})
}

func (c *Config) operatorOptions() []Option {
	return under(categoryOperator, []Option{
		{Name: "log.level", Arg: "LEVEL", value: choiceValue(&c.Log.Level, "error", "warn", "info", "debug", "trace"),
			Usage: "least severe messages to log: error, warn, info, debug or trace"},
		{Name: "log.format", Arg: "FORMAT", value: choiceValue(&c.Log.Format, logging.Text, logging.JSON),
			Usage: "text or json"},
		{Name: "metrics", value: switchValue(&c.Metrics),
			Usage: "serve Prometheus metrics at /metrics, and health at /healthz and /readyz"},
		{Name: "metrics.addr", Arg: "HOST:PORT", value: endpointValue(&c.Monitor.Addr),
			Usage: "where to serve them"},
		{Name: "metrics.geth", value: switchValue(&c.GethMetrics),
			Usage: "serve what go-ethereum measures of itself too, under monolith_geth_"},
		{Name: monitor.FlagPeers, Arg: "N", value: integerValue(&c.Monitor.Ready.Peers, 0, maxCount),
			Usage: "peers that the node needs to call itself ready (/readyz)"},
		{Name: monitor.FlagLag, Arg: "BLOCKS", value: integerValue(&c.Monitor.Ready.Lag, 0, math.MaxInt64),
			Usage: "blocks that a ready node may be behind its peers; 0 for any"},
		{Name: monitor.FlagHeadAge, Arg: "DURATION", value: durationValue(&c.Monitor.Ready.HeadAge, 0),
			Usage: "how old the head of a ready node may be; 0 for any"},
		{Name: monitor.FlagDisk, Arg: "MB", Default: "that of --db.minfreedisk", value: integerValue(&c.Monitor.Ready.DiskMB, 0, 1<<30),
			Usage: "free disk that a ready node needs; 0 for none"},
	})
}

// under puts options into a category.
func under(category string, options []Option) []Option {
	for i := range options {
		options[i].Category = category
	}
	return options
}
