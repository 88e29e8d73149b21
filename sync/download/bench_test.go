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
	type block struct{ Header, Body rlp.RawValue }
	var answer []block
	for _, hash := range hashes {
		number, ok := rawdb.ReadHeaderNumber(s.DB(), hash)
		if !ok {
			break
		}
		answer = append(answer, block{rawdb.ReadHeaderRLP(s.DB(), hash, number), rawdb.ReadBodyRLP(s.DB(), hash, number)})
	}
	enc, err := rlp.EncodeToBytes(answer)
	if err != nil {
		return nil, err
	}
	var decoded []struct {
		Header *types.Header
		Body   types.Body
	}
	if err := rlp.DecodeBytes(enc, &decoded); err != nil {
		return nil, err
	}
	blocks := make(types.Blocks, len(decoded))
	for i := range decoded {
		blocks[i] = types.NewBlockWithHeader(decoded[i].Header).WithBody(decoded[i].Body)
	}
	return blocks, nil
}

// BenchmarkSync fetches a chain with 100 transfers in every tenth block from a node
// in the same process, beside the import of the same blocks from a file. Who comes
// first changes from pair to pair.
func BenchmarkSync(b *testing.B) {
	n := newNetwork(b)
	n.genesis.Timestamp = uint64(time.Now().Unix()) - uint64(*benchBlocks+100)*n.Params.TargetInterval
	n.Builder = chaintest.New(b, n.genesis, n.Params)
	file, gas := n.chainFile(b, *benchBlocks)
	server := n.openChain(b, b.TempDir())
	if err := server.Import(b.Context(), bytes.NewReader(file), nil); err != nil {
		b.Fatal(err)
	}
	n.timeImport(b, file) // while the server indexes its logs
	var synced, imported time.Duration
	var ratios []float64
	var peak uint64
	for b.Loop() {
		var sync, direct, cpuSync, cpuImport time.Duration
		for _, first := range []bool{len(ratios)%2 == 0, len(ratios)%2 == 1} {
			runtime.GC()
			c := cpu()
			if first {
				var heap uint64
				sync, heap = n.timeSync(b, server)
				peak = max(peak, heap)
				cpuSync = cpu() - c
			} else {
				direct = n.timeImport(b, file)
				cpuImport = cpu() - c
			}
		}
		b.Logf("sync %v (cpu %v), import %v (cpu %v)", sync, cpuSync, direct, cpuImport)
		synced, imported, ratios = synced+sync, imported+direct, append(ratios, direct.Seconds()/sync.Seconds())
	}
	slices.Sort(ratios)
	total := float64(b.N) * float64(*benchBlocks)
	b.ReportMetric(total/synced.Seconds(), "blocks/s")
	b.ReportMetric(total/imported.Seconds(), "import-blocks/s")
	b.ReportMetric(float64(b.N)*gas/1e6/synced.Seconds(), "Mgas/s")
	b.ReportMetric(ratios[len(ratios)/2], "speed/import")
	b.ReportMetric(float64(peak)/(1<<20), "heap-MB")
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

func (n *network) timeImport(b *testing.B, file []byte) time.Duration {
	s, stop := n.open(b, b.TempDir())
	defer stop()
	begin := time.Now()
	if err := s.Import(b.Context(), bytes.NewReader(file), nil); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// timeSync also returns the largest heap seen.
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

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
