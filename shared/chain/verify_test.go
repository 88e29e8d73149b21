package chain_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/pow"
)

func TestVerify(t *testing.T) {
	n := newNetwork(t)
	cfg := n.config(openDB(t, t.TempDir()))
	s := start(t, cfg)
	blocks := n.Chain(n.Genesis(), 300, n.transfers(0))
	insert(t, s, blocks)
	insert(t, s, n.Chain(n.Genesis(), 3, minedBy(2)))

	calls := 0
	done, err := chain.Verify(t.Context(), cfg, 0, math.MaxUint64, func(chain.Progress) { calls++ })
	if err != nil || done.Blocks != 301 || done.Number != 300 || done.Transactions == 0 || calls == 0 {
		t.Fatalf("%+v after %d calls: %v", done, calls, err)
	}
	if done, err := chain.Verify(t.Context(), cfg, 100, 200, nil); err != nil || done.Blocks != 101 {
		t.Fatalf("a part: %+v, %v", done, err)
	}
	if _, err := chain.Verify(t.Context(), cfg, 301, 400, nil); err == nil || !strings.Contains(err.Error(), "the head is block 300") {
		t.Errorf("above the head: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := chain.Verify(ctx, cfg, 0, 300, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	size, err := s.VerifyState(t.Context(), nil)
	if err != nil || size.Accounts < 14 || size.Contracts != 4 || size.Slots == 0 {
		t.Errorf("state: %+v, %v", size, err)
	}
}

// Each kind of damage is found at the block that has it.
func TestVerifyFindsDamage(t *testing.T) {
	n := newNetwork(t)
	cfg := n.config(openDB(t, t.TempDir()))
	s := start(t, cfg)
	blocks := n.Chain(n.Genesis(), 5, n.transfers(0))
	insert(t, s, blocks)
	block, hash := blocks[2], blocks[2].Hash()
	workKey := append([]byte("monolith-work-\x00\x00\x00\x00\x00\x00\x00\x03"), hash[:]...)

	for want, damage := range map[string]func(db ethdb.KeyValueWriter){
		"index by number":     func(db ethdb.KeyValueWriter) { rawdb.DeleteCanonicalHash(db, 3) },
		"index by hash":       func(db ethdb.KeyValueWriter) { rawdb.DeleteHeaderNumber(db, hash) },
		"its header":          func(db ethdb.KeyValueWriter) { rawdb.DeleteHeader(db, hash, 3) },
		"its body":            func(db ethdb.KeyValueWriter) { rawdb.DeleteBody(db, hash, 3) },
		"its transactions":    func(db ethdb.KeyValueWriter) { rawdb.WriteBody(db, hash, 3, blocks[1].Body()) },
		"receipts can be":     func(db ethdb.KeyValueWriter) { rawdb.DeleteReceipts(db, hash, 3) },
		"its receipts":        func(db ethdb.KeyValueWriter) { rawdb.WriteReceipts(db, hash, 3, spoilt(s, hash)) },
		"its cumulative work": func(db ethdb.KeyValueWriter) { _ = db.Put(workKey, []byte{1}) },
		"its parent":          func(db ethdb.KeyValueWriter) { writeOther(db, n.Chain(n.Genesis(), 3, minedBy(7))[2]) },
		"does not meet":       func(db ethdb.KeyValueWriter) { writeOther(db, unproven(block)) },
	} {
		t.Run(want, func(t *testing.T) {
			db := &overlay{Database: cfg.DB, changed: make(map[string][]byte)}
			damage(db)
			cfg := cfg
			cfg.DB = db
			_, err := chain.Verify(t.Context(), cfg, 0, math.MaxUint64, nil)
			var fault *chain.FaultError
			if !errors.As(err, &fault) || fault.Number != 3 || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q at block 3", err, want)
			}
		})
	}
}

func TestVerifyFindsDamageInTheState(t *testing.T) {
	n := newNetwork(t)
	cfg := n.config(openDB(t, t.TempDir()))
	cfg.StateBuffer = 0
	s := start(t, cfg)
	insert(t, s, n.Chain(n.Genesis(), 150, nil)) // the layers of 128 blocks are in memory
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	expect := func(want string) {
		t.Helper()
		s, err := chain.New(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Stop()
		var fault *chain.FaultError
		if _, err = s.VerifyState(t.Context(), nil); !errors.As(err, &fault) || fault.Number != 150 || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	code := crypto.Keccak256Hash(params.BeaconRootsCode)
	rawdb.WriteCode(cfg.DB, code, []byte{1})
	expect("is missing or damaged")
	rawdb.WriteCode(cfg.DB, code, params.BeaconRootsCode)

	damaged := 0
	for first := range byte(16) { // some are overwritten in memory
		if node := rawdb.ReadAccountTrieNode(cfg.DB, []byte{first}); len(node) > 0 {
			node[len(node)-1]++
			rawdb.WriteAccountTrieNode(cfg.DB, []byte{first}, node)
			damaged++
		}
	}
	if damaged == 0 {
		t.Fatal("no node of the state is on the disk")
	}
	expect("its state: ")
}

// overlay is a database that was changed, without being so.
type overlay struct {
	ethdb.Database
	changed map[string][]byte // nil = deleted
}

func (o *overlay) Put(key, value []byte) error { o.changed[string(key)] = value; return nil }
func (o *overlay) Delete(key []byte) error     { o.changed[string(key)] = nil; return nil }
func (o *overlay) Get(key []byte) ([]byte, error) {
	if value, ok := o.changed[string(key)]; ok {
		if value == nil {
			return nil, errors.New("not found")
		}
		return value, nil
	}
	return o.Database.Get(key)
}

func (o *overlay) Has(key []byte) (bool, error) {
	_, err := o.Get(key)
	return err == nil, nil
}

// spoilt returns the block's receipts, of which one failed.
func spoilt(s *chain.Service, hash common.Hash) types.Receipts {
	var receipts types.Receipts
	for _, receipt := range s.GetReceiptsByHash(hash) {
		other := *receipt
		receipts = append(receipts, &other)
	}
	receipts[0].Status = types.ReceiptStatusFailed
	return receipts
}

// writeOther makes another block the third.
func writeOther(db ethdb.KeyValueWriter, block *types.Block) {
	rawdb.WriteBlock(db, block)
	rawdb.WriteCanonicalHash(db, block.Hash(), 3)
}

// unproven returns the block with a nonce that is no proof.
func unproven(block *types.Block) *types.Block {
	header := block.Header()
	for {
		header.Extra[len(header.Extra)-1]++
		seal, err := pow.ParseSeal(header.Extra)
		if err != nil {
			panic(err) // only the nonce has changed
		}
		if !seal.Target.MetBy(header.Hash()) {
			return types.NewBlockWithHeader(header).WithBody(*block.Body())
		}
	}
}
