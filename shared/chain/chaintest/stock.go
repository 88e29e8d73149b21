package chaintest

import (
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/ethereum/go-ethereum/consensus/beacon"
	"github.com/ethereum/go-ethereum/consensus/ethash"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

// StockChain returns go-ethereum's own chain with its own consensus engine, in
// memory, on the genesis as its file would say it. It ends with the test.
func StockChain(t testing.TB, genesis *core.Genesis) *core.BlockChain {
	t.Helper()
	enc, err := json.Marshal(genesis)
	if err != nil {
		t.Fatal(err)
	}
	fromFile := new(core.Genesis)
	if err := json.Unmarshal(enc, fromFile); err != nil {
		t.Fatal(err)
	}
	bc, err := core.NewBlockChain(rawdb.NewMemoryDatabase(), fromFile, beacon.New(ethash.NewFaker()),
		core.DefaultConfig().WithStateScheme(rawdb.PathScheme))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bc.Stop)
	return bc
}

// ImportStock inserts the blocks of a chain file one by one, as geth import does.
func ImportStock(t testing.TB, geth *core.BlockChain, file io.Reader) {
	t.Helper()
	for stream := rlp.NewStream(file, 0); ; {
		block := new(types.Block)
		if err := stream.Decode(block); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if block.NumberU64() == 0 {
			continue
		}
		if _, err := geth.InsertChain(types.Blocks{block}); err != nil {
			t.Fatalf("go-ethereum refuses block %d: %v", block.NumberU64(), err)
		}
	}
}
