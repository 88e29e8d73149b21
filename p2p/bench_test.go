package p2p_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// BenchmarkRequest is a request for a megabyte, over each transport.
func BenchmarkRequest(b *testing.B) {
	bulk := nodep2p.Protocol{
		ID: "/test/bulk/1", MaxRequest: 10, MaxResponse: 1 << 20, Timeout: 10 * time.Second,
		PerPeer: 4, Rate: 1e6, Burst: 1e6,
	}
	payload := make([]byte, bulk.MaxResponse)
	for _, transport := range []string{"/tcp/", "/quic-v1/"} {
		b.Run(strings.Trim(transport, "/"), func(b *testing.B) {
			client, server := startNode(b), startNode(b)
			err := server.Handle(bulk, func(context.Context, peer.ID, []byte) ([]byte, error) { return payload, nil })
			if err != nil {
				b.Fatal(err)
			}
			for _, addr := range server.Self().Addrs {
				if strings.Contains(addr, transport) {
					if err := tryConnect(b, client, addr); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				if _, err := client.Request(b.Context(), server.Self().ID, bulk, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGossip is the way of a message of 100 kB over two hops.
func BenchmarkGossip(b *testing.B) {
	nodes := []*nodep2p.Service{startNode(b), startNode(b), startNode(b)}
	arrived := make(chan struct{}, 1)
	var topics []*nodep2p.Topic
	for i, node := range nodes {
		joined, err := node.Join(nodep2p.TopicConfig{Name: topic, MaxMessage: 1 << 20, Validate: func(context.Context, peer.ID, []byte) error {
			if i == 2 {
				arrived <- struct{}{}
			}
			return nil
		}})
		if err != nil {
			b.Fatal(err)
		}
		topics = append(topics, joined)
	}
	connect(b, nodes[0], nodes[1])
	connect(b, nodes[1], nodes[2])
	await(b, "mesh", func() bool {
		return len(topics[0].Mesh()) == 1 && len(topics[1].Mesh()) == 2 && len(topics[2].Mesh()) == 1
	})
	var n uint64
	for b.Loop() {
		data := make([]byte, 100<<10)
		n++
		for i := range 8 {
			data[i] = byte(n >> (8 * i))
		}
		if err := topics[0].Publish(b.Context(), data); err != nil {
			b.Fatal(err)
		}
		<-arrived
	}
}
