package chain_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain"
)

func TestExportAndImport(t *testing.T) {
	n := newNetwork(t)
	source := newChain(t, n)
	blocks := n.Chain(n.Genesis(), 50, n.transfers(0))
	insert(t, source, blocks)

	var plain, zipped bytes.Buffer
	var reported chain.Progress
	if err := source.Export(t.Context(), &plain, 0, 50, func(p chain.Progress) { reported = p }); err != nil {
		t.Fatal(err)
	}
	if reported.Number != 50 || reported.Blocks != 51 || reported.Transactions != 50 {
		t.Errorf("export reported %+v", reported)
	}
	zip := gzip.NewWriter(&zipped)
	if _, err := zip.Write(plain.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"plain": plain.Bytes(), "gzipped": zipped.Bytes()} {
		t.Run(name, func(t *testing.T) {
			s := newChain(t, n)
			insert(t, s, blocks[:20]) // an import that was interrupted
			var last chain.Progress
			if err := s.Import(t.Context(), bytes.NewReader(file), func(p chain.Progress) { last = p }); err != nil {
				t.Fatal(err)
			}
			wantHead(t, s, blocks[49])
			if last.Known != 21 || last.Blocks != 30 || last.Number != 50 {
				t.Errorf("import reported %+v", last)
			}
		})
	}
}

func TestExportBadRange(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	for _, r := range [][2]uint64{{0, 1}, {3, 2}} {
		if err := s.Export(t.Context(), io.Discard, r[0], r[1], nil); err == nil {
			t.Errorf("exported blocks %d to %d of an empty chain", r[0], r[1])
		}
	}
}

func TestImportBadFiles(t *testing.T) {
	n := newNetwork(t)
	blocks := n.Chain(n.Genesis(), 10, n.transfers(0))
	var file bytes.Buffer
	for _, block := range blocks {
		if err := block.EncodeRLP(&file); err != nil {
			t.Fatal(err)
		}
	}
	gap, other := new(bytes.Buffer), newNetwork(t)
	for _, block := range (types.Blocks{blocks[0], blocks[2]}) {
		if err := block.EncodeRLP(gap); err != nil {
			t.Fatal(err)
		}
	}
	other.genesis.GasLimit++
	foreign := newChain(t, other)
	for _, test := range []struct {
		name  string
		chain *chain.Service
		file  []byte
		want  string
		head  uint64
	}{
		{"cut short", newChain(t, n), file.Bytes()[:file.Len()-10], "cut short", 9},
		{"not a chain file", newChain(t, n), []byte("{\"this\": \"is JSON\"}"), "block 0 of the file cannot be read", 0},
		{"damaged gzip", newChain(t, n), []byte{0x1f, 0x8b, 0, 0}, "import", 0},
		{"a block is missing", newChain(t, n), gap.Bytes(), "not linked", 0},
		{"another network's", foreign, file.Bytes(), "unknown parent", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.chain.Import(t.Context(), bytes.NewReader(test.file), nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if head := test.chain.CurrentBlock().Number.Uint64(); head != test.head {
				t.Errorf("head %d, want %d", head, test.head)
			}
		})
	}
}

// TestImportGivenUp cancels an import from within its first report and finishes
// it with a second one.
func TestImportGivenUp(t *testing.T) {
	n := newNetwork(t)
	blocks := n.Chain(n.Genesis(), 1100, nil) // more than a batch
	var file bytes.Buffer
	for _, block := range blocks {
		if err := block.EncodeRLP(&file); err != nil {
			t.Fatal(err)
		}
	}
	s := newChain(t, n)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Import(ctx, bytes.NewReader(file.Bytes()), func(chain.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if head := s.CurrentBlock().Number.Uint64(); head == 0 || head >= 1100 {
		t.Errorf("head after the first batch is %d", head)
	}
	if err := s.Import(t.Context(), bytes.NewReader(file.Bytes()), nil); err != nil {
		t.Fatal(err)
	}
	wantHead(t, s, blocks[1099])
}
