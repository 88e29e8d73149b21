package rpc

import (
	"cmp"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/libp2p/go-libp2p/core/peer"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// peersAPI shows the peers to everybody: without where they are.
type peersAPI struct {
	network Network  // nil = none
	head    PeerHead // nil = nothing is known
}

// neighbour is one peer in the answer of monolith_peers.
type neighbour struct {
	ID        string          `json:"id"`
	Client    string          `json:"client"`    // what it says it runs
	Direction string          `json:"direction"` // "inbound" or "outbound"
	Since     hexutil.Uint64  `json:"since"`     // milliseconds of the Unix time
	Latency   *hexutil.Uint64 `json:"latency"`   // microseconds; null = not measured yet
	Trusted   bool            `json:"trusted"`
	Head      *neighbourHead  `json:"head"` // null = it has not told yet
}

// neighbourHead is what a peer says of its chain.
type neighbourHead struct {
	Number     hexutil.Uint64 `json:"number"`
	Hash       common.Hash    `json:"hash"`
	Difficulty *hexutil.Big   `json:"totalDifficulty"` // work that it claims
}

// Peers is monolith_peers: those that are connected, the longest first, with who dialled,
// since when (milliseconds of the Unix time), the time that a message takes there and
// back (microseconds) and the head of their chain. admin_peers tells their addresses too.
func (api *peersAPI) Peers() []neighbour {
	results := []neighbour{}
	if api.network == nil {
		return results
	}
	peers := api.network.Peers()
	slices.SortFunc(peers, func(a, b nodep2p.Peer) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	for _, p := range peers {
		results = append(results, neighbour{
			ID: p.ID.String(), Client: p.Agent, Direction: connOf(p).Direction,
			Since: hexutil.Uint64(p.Since.UnixMilli()), Latency: microseconds(p.Latency),
			Trusted: p.Trusted, Head: api.headOf(p.ID),
		})
	}
	return results
}

func (api *peersAPI) headOf(id peer.ID) *neighbourHead {
	if api.head == nil {
		return nil
	}
	number, hash, work, ok := api.head(id)
	if !ok {
		return nil
	}
	return &neighbourHead{Number: hexutil.Uint64(number), Hash: hash, Difficulty: (*hexutil.Big)(work)}
}

// microseconds of what was measured; nil if nothing was.
func microseconds(d time.Duration) *hexutil.Uint64 {
	if d <= 0 {
		return nil
	}
	us := hexutil.Uint64(d.Microseconds())
	return &us
}
