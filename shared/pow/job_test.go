package pow

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// easyHeader lacks a nonce that one in 4096 is.
func easyHeader() *types.Header {
	header := benchHeader()
	header.Extra = Seal{Vanity: []byte("work"), Target: NewCompact(new(big.Int).Lsh(common.Big1, 244))}.Encode()
	return header
}

// TestJobNeedsNoHeader searches as a stranger would who has read the
// documentation: with the five words, keccak256, and nothing else of this package.
func TestJobNeedsNoHeader(t *testing.T) {
	header := easyHeader()
	work, err := NewJob(header)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(work)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	encoded := hexutil.MustDecode(words[1])
	offset := hexutil.MustDecodeUint64(words[4])
	target := new(big.Int).SetBytes(hexutil.MustDecode(words[2]))
	if hexutil.Encode(crypto.Keccak256(encoded)) != words[0] || hexutil.MustDecodeUint64(words[3]) != header.Number.Uint64() {
		t.Fatalf("words %v", words)
	}
	for nonce := uint64(0); ; nonce++ {
		binary.BigEndian.PutUint64(encoded[offset:], nonce)
		hash := crypto.Keccak256(encoded)
		if new(big.Int).SetBytes(hash).Cmp(target) > 0 {
			continue
		}
		sealed := WithNonce(header, nonce)
		if sealed.Hash() != common.Hash(hash) {
			t.Fatalf("hash %x, the block's is %v", hash, sealed.Hash())
		}
		if err := NewEngine(&Params{}).VerifyProof(sealed); err != nil {
			t.Fatal(err)
		}
		break
	}
}

// TestJobHasher: from the words comes the same Hasher as from the header, whatever
// was the nonce in that.
func TestJobHasher(t *testing.T) {
	header := WithNonce(easyHeader(), math.MaxUint64)
	work, err := NewJob(header)
	if err != nil {
		t.Fatal(err)
	}
	if id := NewEngine(&Params{}).SealHash(header); work.ID != id {
		t.Errorf("id %v, want %v", work.ID, id)
	}
	text, err := json.Marshal(work)
	if err != nil {
		t.Fatal(err)
	}
	var read Job
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	hasher, err := read.Hasher()
	if err != nil {
		t.Fatal(err)
	}
	want, err := NewHasher(header)
	if err != nil {
		t.Fatal(err)
	}
	nonce, tried, found := hasher.Search(0, 1<<20)
	wantNonce, wantTried, _ := want.Search(0, 1<<20)
	if !found || nonce != wantNonce || tried != wantTried {
		t.Errorf("nonce %d after %d, want %d after %d", nonce, tried, wantNonce, wantTried)
	}
	if !bytes.Equal(work.Header, read.Header) || bytes.Count(read.Header[read.Offset:][:8], []byte{0}) != 8 {
		t.Error("the search changed the work")
	}
}

func TestJobRefuses(t *testing.T) {
	if _, err := NewJob(&types.Header{}); !errors.Is(err, ErrExtra) {
		t.Errorf("without seal: error %v, want ErrExtra", err)
	}
	if _, err := NewJob(&types.Header{Number: big.NewInt(-1), Extra: Seal{Target: MinCompact}.Encode()}); err == nil {
		t.Error("work of a header that cannot be encoded")
	}
	for name, change := range map[string]func(*Job){
		"offset behind":    func(w *Job) { w.Offset = len(w.Header) - 7 },
		"offset far off":   func(w *Job) { w.Offset = math.MaxInt },
		"offset before":    func(w *Job) { w.Offset = -1 },
		"offset elsewhere": func(w *Job) { w.Offset -= 4 },
		"another header":   func(w *Job) { w.Header[5]++ },
		"a nonce":          func(w *Job) { w.Header[w.Offset]++; w.ID = crypto.Keccak256Hash(w.Header) },
		"no header":        func(w *Job) { w.Header, w.Offset = nil, 0 },
		"a long header":    func(w *Job) { w.Header = make([]byte, maxJobHeader+1) },
	} {
		work, err := NewJob(easyHeader())
		if err != nil {
			t.Fatal(err)
		}
		change(work)
		if _, err := work.Hasher(); !errors.Is(err, errJob) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for _, text := range []string{`null`, `{}`, `[]`, `["0x"]`, `[1,2,3,4,5]`, `"work"`, `[null,null,null,null,null]`} {
		var work Job
		if err := json.Unmarshal([]byte(text), &work); err == nil && text != "null" {
			t.Errorf("%s was taken", text)
		}
	}
}

// FuzzJob reads any answer of a node: it is refused, or it is work that can be
// searched and written again.
func FuzzJob(f *testing.F) {
	work, err := NewJob(easyHeader())
	if err != nil {
		f.Fatal(err)
	}
	text, err := json.Marshal(work)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(strings.Replace(string(text), `"0x`, `"0X`, 1)))
	f.Add([]byte(`["0x","0x","0x","0x0","0xffffffffffffffff"]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		work := new(Job)
		if err := work.UnmarshalJSON(text); err != nil {
			return
		}
		hasher, err := work.Hasher()
		if err != nil {
			t.Fatalf("taken, but: %v", err)
		}
		if hasher.Sum(0) != work.ID {
			t.Fatal("the id is not the hash with a nonce of zero")
		}
		again, err := work.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := new(Job).UnmarshalJSON(again); err != nil {
			t.Fatalf("written again: %v", err)
		}
	})
}
