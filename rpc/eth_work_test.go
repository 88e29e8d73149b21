package rpc

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/miner"
)

// newWorkshop starts a node whose blocks only others find.
func newWorkshop(t testing.TB) *node {
	t.Helper()
	n := newNode(t)
	n.check(n.miner.Change(func(s *miner.Settings) { s.Enabled, s.Threads = true, 0 }))
	n.miner.Start()
	return n
}

// words asks for work, as a miner that knows no more than the documentation.
func (n *node) words(known ...any) []string {
	n.t.Helper()
	var words []string
	n.check(n.client.CallContext(n.t.Context(), &words, "eth_getWork", known...))
	if len(words) != 5 {
		n.t.Fatalf("work: %v", words)
	}
	return words
}

// search returns the first nonce from start on that is a proof, or is none, and the
// block's hash with it.
func search(words []string, start uint64, proof bool) (nonce, digest string) {
	header := hexutil.MustDecode(words[1])
	target := new(big.Int).SetBytes(hexutil.MustDecode(words[2]))
	at := hexutil.MustDecodeUint64(words[4])
	for ; ; start++ {
		binary.BigEndian.PutUint64(header[at:], start)
		hash := crypto.Keccak256(header)
		if new(big.Int).SetBytes(hash).Cmp(target) <= 0 == proof {
			return hexutil.Encode(header[at : at+8]), hexutil.Encode(hash)
		}
	}
}

func (n *node) submit(nonce, id, digest string) bool {
	n.t.Helper()
	var taken bool
	n.check(n.client.CallContext(n.t.Context(), &taken, "eth_submitWork", nonce, id, digest))
	return taken
}

// TestWork mines as any program can, and in all the wrong ways.
func TestWork(t *testing.T) {
	n := newWorkshop(t)
	tx := n.transfer(0)
	n.send(tx)
	words := n.words()
	if hexutil.MustDecodeUint64(words[3]) != 1 || crypto.Keccak256Hash(hexutil.MustDecode(words[1])).Hex() != words[0] {
		t.Fatalf("work: %v", words)
	}
	nonce, digest := search(words, 0, true)
	bad, badDigest := search(words, 0, false)
	for name, args := range map[string][3]string{
		"no proof":       {bad, words[0], badDigest},
		"another digest": {nonce, words[0], badDigest},
		"unknown job":    {nonce, unknownHash, digest},
		"no hash at all": {nonce, words[0], common.Hash{}.Hex()},
	} {
		if n.submit(args[0], args[1], args[2]) {
			t.Errorf("%s was taken", name)
		}
	}
	if n.head().NumberU64() != 0 {
		t.Fatal("a block came of wrong work")
	}
	if !n.submit(nonce, words[0], digest) {
		t.Fatal("the work was not taken")
	}
	if head := n.head(); head.Hash().Hex() != digest || head.Coinbase() != etherbase || head.Transactions()[0].Hash() != tx.Hash() {
		t.Fatalf("head %v", head.Hash())
	}
	if n.submit(nonce, words[0], digest) {
		t.Error("the same work was taken twice")
	}
	again, digest := search(words, binary.BigEndian.Uint64(hexutil.MustDecode(nonce))+1, true)
	if n.submit(again, words[0], digest) {
		t.Error("work on an old head was taken")
	}
}

