package db

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
)

func TestKinds(t *testing.T) {
	s := open(t, diskConfig(t.TempDir()))
	db, hash := s.Database(), common.HexToHash("0xff01")
	rawdb.WriteHeader(db, &types.Header{Number: common.Big1, Difficulty: common.Big0})
	rawdb.WriteCanonicalHash(db, hash, 1)
	rawdb.WriteBody(db, hash, 1, &types.Body{})
	rawdb.WriteReceipts(db, hash, 1, nil)
	rawdb.WriteTxLookupEntries(db, 1, []common.Hash{hash})
	rawdb.WriteCode(db, hash, []byte{1})
	rawdb.WriteStateID(db, hash, 1)
	rawdb.WriteAccountTrieNode(db, []byte{1, 2}, []byte{1})
	rawdb.WriteStorageTrieNode(db, hash, []byte{1, 2}, []byte{1})
	rawdb.WriteAccountSnapshot(db, hash, []byte{1})
	rawdb.WriteStorageSnapshot(db, hash, hash, []byte{1})
	rawdb.WriteHeadBlockHash(db, hash)
	rawdb.WriteFilterMapLastBlock(db, 1, 1, hash)
	rawdb.WriteAccountHistoryIndex(db, hash, []byte{1})
	rawdb.WriteTrienodeHistoryIndexBlock(db, hash, []byte{1}, 1, []byte{1})
	for _, key := range []string{"monolith-work-x", "monolith-side-x", "monolith-address-x", "monolith-p2p-x", "?"} {
		must(t, db.Put([]byte(key), []byte("value")))
	}

	found, err := s.Inspect(t.Context(), nil)
	must(t, err)
	want := map[string]uint64{
		"headers": 1, "block index": 2, "bodies": 1, "receipts": 1, "transaction index": 1, "log index": 1,
		"state: trie": 2, "state: flat": 2, "state: code": 1, "records of the chain": 1,
		"history: roots": 1, "history: index of accounts and slots": 1, "history: index of trie nodes": 1,
		"cumulative work": 1, "blocks of side branches": 1, "address index": 1, "peers": 1, UnknownKind: 1,
	}
	for _, u := range found.Shares {
		if u.Keys != want[u.Kind] || u.Bytes == 0 {
			t.Errorf("%s: %d keys of %d bytes, want %d", u.Kind, u.Keys, u.Bytes, want[u.Kind])
		}
		delete(want, u.Kind)
	}
	if len(want) > 0 || found.Keys() != 21 {
		t.Errorf("%d keys, missing %v", found.Keys(), want)
	}
	if len(found.Tables) != len(ancientTables) || found.Tables[0].Store != "chain" || found.LevelDB == 0 || found.Ancient == 0 {
		t.Errorf("files: %+v", found)
	}
}

func TestInspectIsInterruptible(t *testing.T) {
	s := open(t, diskConfig(t.TempDir()))
	batch := s.Database().NewBatch()
	for i := range 2 * inspectEvery {
		must(t, batch.Put(binary.BigEndian.AppendUint32(nil, uint32(i)), nil))
	}
	must(t, batch.Write())
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Inspect(ctx, func(uint64) { cancel() })
	wantError(t, err, context.Canceled)
}
