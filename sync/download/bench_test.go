package download

import (
	"bytes"
	"context"
	"flag"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

var benchBlocks = flag.Int("sync.blocks", 2000, "length of the chain that BenchmarkSync fetches")

// stored is a source that sends what its database holds, as a node does.
type stored struct{ *chain.Service }

func (s stored) ID() string { return "stored" }

func (s stored) Headers(_ context.Context, locator []common.Hash, most int) ([]*types.Header, error) {
	var answer []rlp.RawValue
	for _, hash := range locator {
		from := s.GetHeaderByHash(hash)
		if from == nil || s.GetCanonicalHash(from.Number.Uint64()) != hash {
			continue
		}
		for number := from.Number.Uint64() + 1; len(answer) < most; number++ {
			hash := s.GetCanonicalHash(number)
			if hash == (common.Hash{}) {
				break
			}
			answer = append(answer, rawdb.ReadHeaderRLP(s.DB(), hash, number))
		}
		break
	}
	enc, err := rlp.EncodeToBytes(answer)
	if err != nil {
		return nil, err
	}
	var headers []*types.Header
	return headers, rlp.DecodeBytes(enc, &headers)
}

func (s stored) Blocks(_ context.Context, hashes []common.Hash) (types.Blocks, error) {
	var answer []rlp.RawValue
	for _, hash := range hashes {
		number, ok := rawdb.ReadHeaderNumber(s.DB(), hash)
		if !ok {
			break
		}
		body, _, err := rlp.SplitList(rawdb.ReadBodyRLP(s.DB(), hash, number))
		if err != nil {
			return nil, err
		}
		block, err := rlp.EncodeToBytes([]rlp.RawValue{rawdb.ReadHeaderRLP(s.DB(), hash, number), body})
		if err != nil {
			return nil, err
		}
		answer = append(answer, block)
	}
	enc, err := rlp.EncodeToBytes(answer)
	if err != nil {
		return nil, err
	}
	return DecodeBlocks(enc, hashes)
}

// BenchmarkSync fetches a chain with 100 transfers in every tenth block from a node
// in the same process, beside the import of the same blocks from a file. Who comes
// first changes from pair to pair.
func BenchmarkSync(b *testing.B) {
	n := newNetwork(b)
	n.genesis.Timestamp = uint64(time.Now().Unix()) - uint64(*benchBlocks+100)*n.Params.TargetInterval
	n.Builder = chaintest.New(b, n.genesis, n.Params)
	file, gas := n.chainFile(b, *benchBlocks)
	n.Builder = &chaintest.Builder{Params: n.Params} // its states weigh on the collector
	server := n.openChain(b, b.TempDir())
	if err := server.Import(b.Context(), bytes.NewReader(file), nil); err != nil {
		b.Fatal(err)
	}
	n.timeImport(b, file) // while the server indexes its logs
	var synced, imported time.Duration
	var spent [2]time.Duration // processor time
	var ratios []float64
	var peak, importPeak uint64
	for b.Loop() {
		var sync, direct, cpuSync, cpuImport time.Duration
		for _, first := range []bool{len(ratios)%2 == 0, len(ratios)%2 == 1} {
			runtime.GC()
			c := cpu(b)
			if first {
				var heap uint64
				sync, heap = n.timeSync(b, server)
				peak = max(peak, heap)
				cpuSync = cpu(b) - c
			} else {
				var heap uint64
				direct, heap = n.timeImport(b, file)
				importPeak = max(importPeak, heap)
				cpuImport = cpu(b) - c
			}
		}
		spent[0], spent[1] = spent[0]+cpuSync, spent[1]+cpuImport
		synced, imported, ratios = synced+sync, imported+direct, append(ratios, direct.Seconds()/sync.Seconds())
	}
	slices.Sort(ratios)
	total := float64(b.N) * float64(*benchBlocks)
	b.ReportMetric(total/synced.Seconds(), "blocks/s")
	b.ReportMetric(total/imported.Seconds(), "import-blocks/s")
	b.ReportMetric(float64(b.N)*gas/1e6/synced.Seconds(), "Mgas/s")
	b.ReportMetric(ratios[len(ratios)/2], "speed/import")
	b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "cpu-import/cpu")
	b.ReportMetric(float64(peak)/(1<<20), "heap-MB")
	b.ReportMetric(float64(importPeak)/(1<<20), "import-heap-MB")
}

// chainFile returns a chain as Export writes it, and the gas it uses.
func (n *network) chainFile(b *testing.B, blocks int) ([]byte, float64) {
	b.Helper()
	var file bytes.Buffer
	var gas float64
	nonces := make([]uint64, 10)
	parent := n.Genesis()
	for i := range blocks {
		spec := chaintest.Spec{Coinbase: chaintest.Address(1)}
		if i%10 == 0 {
			for k := range 100 {
				from := k % len(nonces)
				spec.Txs = append(spec.Txs, n.Transfer(from, nonces[from], chaintest.Address(100+k)))
				nonces[from]++
			}
		}
		parent = n.Block(parent, spec)
		gas += float64(parent.GasUsed())
		if err := parent.EncodeRLP(&file); err != nil {
			b.Fatal(err)
		}
	}
	return file.Bytes(), gas
}

// timeImport and timeSync also return by how much the heap grew at most.
func (n *network) timeImport(b *testing.B, file []byte) (time.Duration, uint64) {
	s, stop := n.open(b, b.TempDir())
	defer stop()
	heap := watchHeap()
	begin := time.Now()
	if err := s.Import(b.Context(), bytes.NewReader(file), nil); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin), heap()
}

func (n *network) timeSync(b *testing.B, server *chain.Service) (time.Duration, uint64) {
	s, stop := n.open(b, b.TempDir())
	defer stop()
	u := newSetup(b, s, func(cfg *Config) { cfg.Limits = DefaultConfig().Limits })
	head := server.CurrentBlock()
	target := Target{
		Source: stored{server}, Hash: head.Hash(), Number: head.Number.Uint64(),
		Work: server.TotalWork(head.Hash(), head.Number.Uint64()),
	}
	heap := watchHeap()
	begin := time.Now()
	if err := u.Sync(b.Context(), target); err != nil {
		b.Fatal(err)
	}
	took := time.Since(begin)
	if now := s.CurrentBlock(); now.Hash() != head.Hash() {
		b.Fatalf("head is block %d, want %d", now.Number, head.Number)
	}
	return took, heap()
}

// cpu returns the processor time that the process has used. On a machine that does
// other things too it says more than the clock.
func cpu(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkHeal is the end of a partition, seen from the lighter side: both have
// made 300 blocks with 20 transfers each.
func BenchmarkHeal(b *testing.B) {
	const depth, transfers = 300, 20
	n := newNetwork(b)
	trunk := n.branch(nil, 100, every(4, 1))
	light := n.branch(trunk, depth, n.full(transfers))
	heavy := n.branch(trunk, depth+1, func() func(int) chaintest.Spec {
		full := n.full(transfers)
		return func(i int) chaintest.Spec {
			spec := full(i)
			spec.Coinbase = chaintest.Address(2)
			return spec
		}
	}())
	for b.Loop() {
		b.StopTimer()
		s, stop := n.open(b, b.TempDir())
		insert(b, s, light)
		p := newPeer("a", heavy)
		u := newSetup(b, s, func(cfg *Config) { cfg.Limits = DefaultConfig().Limits })
		target := p.target(b)
		b.StartTimer()
		if err := u.Sync(b.Context(), target); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		wantHead(b, s, last(heavy))
		stop()
		b.StartTimer()
	}
}
