package sync

import (
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// protocolVersion is told in the status. It changes when messages do.
const protocolVersion = 1

// maxResponse leaves room for one block or transaction beyond softResponse, and
// for all transactions of the largest block that the rules allow, 8 MiB.
const maxResponse = 12 << 20

// protocols are the requests that peers make. The limits of size follow from
// those of messages.go; rates are several times what an honest peer needs.
type protocols struct {
	status, headers, blocks, blockTxs, pool, txs nodep2p.Protocol
}

func newProtocols() protocols {
	return protocols{
		status: nodep2p.Protocol{
			ID: "/monolith/status/1", MaxRequest: 1 << 10, MaxResponse: 1 << 10,
			Timeout: 5 * time.Second, PerPeer: 4, Rate: 5, Burst: 20,
		},
		headers: nodep2p.Protocol{
			ID: "/monolith/headers/1", MaxRequest: 4 << 10, MaxResponse: 2 << 20,
			Timeout: 15 * time.Second, PerPeer: 4, Rate: 50, Burst: 100,
		},
		blocks: nodep2p.Protocol{
			ID: "/monolith/blocks/1", MaxRequest: 64 << 10, MaxResponse: maxResponse,
			Timeout: 20 * time.Second, PerPeer: 8, Rate: 50, Burst: 100,
		},
		blockTxs: nodep2p.Protocol{
			ID: "/monolith/blocktxs/1", MaxRequest: 640 << 10, MaxResponse: maxResponse,
			Timeout: 10 * time.Second, PerPeer: 16, Rate: 50, Burst: 200,
		},
		pool: nodep2p.Protocol{
			ID: "/monolith/pool/1", MaxRequest: 1 << 10, MaxResponse: 4 << 20,
			Timeout: 10 * time.Second, PerPeer: 2, Rate: 1, Burst: 10,
		},
		txs: nodep2p.Protocol{
			ID: "/monolith/txs/1", MaxRequest: 256 << 10, MaxResponse: 4 << 20,
			Timeout: 10 * time.Second, PerPeer: 4, Rate: 20, Burst: 100,
		},
	}
}

// Gossip. The genesis hash in the names keeps networks apart.
const (
	maxBlockMessage = 2 << 20   // header, short ids of maxBlockTxs, maxPrefill bytes of transactions
	maxTxMessage    = 192 << 10 // softTxMessage or one transaction of the largest size, 128 KiB
	softTxMessage   = 128 << 10 // bytes after which a batch takes up no further transaction

	// validators of a topic may hold a message and what it decodes to at once,
	// 10 MiB at worst. They do not wait for anything but processors and the pool.
	validators = 16
)

func blockTopic(genesis common.Hash) string { return fmt.Sprintf("/monolith/%x/block/1", genesis) }
func txTopic(genesis common.Hash) string    { return fmt.Sprintf("/monolith/%x/tx/1", genesis) }

// register joins the topics and serves the protocols.
func (s *Service) register() (err error) {
	s.blockTopic, err = s.cfg.Network.Join(nodep2p.TopicConfig{
		Name: blockTopic(s.genesis), MaxMessage: maxBlockMessage, Validate: s.validateBlock, Concurrency: validators,
	})
	if err != nil {
		return err
	}
	s.txTopic, err = s.cfg.Network.Join(nodep2p.TopicConfig{
		Name: txTopic(s.genesis), MaxMessage: maxTxMessage, Validate: s.validateTxs, Concurrency: validators,
	})
	if err != nil {
		return err
	}
	for _, served := range []struct {
		nodep2p.Protocol
		handler nodep2p.Handler
	}{
		{s.protocols.status, s.serveStatus},
		{s.protocols.headers, s.serveHeaders},
		{s.protocols.blocks, s.serveBlocks},
		{s.protocols.blockTxs, s.serveBlockTxs},
		{s.protocols.pool, s.servePool},
		{s.protocols.txs, s.serveTxs},
	} {
		if err := s.cfg.Network.Handle(served.Protocol, s.whileRunning(served.handler)); err != nil {
			return fmt.Errorf("serve %s: %w", served.ID, err)
		}
	}
	return nil
}
