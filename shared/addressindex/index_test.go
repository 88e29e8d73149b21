package addressindex

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// traffic makes random transactions of a few accounts that send each other ether and
// tokens of all standards.
func traffic(random *rand.Rand, three, four common.Address) func(func(int, *common.Address, []byte)) {
	party := func() any {
		if random.IntN(4) == 0 {
			return common.Address{} // made or destroyed
		}
		return chaintest.Address(random.IntN(4))
	}
	id := func() int { return random.IntN(3) }
	return func(tx func(int, *common.Address, []byte)) {
		for range random.IntN(4) {
			from, to := random.IntN(4), chaintest.Address(random.IntN(4))
			switch random.IntN(7) {
			case 0:
				tx(from, &to, nil)
			case 1:
				tx(from, nil, loggerCode(random.IntN(5)))
			case 2:
				tx(from, &three, wordsOf(transferTopic, party(), party(), id()))
			case 3:
				tx(from, &four, wordsOf(transferTopic, party(), party(), id()))
			case 4:
				tx(from, &four, wordsOf(singleTopic, party(), party(), party(), id(), id()))
			case 5:
				tx(from, &four, wordsOf(batchTopic, party(), party(), party(), 64, 160, 2, id(), id(), 2, id(), id()))
			case 6:
				tx(from, &three, wordsOf(singleTopic, party(), party(), id())) // of no standard
			}
		}
	}
}

// TestReorgs follows random reorgs and rewinds, on and off, and is always what one would
// be that is made anew.
func TestReorgs(t *testing.T) {
	for name, p := range map[string]*pow.Params{"work": chaintest.Params(), "dev": chaintest.Instant()} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t, p)
			random := rand.New(rand.NewPCG(1, 2))
			three, four := n.deploy()
			first := n.head()
			index := n.open(n.db)
			running := true
			for range 30 {
				switch { // off and on
				case running && random.IntN(4) == 0:
					n.check(index.Stop())
					running = false
				case !running && random.IntN(2) == 0:
					index, running = n.open(n.db), true
				}
				at := n.head()
				back := random.IntN(6)
				for range back {
					if at.NumberU64() > first.NumberU64() {
						at = n.chain.GetBlock(at.ParentHash(), at.NumberU64()-1)
					}
				}
				if p.Instant() && random.IntN(3) == 0 {
					n.check(n.chain.Rewind(t.Context(), at.Header()))
				}
				n.put(at, 1+random.IntN(back+3), traffic(random, three, four))
				if running {
					n.compare(index, n.db)
				}
			}
			if !running {
				index = n.open(n.db)
			}
			n.compare(index, n.db)
			if len(dump(t, n.db)) < 50 {
				t.Error("nothing happened")
			}
		})
	}
}

// mortal is a database that takes so many batches and then no more.
type mortal struct {
	ethdb.KeyValueStore
	left int
}

type mortalBatch struct {
	ethdb.Batch
	db *mortal
}

var errDead = errors.New("dead")

func (m *mortal) NewBatch() ethdb.Batch { return &mortalBatch{m.KeyValueStore.NewBatch(), m} }

func (b *mortalBatch) Write() error {
	if b.db.left == 0 {
		return errDead
	}
	b.db.left--
	return b.Batch.Write()
}

// TestCrash dies after every number of writes, on the way up and on the way to another
// branch.
func TestCrash(t *testing.T) {
	n := newNode(t, chaintest.Params())
	random := rand.New(rand.NewPCG(3, 4))
	three, four := n.deploy()
	fork := n.put(n.head(), 3, traffic(random, three, four))
	n.put(fork, 4, traffic(random, three, four))
	die := func() {
		for left := range 12 {
			s, err := New(n.config(&mortal{n.db, left % 5}))
			n.check(err)
			for s.catchUp() == nil && !s.Synced() {
			}
			n.check(s.Stop())
		}
	}
	die()
	index := n.open(n.db)
	n.compare(index, n.db)
	n.check(index.Stop())

	n.put(fork, 7, traffic(random, three, four))
	die()
	n.compare(n.open(n.db), n.db)
}

// TestUnusable: an index that is damaged, of another format, without its record or of a
// branch that is gone is made anew.
func TestUnusable(t *testing.T) {
	for name, spoil := range map[string]func(n *node){
		"damaged":   func(n *node) { n.check(n.db.Put(progressKey(), []byte("x"))) },
		"newer":     func(n *node) { n.check(n.db.Put(progressKey(), record(n.t, formatVersion+1, 1, common.Hash{}))) },
		"no record": func(n *node) { n.check(n.db.Delete(progressKey())) },
		"gone":      func(n *node) { n.check(n.db.Put(progressKey(), record(n.t, formatVersion, 3, common.Hash{1}))) },
		"foreign":   func(n *node) { n.check(n.db.Put(progressKey(), record(n.t, formatVersion, 0, common.Hash{1}))) },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t, chaintest.Params())
			three, four := n.deploy()
			n.put(n.head(), 5, traffic(rand.New(rand.NewPCG(5, 6)), three, four))
			index := n.open(n.db)
			n.compare(index, n.db)
			n.check(index.Stop())
			n.check(n.db.Put(txKey(common.Address{9}, Position{Block: 77}), nil)) // what must not stay
			spoil(n)
			n.compare(n.open(n.db), n.db)
		})
	}
}

func record(t testing.TB, format, number uint64, hash common.Hash) []byte {
	t.Helper()
	enc, err := rlp.EncodeToBytes(progress{format, number, hash})
	if err != nil {
		t.Fatal(err)
	}
	return enc
}
