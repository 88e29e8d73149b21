// Package rpc answers the Ethereum JSON-RPC over HTTP, WebSocket and IPC. It is
// imported as noderpc where go-ethereum's package of the same name is near.
//
// # The way of a request
//
//  1. HTTP requests come in at a port (port.go): the public one or, with a token
//     (auth.go), the authenticated one. Their handler (http.go) looks at virtual
//     host, CORS, size.
//     A request to upgrade becomes a WebSocket connection (ws.go); connections
//     to the socket in the data directory are the third door (ipc.go). Both are
//     a conn (conn.go), which reads ahead of nobody: a client with too many
//     calls in flight is not read from, one that does not read is cut off.
//  2. Every frame, a request or a batch, is looked at once (frame.go) for what
//     is counted and limited per frame (gate.go, metrics.go). If one of its methods
//     may cost a lot (weight.go), its calls wait for their turns in a few slots
//     (heavy.go, slots.go), so that the light ones never wait behind them, and end
//     when their client is gone.
//  3. Each then goes to a server (server.go). It calls the handler itself if there
//     is nothing unusual about the request, as with most that come over HTTP
//     (callable.go). All others it leaves to go-ethereum's rpc.Server, which decodes
//     the arguments, calls the handler in a goroutine of the request, contains its
//     panics and encodes the answer.
//     There is one server for each door: the public one with the namespaces of
//     Config.API, the authenticated one with those of Config.Auth, and the local
//     one behind IPC with all of them (api.go). Handlers that are private, of which
//     the namespace debug has some, are left out of the public one.
//  4. Handlers are small types by subject (eth_block.go, eth_call.go, net.go,
//     ...) around one backend (backend.go), which resolves block parameters and
//     is also what go-ethereum's filters and gas price oracle see of the node.
//     Answers that are big or frequent write their own JSON (marshal_*.go).
//
// Tracing (debug_trace*.go) executes again what was executed: trace.go replays a block
// up to a transaction, on the state that the chain keeps of its parent, and runs
// go-ethereum's tracers with bounds on time and memory.
//
// The explorer's namespace monolith (monolith_*.go) answers what a page wants to show and
// the public methods do not tell. A page asks after every block: so summaries of blocks
// are kept, by their hash (monolith_summary.go), and looks at the pool are shared
// (monolith_pool.go). The door is open to everybody, so that nothing in it says where the
// node or a peer is.
//
// rpc.discover answers an OpenRPC document of what its door serves (discover.go). It is
// made of the handlers: their names, parameters and types, and of their doc comments,
// which say "Foo is eth_foo: ..."; where the public specification knows the method, its
// schemas are taken. After a change of a handler
//
//	go test ./rpc -run TestOpenRPC -update
//
// makes openrpc.json anew, and TestOpenRPC fails until it is. What a type does not say,
// of a result that marshals itself for instance, is in openrpc_types_test.go.
//
// What the methods answer is recorded in testdata/cases, in the form of the public
// specification's cases and on a chain of our own. TestCases replays them, holds
// parameters and results against the document, and wants a case of every method and of
// every class of errors: one is added to the lists in cases_*_test.go, and
//
//	go test ./rpc -run TestCase -update
//
// records it. The difference that git then shows is to be read: it is what clients will
// see. With -v the test prints a table of the methods.
//
// Limits are in Limits, each with a default; an error that one of them causes
// names the flag that changes it, and monolith_rpc_refused_total counts it. The
// abuse tests (abuse_*_test.go) try to break them.
//
// # Goroutines
//
// The HTTP server's and one writer and one pinger per connection; one per
// request; one per client being turned away; one per subscription and per polled filter; the janitor of the
// filters; the event loop of go-ethereum's filter system and its price oracle's.
// Stop ends them in that order: new requests are refused, running ones get
// drainTimeout to finish, subscriptions end with their connections. The last two
// end with their subscriptions to the chain's and the pool's feeds.
//
// # Neighbours
//
// The chain, the pool, the miner, the wallet and the network are seen through Chain,
// Pool, Miner, Wallet and Network, declared here; single questions (sync progress, a
// peer's head) are functions of Config. Dev are the controls of a development chain,
// which has namespaces of its own (dev_*.go), with the names, arguments and answers of
// anvil and Hardhat.
// Nothing imports this package but cmd/node.
package rpc
