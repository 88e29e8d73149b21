package db

import (
	"bytes"
	"slices"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

var _ ethdb.Batch = (*batch)(nil)

// batch collects writes for one atomic Write. It is not safe for concurrent
// use.
type batch struct {
	store *store
	b     *leveldb.Batch
	size  int

	// The range whose deletion was given up with ErrTooManyKeys, and the key at
	// which it goes on. go-ethereum repeats the call on the same batch, which
	// must not find the same keys again for ever.
	unfinished util.Range
	resume     []byte
}

// NewBatch returns an empty batch.
func (s *store) NewBatch() ethdb.Batch {
	return &batch{store: s, b: new(leveldb.Batch)}
}

// NewBatchWithSize returns an empty batch with room for that many bytes.
func (s *store) NewBatchWithSize(size int) ethdb.Batch {
	return &batch{store: s, b: leveldb.MakeBatch(size)}
}

func (b *batch) Put(key, value []byte) error {
	b.b.Put(key, value)
	b.size += len(key) + len(value)
	return nil
}

func (b *batch) Delete(key []byte) error {
	b.b.Delete(key)
	b.size += len(key)
	return nil
}

// DeleteRange adds the deletion of every key in [start, end) that the batch or
// the database holds now, with the same conventions as the store's. After
// ethdb.ErrTooManyKeys the same call goes on with the rest.
func (b *batch) DeleteRange(start, end []byte) error {
	whole := util.Range{Start: slices.Clone(start), Limit: slices.Clone(end)}
	from := b.resume
	if from == nil || !sameRange(whole, b.unfinished) {
		from = start
		if err := b.deleteOwn(whole); err != nil {
			return err
		}
	}
	b.resume = nil

	it := b.store.iterate(&util.Range{Start: from, Limit: end})
	defer it.Release()
	for n := 0; it.Next(); n++ {
		if n == maxDeletions {
			b.unfinished, b.resume = whole, slices.Clone(it.Key())
			return ethdb.ErrTooManyKeys
		}
		if err := b.Delete(it.Key()); err != nil {
			return err
		}
	}
	return it.Error()
}

// deleteOwn deletes what this batch itself put into the range.
func (b *batch) deleteOwn(r util.Range) error {
	var own keyCollector
	if err := b.b.Replay(&own); err != nil {
		return err
	}
	for _, key := range own {
		if bytes.Compare(key, r.Start) >= 0 && (r.Limit == nil || bytes.Compare(key, r.Limit) < 0) {
			if err := b.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *batch) ValueSize() int { return b.size }

// Write applies the batch, whole or not at all. It keeps its content.
func (b *batch) Write() error {
	return b.store.fault.wrote(b.store.db.Write(b.b, nil))
}

func (b *batch) Reset() {
	b.b.Reset()
	b.size = 0
	b.resume = nil // what it had deleted may not have been written
}

// Replay repeats the batch's writes on w.
func (b *batch) Replay(w ethdb.KeyValueWriter) error {
	r := &replayer{w: w}
	if err := b.b.Replay(r); err != nil {
		return err
	}
	return r.err
}

// Close releases nothing: a batch is just memory.
func (b *batch) Close() {}

// replayer hands goleveldb's replay to an ethdb writer up to the first error.
type replayer struct {
	w   ethdb.KeyValueWriter
	err error
}

func (r *replayer) Put(key, value []byte) {
	if r.err == nil {
		r.err = r.w.Put(key, value)
	}
}

func (r *replayer) Delete(key []byte) {
	if r.err == nil {
		r.err = r.w.Delete(key)
	}
}

// keyCollector gathers the keys that a batch puts.
type keyCollector [][]byte

func (c *keyCollector) Put(key, _ []byte) { *c = append(*c, slices.Clone(key)) }
func (c *keyCollector) Delete([]byte)     {}

func sameRange(a, b util.Range) bool {
	return bytes.Equal(a.Start, b.Start) && bytes.Equal(a.Limit, b.Limit) && (a.Limit == nil) == (b.Limit == nil)
}
