package p2p

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/monolith-chain/monolith/p2p/discovery"
)

// errRefused is returned when a peer closes the connection at once.
var errRefused = errors.New("peer closed the connection")

// Connect dials a target now and returns when it has become a peer, or why it
// has not.
func (s *Service) Connect(ctx context.Context, target string) error {
	infos, err := s.resolve(ctx, target)
	if err != nil {
		return err
	}
	var last error
	for _, info := range infos {
		if last = s.connect(ctx, info); last == nil {
			return nil
		}
	}
	return fmt.Errorf("connect to %q: %w", target, last)
}

// connect dials a peer and waits until the session has begun.
func (s *Service) connect(ctx context.Context, info peer.AddrInfo) error {
	if s.bans.hasPeer(info.ID) {
		return ErrBanned
	}
	if network, ok := s.host.Network().(*swarm.Swarm); ok {
		network.Backoff().Clear(info.ID) // the dialer has its own
	}
	began := time.Now()
	if err := s.host.Connect(ctx, info); err != nil {
		return dialError(err)
	}
	for {
		changed := s.roster.watch()
		if s.roster.met(info.ID, began) {
			return nil
		}
		if s.host.Network().Connectedness(info.ID) == network.NotConnected {
			if reason := s.reason(info.ID, began); reason != "" {
				return fmt.Errorf("%w: %s", errRefused, reason)
			}
			return errRefused
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// resolve finds out who and where a target is.
func (s *Service) resolve(ctx context.Context, target string) ([]peer.AddrInfo, error) {
	parsed, err := discovery.ParseTarget(target)
	if err != nil {
		return nil, err
	}
	return s.resolver.Resolve(ctx, parsed)
}

// dialError shortens libp2p's account of a dial, which has a line for every
// address, to the last cause.
func dialError(err error) error {
	dial, ok := errors.AsType[*swarm.DialError](err)
	switch {
	case !ok:
		return err
	case len(dial.DialErrors) > 0:
		last := dial.DialErrors[len(dial.DialErrors)-1]
		return fmt.Errorf("%s: %w", last.Address, last.Cause)
	case dial.Cause != nil:
		return dial.Cause
	}
	return err
}
