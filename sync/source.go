package sync

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/sync/download"
)

// source is a peer as the downloader sees it.
type source struct {
	*Service
	id peer.ID
}

var _ download.Source = source{}

// ID implements download.Source.
func (src source) ID() string { return src.id.String() }

// Headers implements download.Source.
func (src source) Headers(ctx context.Context, locator []common.Hash, limit int) ([]*types.Header, error) {
	limit = min(limit, maxHeaders)
	request := &headersRequest{Locator: locator[:min(len(locator), maxLocator)], Max: uint64(limit)}
	response, err := src.cfg.Network.Request(ctx, src.id, src.protocols.headers, encode(request))
	if err != nil {
		return nil, err
	}
	headers, err := decodeHeaders(response, limit)
	if err != nil {
		src.cfg.Network.Report(src.id, nodep2p.Malformed, err)
	}
	return headers, err
}

// Blocks implements download.Source.
func (src source) Blocks(ctx context.Context, hashes []common.Hash) (types.Blocks, error) {
	hashes = hashes[:min(len(hashes), maxBlocks)]
	response, err := src.cfg.Network.Request(ctx, src.id, src.protocols.blocks, encode(hashes))
	if err != nil {
		return nil, err
	}
	blocks, err := download.DecodeBlocks(response, hashes)
	if err != nil {
		src.cfg.Network.Report(src.id, nodep2p.InvalidBlock, err)
		return nil, err
	}
	src.cfg.Network.Credit(src.id, nodep2p.UsefulResponse)
	return blocks, nil
}

// sources are the peers that blocks may be asked from.
func (s *Service) sources() []download.Source {
	var sources []download.Source
	for _, p := range s.peers.greeted() {
		sources = append(sources, source{s, p.id})
	}
	return sources
}

// downloadConfig wires the downloader to peers and chain.
func (s *Service) downloadConfig() download.Config {
	cfg := download.DefaultConfig()
	cfg.Chain, cfg.Sources, cfg.Blame = s.cfg.Chain, s.sources, s.blame
	cfg.Limits.Future = s.cfg.FutureLimit
	cfg.Now, cfg.Log, cfg.Registerer = s.cfg.Now, s.cfg.Log, s.cfg.Registerer
	return cfg
}

// offences translates the downloader's faults. p2p itself reports time-outs.
func offences(fault download.Fault) (nodep2p.Offence, bool) {
	switch fault {
	case download.BadResponse:
		return nodep2p.BadResponse, true
	case download.Unlinked:
		return nodep2p.Unlinked, true
	case download.InvalidHeader:
		return nodep2p.InvalidHeader, true
	case download.FalseWork:
		return nodep2p.FalseWork, true
	case download.BadBody, download.InvalidBlock:
		return nodep2p.InvalidBlock, true // whoever serves a block has checked and executed it
	case download.Empty, download.DeepFork, download.FutureHeader:
		return nodep2p.Useless, true
	default:
		return 0, false
	}
}

func (s *Service) blame(id string, fault download.Fault, err error) {
	offence, ok := offences(fault)
	if !ok {
		return
	}
	if from, decodeErr := peer.Decode(id); decodeErr == nil {
		s.cfg.Network.Report(from, offence, err)
	}
}
