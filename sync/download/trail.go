package download

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/pow"
)

// MaxLocator is the largest number of hashes in a locator.
const MaxLocator = 64

const (
	// markSpacing is the least number of headers between two marks, of which a
	// locator names the last ones.
	markSpacing  = 512
	locatorMarks = 8
	// locatorDense is how many of our newest blocks a locator names one by one:
	// most forks are short. Further down the steps grow by half, so that an answer
	// begins early by no more than half the fork's depth.
	locatorDense = 10
)

// trail is a chain of verified headers above a block of our own chain. To let it be
// long it keeps the hashes, and a header now and then to go back to.
type trail struct {
	base   mark
	marks  []mark // ascending, above base
	tip    mark
	hashes []common.Hash // of the blocks above base, up to tip
}

// mark is a block of a trail.
type mark struct {
	header *types.Header
	hash   common.Hash
	work   *big.Int // cumulative
}

func (m mark) number() uint64 { return m.header.Number.Uint64() }

func newTrail(base mark) *trail { return &trail{base: base, tip: base} }

func (t *trail) work() *big.Int { return t.tip.work }

func (t *trail) number() uint64 { return t.tip.number() }

// add appends verified headers with their hashes.
func (t *trail) add(headers []*types.Header, hashes []common.Hash) error {
	work := new(big.Int).Set(t.tip.work)
	for _, header := range headers {
		seal, err := pow.ParseSeal(header.Extra)
		if err != nil {
			return err
		}
		work.Add(work, pow.Work(seal.Target))
	}
	last := len(headers) - 1
	t.tip = mark{header: headers[last], hash: hashes[last], work: work}
	t.hashes = append(t.hashes, hashes...)
	previous := t.base
	if len(t.marks) > 0 {
		previous = t.marks[len(t.marks)-1]
	}
	if t.number()-previous.number() >= markSpacing {
		t.marks = append(t.marks, t.tip)
	}
	return nil
}

// rewind goes back to the mark with the given hash. It reports whether there is one.
func (t *trail) rewind(hash common.Hash) bool {
	if hash == t.base.hash {
		*t = *newTrail(t.base)
		return true
	}
	at := slices.IndexFunc(t.marks, func(m mark) bool { return m.hash == hash })
	if at < 0 {
		return false
	}
	t.marks, t.tip = t.marks[:at+1], t.marks[at]
	t.hashes = t.hashes[:t.tip.number()-t.base.number()]
	return true
}

// locator names the tip, the last marks, and then our own chain, in case the source
// has left this one.
func (t *trail) locator(own []common.Hash) []common.Hash {
	if t.tip.hash == own[0] {
		return own
	}
	hashes := []common.Hash{t.tip.hash}
	for i, m := range slices.Backward(t.marks) {
		if len(t.marks)-i > locatorMarks {
			break
		}
		if m.hash != t.tip.hash {
			hashes = append(hashes, m.hash)
		}
	}
	if t.base.hash != t.tip.hash {
		hashes = append(hashes, t.base.hash)
	}
	return append(hashes, own...)
}

// ownLocator names blocks of our own chain from the head down to depth, and the
// genesis block.
func ownLocator(chain Chain, depth uint64) []common.Hash {
	head := chain.CurrentBlock()
	number := head.Number.Uint64()
	hashes := []common.Hash{head.Hash()}
	for back, step := uint64(1), uint64(1); back < number && back <= depth; back += step {
		if back > locatorDense {
			step += (step + 1) / 2
		}
		if hash := chain.GetCanonicalHash(number - back); hash != (common.Hash{}) {
			hashes = append(hashes, hash)
		}
	}
	if number > 0 {
		hashes = append(hashes, chain.GetCanonicalHash(0))
	}
	return hashes
}

// checkLinks returns the hashes of headers each of which must be the parent of the
// next.
func checkLinks(headers []*types.Header) ([]common.Hash, error) {
	hashes := make([]common.Hash, len(headers))
	for i, header := range headers {
		if header.Number == nil || !header.Number.IsUint64() || header.Number.Sign() == 0 {
			return nil, fmt.Errorf("header %d of the answer has number %v", i, header.Number)
		}
		hashes[i] = header.Hash()
		if i == 0 {
			continue
		}
		if previous := headers[i-1].Number.Uint64(); header.ParentHash != hashes[i-1] || header.Number.Uint64() != previous+1 {
			return nil, fmt.Errorf("header %v (%#x) does not follow header %d (%#x)", header.Number, hashes[i], previous, hashes[i-1])
		}
	}
	return hashes, nil
}

// above is our chain with one more header, whose children can then be verified.
type above struct {
	consensus.ChainHeaderReader
	tip mark
}

func (r *above) GetHeader(hash common.Hash, number uint64) *types.Header {
	if hash == r.tip.hash {
		return r.tip.header
	}
	return r.ChainHeaderReader.GetHeader(hash, number)
}
