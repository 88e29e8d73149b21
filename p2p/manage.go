package p2p

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/p2p/discovery"
	"github.com/sirupsen/logrus"
)

// errUnknownTarget is returned when there is nothing to remove.
var errUnknownTarget = errors.New("no such target")

// AddPeer makes a target static: it is dialled now and whenever it is not
// connected, until RemovePeer or the end of the process. That it cannot be
// reached is no error.
func (s *Service) AddPeer(target string) error {
	return s.dialer.name(target, forStatic)
}

// RemovePeer undoes AddPeer and disconnects the peer. The target may also be a
// peer id.
func (s *Service) RemovePeer(target string) error {
	ids, found := s.dialer.unname(forStatic, matcher(target))
	if id, err := targetID(target); err == nil && s.Connected(id) {
		ids, found = append(ids, id), true
	}
	if !found {
		return fmt.Errorf("remove peer %q: %w", target, errUnknownTarget)
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		s.Disconnect(id, "removed by its user")
	}
	return nil
}

// Trust lets a target in beyond the limits. It is not dialled. The target may
// also be a peer id.
func (s *Service) Trust(target string) error { return s.dialer.name(target, forTrust) }

// Untrust undoes Trust. The peer stays connected.
func (s *Service) Untrust(target string) error {
	if _, found := s.dialer.unname(forTrust, matcher(target)); !found {
		return fmt.Errorf("untrust %q: %w", target, errUnknownTarget)
	}
	return nil
}

// matcher finds a target by its text or by the peer id in it.
func matcher(target string) func(*errand) bool {
	id, err := targetID(target)
	return func(e *errand) bool {
		return e.text == target || (err == nil && slices.Contains(e.ids, id))
	}
}

// targetID returns the peer id that a target says, without asking anybody.
func targetID(target string) (peer.ID, error) {
	if id, err := peer.Decode(target); err == nil {
		return id, nil
	}
	parsed, err := discovery.ParseTarget(target)
	if err != nil {
		return "", err
	}
	if id, ok := parsed.ID(); ok {
		return id, nil
	}
	return "", fmt.Errorf("target %q has no peer id", target)
}

// banTarget reads whom a ban is about: a peer id, a target with one, an IP or a
// CIDR.
func banTarget(target string) (subject, error) {
	if s, err := parseSubject(target); err == nil {
		return s, nil
	}
	id, err := targetID(target)
	if err != nil {
		return subject{}, fmt.Errorf("%q is neither a peer id, nor a target with one, nor an IP or CIDR", target)
	}
	return subject{id: id}, nil
}

// Ban keeps a peer or a network out, and disconnects whom it is about. The
// target is a peer id, a target with a peer id, an IP or a CIDR. The ban
// survives a restart. A time of 0 stands for an hour, and twice as much each
// time the ban is repeated, up to a day.
func (s *Service) Ban(target string, d time.Duration, reason string) error {
	subject, err := banTarget(target)
	if err != nil {
		return err
	}
	return s.ban(subject, d, reason, "manual", nil)
}

// ban bans for a reason; label is the reason's kind, and cause, if not nil, what
// exactly was wrong.
func (s *Service) ban(subject subject, d time.Duration, reason, label string, cause error) error {
	ban, err := s.bans.add(subject, max(d, 0), reason)
	if err != nil {
		return fmt.Errorf("ban %s: %w", subject, err)
	}
	s.metrics.bans.WithLabelValues(label).Inc()
	log := s.log.WithFields(logrus.Fields{"target": ban.Target, "reason": reason, "until": ban.Expires.UTC().Format(time.RFC3339)})
	if cause != nil {
		log = log.WithError(cause)
	}
	log.Info("Banned")
	reason = "banned: " + reason
	for _, conn := range s.host.Network().Conns() {
		id := conn.RemotePeer()
		ip, ok := addrIP(conn.RemoteMultiaddr())
		if id == subject.id || (ok && subject.id == "" && subject.net.Contains(ip)) {
			s.farewells.Add(id, farewell{reason, time.Now()}) // which saves a line in the log
			s.Disconnect(id, reason)
		}
	}
	return nil
}

// Unban undoes Ban, and what a peer was charged with.
func (s *Service) Unban(target string) error {
	subject, err := banTarget(target)
	if err != nil {
		return err
	}
	if err := s.bans.remove(subject); err != nil {
		return fmt.Errorf("unban: %w", err)
	}
	s.scores.clear(subject.id)
	s.dialer.forgive()
	return nil
}

// Bans returns the bans in force, the one that ends first first.
func (s *Service) Bans() []Ban { return s.bans.list() }

// Report charges a peer with an offence; the table in score.go says what it
// costs. When the peer has nothing left, it is banned.
func (s *Service) Report(id peer.ID, o Offence, err error) {
	s.metrics.offences.WithLabelValues(o.String()).Inc()
	s.log.WithFields(logrus.Fields{"peer": id, "offence": o}).WithError(err).Debug("Peer misbehaves")
	if !s.scores.charge(id, o) || s.bans.hasPeer(id) {
		return
	}
	if err := s.ban(subject{id: id}, 0, o.String(), o.String(), err); err != nil {
		s.log.WithField("peer", id).WithError(err).Error("Cannot ban peer")
	}
	s.scores.clear(id) // it has paid when it comes back
}

// Credit rewards a peer: who is useful stays when slots are short.
func (s *Service) Credit(id peer.ID, m Merit) { s.scores.credit(id, m) }
