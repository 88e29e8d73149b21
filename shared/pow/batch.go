package pow

import (
	"runtime"
	"sync"

	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/types"
)

// batchSection is the number of neighbouring headers that one worker takes at
// a time: enough to make the hand-over cheap, few enough to share out a short
// batch and to notice an abort within a fraction of a millisecond.
const batchSection = 16

// VerifyHeaders checks headers that follow each other, on as many threads as
// there are processors. The results come in the order of the headers, one for
// each. A header's parent is the one before it in the batch, or else must be
// in the chain. Closing the returned channel ends the work early; then fewer
// results may come. The results channel is never closed. The threads end by
// themselves, whether or not the results are read: an abort they notice after
// batchSection headers at the latest.
func (e *Engine) VerifyHeaders(chain consensus.ChainHeaderReader, headers []*types.Header) (chan<- struct{}, <-chan error) {
	b := &batch{
		engine:  e,
		chain:   chain,
		headers: headers,
		abort:   make(chan struct{}),
		// With room for all results, a worker never waits for the reader.
		results: make(chan error, len(headers)),
		errs:    make([]error, len(headers)),
		done:    make([]bool, (len(headers)+batchSection-1)/batchSection),
	}
	workers := min(runtime.GOMAXPROCS(0), len(b.done))
	if workers <= 1 && len(headers) <= batchSection {
		b.work() // a block on the head: not worth a goroutine
	} else {
		for range workers {
			go b.work()
		}
	}
	return b.abort, b.results
}

// batch is one call of VerifyHeaders: its headers in sections, which workers
// take in order and finish in any.
type batch struct {
	engine  *Engine
	chain   consensus.ChainHeaderReader
	headers []*types.Header
	abort   chan struct{}
	results chan error
	errs    []error // each written by the worker that has its section

	mu        sync.Mutex
	taken     int    // sections handed out
	done      []bool // sections finished
	delivered int    // sections whose results were sent
}

// work takes sections until none is left or the batch is aborted.
func (b *batch) work() {
	for {
		b.mu.Lock()
		section := b.taken
		b.taken++
		b.mu.Unlock()

		if section >= len(b.done) {
			return
		}
		select {
		case <-b.abort:
			return
		default:
		}
		b.verify(section)
		b.deliver(section)
	}
}

func (b *batch) bounds(section int) (first, end int) {
	first = section * batchSection
	return first, min(first+batchSection, len(b.headers))
}

// verify checks the headers of a section.
func (b *batch) verify(section int) {
	first, end := b.bounds(section)
	reader := &parentReader{ChainHeaderReader: b.chain}

	var previous *types.Header // and its hash
	var previousHash = b.headers[first].ParentHash
	if first > 0 {
		previous = b.headers[first-1]
		previousHash = previous.Hash()
	}
	for i := first; i < end; i++ {
		header := b.headers[i]
		if previous != nil && previousHash == header.ParentHash {
			reader.parent = previous
		} else {
			reader.parent = parentOf(b.chain, header)
		}
		previous, previousHash = header, header.Hash()
		b.errs[i] = b.engine.verifyHeader(reader, header, previousHash)
	}
}

// deliver marks a section as finished and sends the results that are next.
func (b *batch) deliver(section int) {
	b.mu.Lock()
	defer b.mu.Unlock()

	b.done[section] = true
	for ; b.delivered < len(b.done) && b.done[b.delivered]; b.delivered++ {
		first, end := b.bounds(b.delivered)
		for _, err := range b.errs[first:end] {
			b.results <- err
		}
	}
}
