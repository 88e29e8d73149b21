// Package discovery finds other nodes of the same chain.
//
// It owns the UDP sockets of discv5 (go-ethereum's implementation under a
// protocol id of our own, so that the two networks do not mix), the node's
// signed record (ENR) and, if asked for, libp2p's mDNS. What it finds it hands
// on as candidates: nodes of this chain that have answered, with the addresses
// to dial. It dials none of them itself; that is package p2p's part, which also
// feeds in the records of the peers it is connected to.
//
// # The record
//
// Beside addresses and ports ("ip", "ip6", "udp", "tcp", "quic") a record
// carries the entry "mono": genesis hash and fork id. Others are judged by it
// before anybody dials.
//
// discv5 learns a node's own address from what at least ten others say, which
// never happens in a small network. So the record starts with the address that
// Config.Announce gives; without one, with the address listened on, or, when
// that is a wildcard, with the first address of the machine's interfaces that
// other nodes pass on: global or private, not link-local, not from the ranges
// reserved for documentation and tests, which discv5 drops. A machine without
// any has its loopback address in the record, which serves the nodes on it.
// Addresses learnt later replace this choice, but never an announced one.
//
// # What strangers can do
//
// Records are cheap to make. A fabricated one can fill a place in discv5's
// table (at most 17 x 26 nodes) until a ping goes unanswered, but is never a
// candidate: only who has answered over UDP is. Candidates come at a bounded
// pace through a bounded channel, each node at most once in a while.
//
// # Goroutines
//
// Those of discv5 (one that dispatches, one that tends the table, and one that
// reads each socket), run, which searches and delivers, and admit, which asks
// added nodes for their records. With mDNS, those of zeroconf. Stop waits for
// all.
//
// Targets, the strings in which users name nodes, are parsed and resolved here
// too; see ParseTarget.
package discovery
