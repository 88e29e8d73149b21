package rpc

import "sync/atomic"

// smallFrame is what a request or an answer may weigh without being counted where
// there is one per connection, of which there are not many.
const smallFrame = 64 << 10

// memory bounds what requests and answers take up together, in bytes.
type memory struct {
	limit int64
	used  atomic.Int64
}

// take reserves some of it, to be given back.
func (m *memory) take(n int) bool {
	if m.used.Add(int64(n)) <= m.limit {
		return true
	}
	m.give(n)
	return false
}

func (m *memory) give(n int) { m.used.Add(-int64(n)) }
