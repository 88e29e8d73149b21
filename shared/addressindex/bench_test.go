package addressindex

import (
	"fmt"
	"io/fs"
	"math/big"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethdb/leveldb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

const (
	benchBlocks = 200
	benchTxs    = 500 // in a block: half of them transfers of ether, half of a token
)

// busyChain makes encoded blocks in which ten accounts pay others, who are always new.
func busyChain(b *testing.B, genesis *core.Genesis) [][]byte {
	n := newNodeOf(b, genesis, chaintest.Params())
	three, _ := n.deploy()
	encode := func(block *types.Block) []byte {
		enc, err := rlp.EncodeToBytes(block)
		n.check(err)
		return enc
	}
	chain := [][]byte{encode(n.head())}
	parent, nonces, fresh := n.head(), n.nonces[n.head().Hash()], int64(1<<32)
	for range benchBlocks {
		var txs types.Transactions
		for i := range benchTxs {
			from := i % 10
			fresh++
			to, data := common.BigToAddress(big.NewInt(fresh)), []byte(nil)
			if i%2 == 1 {
				to, data = three, wordsOf(transferTopic, chaintest.Address(from), to, 1)
			}
			txs = append(txs, types.MustSignNewTx(chaintest.Key(from), n.builder.Signer(), &types.DynamicFeeTx{
				ChainID: big.NewInt(chaintest.ChainID), Nonce: nonces[from], To: &to, Data: data,
				Gas: 100_000, GasTipCap: big.NewInt(params.GWei), GasFeeCap: big.NewInt(1000 * params.GWei),
			}))
			nonces[from]++
		}
		parent = n.builder.Block(parent, chaintest.Spec{Coinbase: common.Address{0xfe}, Txs: txs})
		chain = append(chain, encode(parent))
	}
	return chain
}

func (n *node) load(chain [][]byte) {
	for i := 0; i < len(chain); i += 20 {
		var blocks types.Blocks
		for _, enc := range chain[i:min(i+20, len(chain))] {
			block := new(types.Block)
			n.check(rlp.DecodeBytes(enc, block))
			blocks = append(blocks, block)
		}
		_, err := n.chain.InsertBlocks(n.t.Context(), blocks)
		n.check(err)
	}
}

// cpuTime is what the process has used: what a busy machine does not change.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkIndex measures what the index costs while blocks are imported, what it takes
// to make it of a chain that is there, and on the disk, and how long a page takes of an
// address with very many transactions.
func BenchmarkIndex(b *testing.B) {
	genesis := chaintest.Genesis(chaintest.Params())
	chain := busyChain(b, genesis)
	txs := float64(benchBlocks * benchTxs)
	for _, on := range []bool{false, true} {
		b.Run(fmt.Sprintf("import/index=%t", on), func(b *testing.B) {
			for b.Loop() {
				n := newNodeOf(b, genesis, chaintest.Params())
				var index *Service
				if on {
					index = n.open(n.db)
				}
				start, used := time.Now(), cpuTime(b)
				n.load(chain)
				imported := time.Since(start)
				b.ReportMetric(txs/imported.Seconds(), "txs/s")
				if on {
					n.synced(index)
					b.ReportMetric((time.Since(start)-imported).Seconds()*1000, "ms-behind")
				}
				b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/txs, "cpu-µs/tx")
			}
		})
	}
	full := newNodeOf(b, genesis, chaintest.Params())
	full.load(chain)
	dir := b.TempDir()
	db, err := leveldb.New(dir, 16, 64, "", false)
	full.check(err)
	b.Cleanup(func() { full.check(db.Close()) })
	var index *Service
	b.Run("make", func(b *testing.B) {
		for b.Loop() {
			full.check(db.Delete(progressKey()))
			start, used := time.Now(), cpuTime(b)
			index = full.open(db)
			full.synced(index)
			took := time.Since(start).Seconds()
			b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/txs, "cpu-µs/tx")
			b.ReportMetric(txs/took, "txs/s")
			b.ReportMetric(benchBlocks/took, "blocks/s")
		}
		full.check(db.Compact(nil, nil))
		size := int64(0)
		full.check(filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if info, err := entry.Info(); err == nil && filepath.Ext(path) == ".ldb" {
				size += info.Size()
			}
			return err
		}))
		b.ReportMetric(float64(size)/txs, "B/tx")
		b.ReportMetric(float64(len(dump(b, db)))/txs, "entries/tx")
	})
	b.Run("page", func(b *testing.B) {
		token := crypto.CreateAddress(chaintest.Address(0), 0)
		for b.Loop() {
			found, err := index.Transactions(token, Position{Block: benchBlocks / 2}, 0, 101)
			if err != nil || len(found) != 101 {
				b.Fatal(len(found), err)
			}
		}
	})
}
