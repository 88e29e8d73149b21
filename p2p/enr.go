package p2p

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/p2p/discovery"
)

// enrProtocol exchanges node records, so that discovery can begin at any peer:
// the request is the record of who asks, the response that of who is asked.
func enrProtocol() Protocol {
	return Protocol{
		ID: "/monolith/enr/1", MaxRequest: enr.SizeLimit, MaxResponse: enr.SizeLimit,
		Timeout: 5 * time.Second, PerPeer: 1, Rate: 0.2, Burst: 3,
	}
}

// errForeignENR is returned for the record of somebody else.
var errForeignENR = errors.New("record is not the sender's own")

func encodeENR(node *enode.Node) []byte {
	enc, err := rlp.EncodeToBytes(node.Record())
	if err != nil {
		return nil // an unsigned record; ours and verified ones are signed
	}
	return enc
}

// decodeENR decodes and verifies the record of a peer.
func decodeENR(enc []byte, owner peer.ID) (*enode.Node, error) {
	var record enr.Record
	if err := rlp.DecodeBytes(enc, &record); err != nil {
		return nil, fmt.Errorf("node record: %w", err)
	}
	node, err := enode.New(enode.ValidSchemes, &record)
	if err != nil {
		return nil, fmt.Errorf("node record: %w", err)
	}
	if id, err := discovery.PeerID(node.Pubkey()); err != nil || id != owner {
		return nil, errForeignENR
	}
	return node, nil
}

func (s *Service) exchangeENR(id peer.ID) {
	response, err := s.Request(s.ctx, id, enrProtocol(), encodeENR(s.discovery.Self()))
	if err == nil {
		if err = s.takeENR(id, response); err != nil {
			s.Report(id, Malformed, err)
		}
	}
	if err != nil {
		s.log.WithField("peer", id).WithError(err).Debug("Cannot exchange node records")
	}
}

func (s *Service) handleENR(_ context.Context, from peer.ID, request []byte) ([]byte, error) {
	if err := s.takeENR(from, request); err != nil {
		return nil, Blame(Malformed, err)
	}
	return encodeENR(s.discovery.Self()), nil
}

// takeENR takes in what a peer says its record is.
func (s *Service) takeENR(id peer.ID, enc []byte) error {
	node, err := decodeENR(enc, id)
	if err != nil {
		return err
	}
	s.records.Add(id, node)
	// One side introduces itself to the other over UDP: if both did at once, each
	// would overwrite the keys of the other's handshake.
	if s.speaksFirst(id) {
		s.discovery.AddNode(node)
	}
	if m, ok := s.roster.get(id); ok {
		s.remember(m)
	}
	return nil
}

// reintroduce gives discovery the peers that it does not know: a packet of the
// first introduction may have been lost.
func (s *Service) reintroduce() {
	members := s.roster.all()
	if known, _ := s.discovery.Table(); !s.cfg.Discovery || known >= len(members) {
		return
	}
	for _, m := range members {
		if node, ok := s.records.Get(m.id); ok {
			s.discovery.AddNode(node)
		}
	}
}