// TestWorkWaits: whoever says what job he has gets the next one, and jobs stay good
// when a fresher one replaces them.
func TestWorkWaits(t *testing.T) {
	n := newWorkshop(t)
	first := n.words()
	second := n.words(first[0])
	if second[0] == first[0] {
		t.Fatal("the same job")
	}
	if nonce, digest := search(first, 0, true); !n.submit(nonce, first[0], digest) {
		t.Fatal("the job before the current one is no good")
	}
	third := n.words(second[0])
	if hexutil.MustDecodeUint64(third[3]) != 2 {
		t.Errorf("work on the new head: %v", third)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.client.CallContext(ctx, new(json.RawMessage), "eth_getWork", third[0]); err == nil {
		t.Error("an answer after the caller has gone")
	}
}

// TestTwoMiners: both find blocks of the same jobs, and of each height one is taken.
func TestTwoMiners(t *testing.T) {
	n := newWorkshop(t)
	var (
		group sync.WaitGroup
		found [2]int
	)
	for i := range found {
		client := n.dial("http://" + n.rpc.Addr().String())
		group.Go(func() {
			for known := (common.Hash{}).Hex(); n.head().NumberU64() < 3; {
				var words []string
				if err := client.CallContext(t.Context(), &words, "eth_getWork", known); err != nil {
					t.Error(err)
					return
				}
				known = words[0]
				nonce, digest := search(words, uint64(i)<<63, true)
				var taken bool
				if err := client.CallContext(t.Context(), &taken, "eth_submitWork", nonce, words[0], digest); err != nil {
					t.Error(err)
					return
				}
				if taken {
					found[i]++
				}
			}
		})
	}
	group.Wait()
	if total := found[0] + found[1]; uint64(total) != n.head().NumberU64() {
		t.Errorf("%v blocks were taken, the chain has %d", found, n.head().NumberU64())
	}
}

func TestHashrateOfOthers(t *testing.T) {
	n := newWorkshop(t)
	for _, id := range []common.Hash{{1}, {2}, {1}} {
		var taken bool
		n.check(n.client.CallContext(t.Context(), &taken, "eth_submitHashrate", hexutil.Uint64(500), id))
		if !taken {
			t.Error("not taken")
		}
	}
	var rate hexutil.Uint64
	n.check(n.client.CallContext(t.Context(), &rate, "eth_hashrate"))
	if rate != 1000 {
		t.Errorf("hash rate %d", rate)
	}
}

// FuzzSubmitWork: whatever is submitted, the answer is an error or false, and no block
// comes of it.
func FuzzSubmitWork(f *testing.F) {
	n := newWorkshop(f)
	f.Add(make([]byte, 8), make([]byte, 32), make([]byte, 32))
	f.Add([]byte{}, []byte("0x"), []byte(strings.Repeat("f", 64)))
	f.Fuzz(func(t *testing.T, nonce, id, digest []byte) {
		// Once as it comes, and once for a job that there is.
		job, err := n.miner.Work(t.Context(), common.Hash{})
		if err != nil {
			t.Fatal(err)
		}
		var word types.BlockNonce
		copy(word[:], nonce)
		for _, params := range [][]any{
			{hexutil.Bytes(nonce), hexutil.Bytes(id), hexutil.Bytes(digest)},
			{word, job.ID, common.BytesToHash(digest)},
		} {
			var taken bool
			err := n.client.CallContext(t.Context(), &taken, "eth_submitWork", params...)
			if refused := rpc.Error(nil); taken || err != nil && !errors.As(err, &refused) {
				t.Fatalf("%v: taken %v, %v", params, taken, err)
			}
		}
		if n.head().NumberU64() != 0 {
			t.Fatal("a block")
		}
	})
}

// workDeadline is more than eth_getWork may take, which waits two seconds at most.
const workDeadline = 20 * time.Second

// TestNoWork: what hinders is said, in time.
func TestNoWork(t *testing.T) {
	n := newNode(t) // mining is off
	ctx, cancel := context.WithTimeout(t.Context(), workDeadline)
	defer cancel()
	wantError(t, n.client.CallContext(ctx, new(json.RawMessage), "eth_getWork"), codeServer, "mining is off")
	n.check(n.miner.Change(func(s *miner.Settings) { s.Enabled, s.Threads = true, 0 }))
	wantError(t, n.client.CallContext(ctx, new(json.RawMessage), "eth_getWork"), codeServer, "no mining work available yet") // not started

	stock := n.dial("http://" + n.serve(func(cfg *Config) { cfg.Miner = nil }).Addr().String())
	for method, args := range map[string][]any{
		"eth_getWork":        nil,
		"eth_submitWork":     {"0x0123456789abcdef", unknownHash, unknownHash},
		"eth_submitHashrate": {"0x1", unknownHash},
	} {
		wantError(t, stock.CallContext(ctx, new(json.RawMessage), method, args...), codeServer, "this node cannot mine")
	}
}
