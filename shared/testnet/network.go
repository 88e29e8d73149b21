package testnet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// patience is how long a condition may take to come true. It bounds a failing
// test and says nothing about speed.
const patience = 2 * time.Minute

// Config says what network to make. The zero value is one of no nodes.
type Config struct {
	Nodes int

	// Params are the consensus rules; nil = the development rules, by which miners
	// make blocks at the pace of Period.
	Params *pow.Params

	// Mining says which nodes mine; nil = none.
	Mining func(index int) bool
	Period time.Duration // between two blocks of a miner; 0 = 50 ms

	// Adjust changes a node's settings before it is made.
	Adjust func(index int, node *NodeConfig)
}

// First is a Config.Mining for the first n nodes.
func First(n int) func(int) bool { return func(index int) bool { return index < n } }

// Network is a set of nodes with one genesis.
type Network struct {
	Nodes   []*Node
	Params  *pow.Params
	Genesis *core.Genesis

	t      testing.TB
	cfg    Config
	links  map[link]bool // made by Connect
	groups [][]*Node     // of the partition; nil = none
	halted atomic.Bool   // nobody mines
}

var errHalted = errors.New("the test has halted mining")

// HaltMining lets miners finish what they have and then wait for ResumeMining, so
// that the others catch up however slow the machine is.
func (n *Network) HaltMining() { n.halted.Store(true) }

// ResumeMining undoes HaltMining.
func (n *Network) ResumeMining() { n.halted.Store(false) }

// link joins two nodes, the lower index first.
type link [2]int

// New makes and starts the nodes. They do not know each other yet.
func New(t testing.TB, cfg Config) *Network {
	t.Helper()
	if cfg.Params == nil {
		instant := config.InstantPow()
		cfg.Params = &instant
	}
	if cfg.Period == 0 {
		cfg.Period = 50 * time.Millisecond
	}
	n := &Network{
		Params: cfg.Params, Genesis: chaintest.Genesis(cfg.Params),
		t: t, cfg: cfg, links: make(map[link]bool),
	}
	for range cfg.Nodes {
		n.Add()
	}
	return n
}

// Add makes and starts one more node.
func (n *Network) Add() *Node {
	n.t.Helper()
	index := len(n.Nodes)
	node := &Node{Name: fmt.Sprintf("node%d", index), Index: index, t: n.t, network: n}
	node.cfg = node.defaults()
	if n.cfg.Adjust != nil {
		n.cfg.Adjust(index, &node.cfg)
	}
	n.Nodes = append(n.Nodes, node)
	node.Start()
	n.t.Cleanup(node.Stop)
	return node
}

// Builder makes blocks of this network by hand.
func (n *Network) Builder() *chaintest.Builder {
	n.t.Helper()
	return chaintest.New(n.t, n.Genesis, n.Params)
}

// Connect joins two nodes and waits until both have shaken hands.
func (n *Network) Connect(a, b *Node) {
	n.t.Helper()
	n.links[joined(a, b)] = true
	n.dial(a, b)
}

func joined(a, b *Node) link { return link{min(a.Index, b.Index), max(a.Index, b.Index)} }

func (n *Network) dial(a, b *Node) {
	n.t.Helper()
	var err error
	n.await(fmt.Sprintf("%s and %s are connected", a.Name, b.Name), func() bool {
		ctx, cancel := context.WithTimeout(n.t.Context(), 10*time.Second)
		defer cancel()
		err = a.P2P.Connect(ctx, b.Address())
		return err == nil && a.Knows(b) && b.Knows(a)
	}, func() string { return fmt.Sprint(err) })
}

// ConnectLine joins each node with the next one.
func (n *Network) ConnectLine() {
	n.t.Helper()
	for i := 1; i < len(n.Nodes); i++ {
		n.Connect(n.Nodes[i-1], n.Nodes[i])
	}
}

// ConnectRing joins the nodes to a circle.
func (n *Network) ConnectRing() {
	n.t.Helper()
	n.ConnectLine()
	if len(n.Nodes) > 2 {
		n.Connect(n.Nodes[len(n.Nodes)-1], n.Nodes[0])
	}
}

// ConnectAll joins every node with every other.
func (n *Network) ConnectAll() {
	n.t.Helper()
	for i, a := range n.Nodes {
		for _, b := range n.Nodes[i+1:] {
			n.Connect(a, b)
		}
	}
}

// Partition cuts all connections between nodes of different groups, and keeps
// them from being made again until Heal.
func (n *Network) Partition(groups ...[]*Node) {
	n.t.Helper()
	n.groups = groups
	for _, a := range n.Nodes {
		for _, b := range n.Nodes {
			if a != b && n.apart(a, b) {
				a.refuse(b)
			}
		}
	}
	n.await("the groups are apart", func() bool {
		for _, a := range n.Nodes {
			for _, b := range n.Nodes {
				if a != b && n.apart(a, b) && a.P2P.Connected(b.ID()) {
					return false
				}
			}
		}
		return true
	}, nil)
}

// apart reports whether the partition separates two nodes.
func (n *Network) apart(a, b *Node) bool {
	return slices.ContainsFunc(n.groups, func(group []*Node) bool {
		return slices.Contains(group, a) != slices.Contains(group, b)
	})
}

// Heal ends the partition and makes the connections of Connect again.
func (n *Network) Heal() {
	n.t.Helper()
	var cut []link
	for l := range n.links {
		if n.apart(n.Nodes[l[0]], n.Nodes[l[1]]) {
			cut = append(cut, l)
		}
	}
	for _, a := range n.Nodes {
		for _, b := range n.Nodes {
			if a != b && n.apart(a, b) {
				a.accept(b)
			}
		}
	}
	n.groups = nil
	for _, l := range cut {
		n.dial(n.Nodes[l[0]], n.Nodes[l[1]])
	}
}
