package download

import (
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
)

const (
	// maxStrikes is how many requests in a row may fail before a source is given
	// up for this Sync. The pause in between starts with retryPause and doubles.
	maxStrikes = 3
	retryPause = time.Second

	// batchTime is how long a source should need for one request: long enough to
	// make the way there and back cheap, short enough to notice a slow one.
	batchTime = time.Second

	// sourcesEvery is how often new sources are looked for.
	sourcesEvery = time.Second
)

// supplier is a source of blocks as its answers have shown it to be.
type supplier struct {
	Source
	batch   int       // blocks to ask for
	busy    *flight   // its request that is under way
	strikes int       // requests failed in a row
	pause   time.Time // no request before
	gone    bool      // given up

	lacks uint64    // a block that it did not have, and so none above; 0 = none
	again time.Time // when to ask for it again
}

// ready reports whether the supplier can be asked for a block.
func (p *supplier) ready(number uint64, now time.Time) bool {
	if p.busy != nil || p.gone || now.Before(p.pause) {
		return false
	}
	if !p.has(number) && !now.Before(p.again) {
		p.lacks = 0
	}
	return p.has(number)
}

func (p *supplier) has(number uint64) bool { return p.lacks == 0 || number < p.lacks }

// fail counts a failed request.
func (p *supplier) fail(now time.Time) {
	p.pause = now.Add(retryPause << p.strikes)
	p.strikes++
	p.gone = p.strikes >= maxStrikes
	p.batch = max(1, p.batch/4)
}

// lack notes the first block that the supplier does not have. It may get it later.
func (p *supplier) lack(number uint64, now time.Time) {
	p.lacks, p.again = number, now.Add(retryPause)
}

// deliver adapts the batch to the time that one took. An answer may be short since
// its bytes are limited.
func (p *supplier) deliver(blocks int, took time.Duration, most int) {
	p.strikes, p.lacks = 0, 0
	fits := int(float64(blocks) * float64(batchTime) / float64(max(took, time.Millisecond)))
	p.batch = max(1, min(fits, 2*max(blocks, 1), most))
}

// suppliers are the sources of one Sync. The target's comes first.
type suppliers struct {
	target  *supplier
	all     []*supplier
	limits  Limits
	list    func() []Source
	renewed time.Time
}

func newSuppliers(target Source, list func() []Source, limits Limits) *suppliers {
	s := &suppliers{limits: limits, list: list}
	s.target = s.add(target)
	return s
}

func (s *suppliers) add(source Source) *supplier {
	p := &supplier{Source: source, batch: max(1, s.limits.Blocks/8)}
	s.all = append(s.all, p)
	return p
}

// renew takes in sources that have come since, and forgets those given up that have
// left: they may come back as good as new.
func (s *suppliers) renew(now time.Time) {
	if now.Sub(s.renewed) < sourcesEvery {
		return
	}
	s.renewed = now
	listed := s.list()
	here := make(map[string]bool, len(listed))
	for _, source := range listed {
		here[source.ID()] = true
	}
	s.all = slices.DeleteFunc(s.all, func(p *supplier) bool {
		return p != s.target && p.gone && !here[p.ID()]
	})
	known := make(map[string]bool, len(s.all))
	active := 0
	for _, p := range s.all {
		known[p.ID()] = true
		if !p.gone {
			active++
		}
	}
	for _, source := range listed {
		if active >= s.limits.Sources {
			return
		}
		if id := source.ID(); !known[id] {
			s.add(source)
			known[id] = true
			active++
		}
	}
}

// exhausted reports whether nobody is left who might have a block.
func (s *suppliers) exhausted(number uint64) bool {
	for _, p := range s.all {
		if !p.gone && (p.has(number) || p == s.target) {
			return false
		}
	}
	return true
}

// memoryOf estimates what a decoded block takes, which is several times its encoding
// for small transactions: each is a tree of objects with caches.
func memoryOf(block *types.Block) int {
	const header, tx = 800, 700
	return header + len(block.Transactions())*tx + int(block.Size())
}
