// Package p2p is the node's network: bytes and peers, not blocks.
//
// It owns the node's identity, the libp2p host with its ports (TCP and QUIC, of
// equal number, on IPv4 and IPv6), gossipsub, discovery (package discovery below
// it), the list of bans and the memory of peers, both in the database under the
// prefix "monolith-p2p-". Other services see little of it:
//
//   - [Service.Join] and [Topic.Publish]: messages to all, with a [Validator] that
//     decides what is passed on;
//   - [Service.Handle] and [Service.Request]: questions to one peer, within the
//     limits of a [Protocol];
//   - [Service.SubscribePeers], [Service.Peers]: who is there;
//   - [Service.Report], [Service.Credit], [Blame]: what to think of them;
//   - what administrators do: AddPeer, Trust, Ban and the like.
//
// # Peers
//
// A connection makes a peer when its other end says, in libp2p's identify
// exchange, that it serves the goodbye protocol, and when the roster has a slot
// for it. Other libp2p programs, and connections through relays, are no peers.
// The session ends with the last connection; its end is told with a reason if
// either side has said goodbye.
//
// The dialer keeps the slots filled: with the peers and bootnodes that the user
// has named, those remembered from earlier sessions, and what discovery finds.
// Names are resolved again at every dial.
//
// # Misbehaviour
//
// Everything a peer sends has a limit of size, of time and of rate, and nothing
// is allocated on its mere word. What breaks a limit, or is reported by a
// validator or a handler, costs points; the table is in score.go. A peer without
// points left is banned for an hour, longer each time. A slow peer is never
// banned: it only is the first to go when slots are short.
//
// libp2p and gossipsub have limits and scores of their own. libp2p's resource
// manager is set wide for private networks, where all nodes may share an address
// (limits.go). gossipsub's scores are off; what it does not check is checked
// between it and libp2p (guard.go).
//
// # Goroutines
//
// events (delivers what subscribers are told), watchHost (turns connections into
// sessions), the dialer's loop and one goroutine per dial, tidy (drops what has
// lapsed, pings), one per goodbye and per exchange of records. Stop waits for
// them. The host's and gossipsub's own end with it; handlers and validators run
// in these.
//
// # Neighbours
//
// Package db holds what is to be kept; package sync speaks through this one with
// other nodes; package rpc shows it to administrators. It knows nothing of any of
// them.
package p2p
