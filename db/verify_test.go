package db

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/syndtr/goleveldb/leveldb/journal"
	"github.com/syndtr/goleveldb/leveldb/storage"
)

// journalOf returns a file in goleveldb's journal format and where its records
// begin.
func journalOf(t testing.TB, sizes ...int) (data []byte, begins []int) {
	t.Helper()
	var file bytes.Buffer
	w := journal.NewWriter(&file)
	rnd := rand.NewChaCha8([32]byte{})
	for _, size := range sizes {
		begins = append(begins, file.Len())
		record := make([]byte, size)
		_, _ = rnd.Read(record)
		next, err := w.Next()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := next.Write(record); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes(), begins
}

func isIntact(t testing.TB, data []byte) bool {
	t.Helper()
	stor := storage.NewMemStorage()
	fd := storage.FileDesc{Type: storage.TypeJournal, Num: 1}
	f, err := stor.Create(fd)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(data)
	_ = f.Close()
	ok, err := intact(stor, fd)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestIntact(t *testing.T) {
	// Across blocks, at their ends, and empty ones.
	sizes := []int{0, 10, 100_000, journalBlock - 3*journalHeader - 5, 0, 1, 40_000, 300, 300, 300}
	data, begins := journalOf(t, sizes...)
	if !isIntact(t, data) {
		t.Fatal("an untouched journal is damaged")
	}
	last := begins[len(begins)-1]
	for cut := range len(data) {
		if cut > 100 && cut < last-100 && cut%499 != 0 {
			continue
		}
		// Wherever a crash cuts it, what is left is intact.
		if !isIntact(t, data[:cut]) {
			t.Fatalf("cut at %d of %d: damaged", cut, len(data))
		}
		// Wherever a bit flips, it is damaged; in the last record it may look
		// like a crash.
		flipped := bytes.Clone(data)
		flipped[cut] ^= 0x10
		if isIntact(t, flipped) && cut < last && !unused(cut) {
			t.Fatalf("bit flipped at %d of %d: intact", cut, len(data))
		}
	}
	zeros := append(bytes.Clone(data[:last]), make([]byte, 3*journalBlock)...)
	if !isIntact(t, zeros) {
		t.Error("zeros at the end: damaged")
	}
	if isIntact(t, append(zeros, data[:begins[2]]...)) {
		t.Error("zeros in the middle: intact")
	}
}

// unused tells whether a byte lies in the end of a block, where no header fits.
func unused(pos int) bool { return journalBlock-pos%journalBlock < journalHeader }

// Whatever is in a file, intact ends and agrees with goleveldb's own reader on
// files that this one reads to the end without complaint.
func FuzzIntact(f *testing.F) {
	for _, sizes := range [][]int{{}, {0}, {10, 20}, {40_000, 5}} {
		data, _ := journalOf(f, sizes...)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ok := isIntact(t, data)
		r := journal.NewReader(bytes.NewReader(data), nil, true, true)
		if err := copyRecords(journal.NewWriter(new(bytes.Buffer)), r); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); fmt.Sprint(err) == "EOF" && !ok {
			t.Fatal("a readable journal is called damaged")
		}
	})
}
