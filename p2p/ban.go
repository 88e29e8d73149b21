package p2p

import (
	"errors"
	"time"
)

// Ban keeps a peer or a network out.
type Ban struct {
	Target  string // a peer id or a CIDR
	Reason  string
	Expires time.Time
}

// AddPeer dials a target now and whenever it is not connected.
func (s *Service) AddPeer(target string) error { return errors.New("not yet") }

// RemovePeer undoes AddPeer and disconnects the peer.
func (s *Service) RemovePeer(target string) error { return errors.New("not yet") }

// Trust lets a peer in beyond the limits.
func (s *Service) Trust(target string) error { return errors.New("not yet") }

// Untrust undoes Trust.
func (s *Service) Untrust(target string) error { return errors.New("not yet") }

// Ban keeps a target out for a time.
func (s *Service) Ban(target string, d time.Duration, reason string) error {
	return errors.New("not yet")
}

// Unban undoes Ban.
func (s *Service) Unban(target string) error { return errors.New("not yet") }

// Bans returns the bans in force.
func (s *Service) Bans() []Ban { return nil }
