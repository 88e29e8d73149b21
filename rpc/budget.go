package rpc

import "sync/atomic"

// smallFrame is what a request or an answer may weigh without being counted where
// there is one per connection, of which there are not many.
const smallFrame = 64 << 10

// budget bounds what requests and answers take up together, in bytes.
type budget struct {
	limit int64
	used  atomic.Int64
}

// take reserves some of it, to be given back.
func (b *budget) take(n int) bool {
	if b.used.Add(int64(n)) <= b.limit {
		return true
	}
	b.give(n)
	return false
}

func (b *budget) give(n int) { b.used.Add(-int64(n)) }
