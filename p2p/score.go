package p2p

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// Offence is something a peer did wrong. The zero value is none.
type Offence int

// What peers can be blamed for. What each costs is in the table below.
const (
	InvalidHeader      Offence = iota + 1 // a header whose proof, target or other rule fails
	InvalidBlock                          // a block, served as a valid one, whose execution fails
	InvalidTransaction                    // a transaction nobody could ever accept
	Malformed                             // bytes that cannot be decoded
	Unlinked                              // headers that do not link to each other
	FalseWork                             // a claim of work that the headers do not show
	BadResponse                           // a response that is not what was asked for
	Oversized                             // a message above its limit of size
	Flood                                 // messages above their limit of rate
	Timeout                               // no answer in time
	Useless                               // an answer, or a stay, that is of no help
)

// Merit is something a peer did well.
type Merit int

// What peers are credited for.
const (
	UsefulBlock       Merit = iota + 1 // a block we did not have
	UsefulTransaction                  // transactions we did not have
	UsefulResponse                     // an answer that was of use
)

// A peer is banned when its score reaches banThreshold.
const banThreshold = -100

// Faults that an honest peer on a bad line commits too take its score no lower
// than harmlessFloor. They make it the first to go when a slot is needed.
const harmlessFloor = -60

// maxScore bounds what good service can make up for: no more than two serious
// faults, since a peer can prepare an attack with good service.
const maxScore = 50

// scoreHalfLife is the time in which a score loses half its distance from 0.
const scoreHalfLife = 15 * time.Minute

// offences is the price list: what each offence takes from the score of the
// peer, and whether it can ban.
var offences = map[Offence]struct {
	name   string
	points float64
	bans   bool
	why    string
}{
	InvalidHeader:      {"invalid header", 100, true, "checking the proof takes microseconds: nobody relays an invalid one by mistake"},
	InvalidBlock:       {"invalid block", 100, true, "a peer that serves a block has executed it"},
	FalseWork:          {"false work", 100, true, "costs us a download; a node knows the work of its own chain"},
	Unlinked:           {"unlinked headers", 50, true, "a database does not unlink headers; twice, in case a reorganisation fell between"},
	Malformed:          {"malformed message", 34, true, "three of them: another version might differ in one message"},
	Oversized:          {"oversized message", 34, true, "the limits are part of the protocol"},
	BadResponse:        {"bad response", 25, true, "races between a question and a reorganisation can explain one or two"},
	InvalidTransaction: {"invalid transaction", 20, true, "cheap to check, so relaying one is carelessness or worse"},
	Flood:              {"flood", 5, true, "an honest peer stays below the rates, but for the jitter of the line"},
	Timeout:            {"timeout", 8, false, "slow is not evil"},
	Useless:            {"useless", 4, false, "an empty answer harms nobody"},
}

// merits is what good service brings.
var merits = map[Merit]float64{
	UsefulBlock:       2,
	UsefulTransaction: 0.1,
	UsefulResponse:    0.5,
}

// String returns the offence in words; metrics and bans carry it.
func (o Offence) String() string {
	if row, ok := offences[o]; ok {
		return row.name
	}
	return fmt.Sprintf("offence %d", int(o))
}

// Misconduct is an error that a peer is to blame for.
//
//nolint:errname // the word says it: an error is what happens to us, this is what a peer does
type Misconduct struct {
	Offence Offence
	Err     error
}

// Blame wraps err, which says what is wrong with a peer's message, as the fault
// of that peer. A [Validator] returns it.
func Blame(o Offence, err error) error { return &Misconduct{Offence: o, Err: err} }

// Error implements error.
func (m *Misconduct) Error() string { return fmt.Sprintf("%s: %v", m.Offence, m.Err) }

// Unwrap returns what is wrong.
func (m *Misconduct) Unwrap() error { return m.Err }

// blamed returns the offence that err blames a peer for, if any.
func blamed(err error) (Offence, bool) {
	var m *Misconduct
	if errors.As(err, &m) {
		return m.Offence, true
	}
	return 0, false
}

// scoresKept bounds how many peers a score is remembered of.
const scoresKept = 4096

// scores are the standings of peers, connected or not: who comes back is who
// left.
type scores struct {
	mu   sync.Mutex // guards all below
	now  func() time.Time
	book map[peer.ID]score
}

type score struct {
	points float64
	at     time.Time // when points were right
}

func newScores(now func() time.Time) *scores {
	return &scores{now: now, book: make(map[peer.ID]score)}
}

// of returns a peer's score.
func (s *scores) of(id peer.ID) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book[id].decayed(s.now())
}

// charge takes an offence from a peer's score. It reports whether the peer is to
// be banned for it.
func (s *scores) charge(id peer.ID, o Offence) (ban bool) {
	row := offences[o]
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.book[id].decayed(s.now())
	after := before - row.points
	if !row.bans {
		after = min(before, max(after, harmlessFloor))
	}
	s.set(id, after)
	return row.bans && after <= banThreshold
}

// credit adds to a peer's score.
func (s *scores) credit(id peer.ID, m Merit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set(id, min(s.book[id].decayed(s.now())+merits[m], maxScore))
}

// clear forgives a peer everything.
func (s *scores) clear(id peer.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.book, id)
}

func (s *scores) set(id peer.ID, points float64) {
	if _, known := s.book[id]; !known && len(s.book) >= scoresKept {
		s.forget()
	}
	s.book[id] = score{points, s.now()}
}

// forget drops what is the least loss: the score nearest to 0.
func (s *scores) forget() {
	var least peer.ID
	best := math.Inf(1)
	for id, score := range s.book {
		if points := math.Abs(score.decayed(s.now())); points < best {
			least, best = id, points
		}
	}
	delete(s.book, least)
}

// tidy drops what has decayed to nothing.
func (s *scores) tidy() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, score := range s.book {
		if math.Abs(score.decayed(s.now())) < 0.5 {
			delete(s.book, id)
		}
	}
}

func (s score) decayed(now time.Time) float64 {
	return s.points * math.Exp2(-float64(now.Sub(s.at))/float64(scoreHalfLife))
}
