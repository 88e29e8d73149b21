package pow

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/trie"
)

// headerChain is a chain of headers in memory.
type headerChain struct {
	config  *params.ChainConfig
	headers map[common.Hash]*types.Header
	head    *types.Header
}

func (c *headerChain) Config() *params.ChainConfig                     { return c.config }
func (c *headerChain) CurrentHeader() *types.Header                    { return c.head }
func (c *headerChain) GetHeaderByHash(h common.Hash) *types.Header     { return c.headers[h] }
func (c *headerChain) GetBlock(common.Hash, uint64) *types.Block       { return nil }
func (c *headerChain) GetHeader(h common.Hash, _ uint64) *types.Header { return c.headers[h] }
func (c *headerChain) GetHeaderByNumber(uint64) *types.Header          { return nil }

func (c *headerChain) add(headers ...*types.Header) {
	for _, header := range headers {
		c.headers[header.Hash()] = header
		c.head = header
	}
}

// easyParams begin with a target that every fourth hash meets.
func easyParams() *Params {
	p := DefaultParams()
	p.Limit = new(big.Int).Rsh(maxUint256, 1)
	p.InitialTarget = 0x20400000
	return &p
}

// newTestChain returns an engine and a chain that has its genesis block, with
// all forks up to Osaka active.
func newTestChain(p *Params) (*Engine, *headerChain) {
	config := *params.MergedTestChainConfig
	config.Ethash = nil
	config.BlobScheduleConfig = &params.BlobScheduleConfig{
		Cancun: params.DefaultCancunBlobConfig, Prague: params.DefaultPragueBlobConfig,
	}
	chain := &headerChain{config: &config, headers: make(map[common.Hash]*types.Header)}
	var zero uint64
	chain.add(&types.Header{
		Number: new(big.Int), Difficulty: new(big.Int), GasLimit: 60_000_000, Time: 1_760_000_000,
		UncleHash: types.EmptyUncleHash, TxHash: types.EmptyTxsHash, ReceiptHash: types.EmptyReceiptsHash, Root: types.EmptyRootHash,
		Extra: p.GenesisExtra(), BaseFee: big.NewInt(params.InitialBaseFee), WithdrawalsHash: &types.EmptyWithdrawalsHash,
		BlobGasUsed: &zero, ExcessBlobGas: &zero, ParentBeaconRoot: new(common.Hash), RequestsHash: &types.EmptyRequestsHash,
	})
	return NewEngine(p), chain
}

// prepare returns a header on the chain's head, dt seconds after it, complete
// but for the proof.
func prepare(t testing.TB, e *Engine, chain *headerChain, dt uint64) *types.Header {
	t.Helper()
	parent := chain.head
	var zero uint64
	header := &types.Header{
		ParentHash: parent.Hash(), Number: new(big.Int).Add(parent.Number, common.Big1), Time: parent.Time + dt,
		GasLimit: parent.GasLimit, BaseFee: eip1559.CalcBaseFee(chain.config, parent),
		Coinbase: common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
		Root:     parent.Root, TxHash: types.EmptyTxsHash, ReceiptHash: types.EmptyReceiptsHash, Extra: []byte("vanity"),
		BlobGasUsed: &zero, ExcessBlobGas: &zero, RequestsHash: &types.EmptyRequestsHash,
	}
	if err := e.Prepare(chain, header); err != nil {
		t.Fatal(err)
	}
	if chain.config.AmsterdamTime != nil {
		header.BlockAccessListHash = &types.EmptyBlockAccessListHash
	}
	withdrawals := types.DeriveSha(e.Params().Withdrawals(header.Number.Uint64(), header.Coinbase), trie.NewStackTrie(nil))
	header.WithdrawalsHash = &withdrawals
	return header
}

func seal(t testing.TB, header *types.Header) *types.Header {
	t.Helper()
	sealed, err := SealHeader(t.Context(), header)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// extend seals n blocks on the chain's head and returns their headers.
func extend(t testing.TB, e *Engine, chain *headerChain, n int) []*types.Header {
	t.Helper()
	headers := make([]*types.Header, n)
	for i := range headers {
		headers[i] = seal(t, prepare(t, e, chain, uint64(1+i%7)))
		chain.add(headers[i])
	}
	return headers
}

func TestVerifyHeaderAccepts(t *testing.T) {
	e, chain := newTestChain(easyParams())
	for _, dt := range []uint64{1, 2, 3, 4, 5, 60, 500, 8 * 3600} {
		header := seal(t, prepare(t, e, chain, dt))
		if err := e.VerifyHeader(chain, header); err != nil {
			t.Errorf("after %d s: %v", dt, err)
		}
		if err := e.VerifyProof(header); err != nil {
			t.Errorf("after %d s: %v", dt, err)
		}
		// What we make, go-ethereum's engine alone takes too.
		if err := NewStockEngine().VerifyHeader(chain, header); err != nil {
			t.Errorf("after %d s: the stock engine refuses: %v", dt, err)
		}
		chain.add(header)
	}
}

// TestVerifyHeaderRefuses breaks each rule once, in a header that has a proof
// for what it says.
func TestVerifyHeaderRefuses(t *testing.T) {
	one, root := uint64(params.BlobTxBlobGasPerBlob), common.Hash{31: 1}
	retarget := func(h *types.Header, by int) {
		s, _ := ParseSeal(h.Extra)
		s.Target += Compact(by)
		h.Extra = s.Encode()
	}
	for _, c := range []struct {
		name  string
		spoil func(*types.Header)
		want  error  // one of our sentinels, or
		text  string // what go-ethereum's engine says
	}{
		{"difficulty", func(h *types.Header) { h.Difficulty = big.NewInt(1) }, ErrDifficulty, ""},
		{"harder than due", func(h *types.Header) { retarget(h, -1) }, ErrTarget, ""},
		{"easier than due", func(h *types.Header) { retarget(h, 1) }, ErrTarget, ""},
		{"stamp changed, target not", func(h *types.Header) { h.Time += 30 }, ErrTarget, ""},
		{"mix hash", func(h *types.Header) { h.MixDigest = root }, ErrMixHash, ""},
		{"beacon root", func(h *types.Header) { h.ParentBeaconRoot = &root }, ErrBeaconRoot, ""},
		{"blob gas", func(h *types.Header) { h.BlobGasUsed = &one }, ErrBlobTx, ""},
		{"parent unknown", func(h *types.Header) { h.ParentHash = root }, consensus.ErrUnknownAncestor, ""},
		{"number", func(h *types.Header) { h.Number.SetInt64(3) }, consensus.ErrInvalidNumber, ""},
		{"nonce", func(h *types.Header) { h.Nonce[7] = 1 }, nil, "invalid nonce"},
		{"uncles", func(h *types.Header) { h.UncleHash = root }, nil, "invalid uncle hash"},
		{"stamped like the parent", func(h *types.Header) { h.Time -= 4 }, nil, "invalid timestamp"},
		{"gas limit", func(h *types.Header) { h.GasLimit *= 2 }, nil, "invalid gas limit"},
		{"gas used", func(h *types.Header) { h.GasUsed = h.GasLimit + 1 }, nil, "invalid gasUsed"},
		{"base fee", func(h *types.Header) { h.BaseFee.SetInt64(1) }, nil, "invalid baseFee"},
		{"no withdrawals hash", func(h *types.Header) {
			h.WithdrawalsHash, h.BlobGasUsed, h.ExcessBlobGas, h.ParentBeaconRoot, h.RequestsHash = nil, nil, nil, nil, nil
		}, nil, "missing withdrawalsHash"},
		{"no beacon root", func(h *types.Header) { h.ParentBeaconRoot, h.RequestsHash = nil, nil }, nil, "missing beaconRoot"},
		{"excess blob gas", func(h *types.Header) { h.ExcessBlobGas = &one }, nil, "invalid excessBlobGas"},
		{"slot number before its fork", func(h *types.Header) { h.SlotNumber, h.BlockAccessListHash = &one, nil }, nil, "invalid slotNumber"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, chain := newTestChain(easyParams())
			header := prepare(t, e, chain, 4)
			c.spoil(header)
			err := e.VerifyHeader(chain, seal(t, header))
			switch {
			case err == nil:
				t.Error("was accepted")
			case c.want != nil && !errors.Is(err, c.want):
				t.Errorf("error %q, want %q", err, c.want)
			case !strings.Contains(err.Error(), c.text):
				t.Errorf("error %q, want %q", err, c.text)
			}
		})
	}
}

// TestVerifyExtra has extra data that is no seal.
func TestVerifyExtra(t *testing.T) {
	e, chain := newTestChain(easyParams())
	valid := seal(t, prepare(t, e, chain, 4))
	target := valid.Extra[len(valid.Extra)-sealSize:]
	for _, c := range []struct {
		name  string
		extra []byte
		want  error
	}{
		{"empty", nil, ErrExtra},
		{"a byte short", valid.Extra[7:], ErrExtra},
		{"33 bytes", append(make([]byte, MaxVanity+1), target...), ErrExtra},
		{"target zero", Seal{}.Encode(), ErrTarget},
		{"target negative", Seal{Target: 0x1d80ffff}.Encode(), ErrTarget},
		{"target above 2^256", Seal{Target: 0x22008000}.Encode(), ErrTarget},
		// 0x207fffff and 0x2100007f stand for nearly the same number.
		{"target not canonical", Seal{Target: 0x2100007f}.Encode(), ErrTarget},
	} {
		header := types.CopyHeader(valid)
		header.Extra = c.extra
		if err := e.VerifyHeader(chain, header); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if err := e.VerifyProof(header); !errors.Is(err, c.want) {
			t.Errorf("%s: proof alone: error %v, want %v", c.name, err, c.want)
		}
	}
}

// TestVerifyWithoutProof tries the nonces before the first that is a proof.
func TestVerifyWithoutProof(t *testing.T) {
	p := easyParams()
	p.InitialTarget = 0x20008000 // one hash in 512
	e, chain := newTestChain(p)
	header := prepare(t, e, chain, 4)
	sealed, err := ParseSeal(seal(t, header).Extra)
	if err != nil {
		t.Fatal(err)
	}
	for nonce := range sealed.Nonce {
		if err := e.VerifyHeader(chain, WithNonce(header, nonce)); !errors.Is(err, ErrProof) {
			t.Fatalf("nonce %d: error %v, want ErrProof", nonce, err)
		}
		if err := e.VerifyProof(WithNonce(header, nonce)); !errors.Is(err, ErrProof) {
			t.Fatalf("nonce %d: proof alone: error %v, want ErrProof", nonce, err)
		}
	}
	if err := e.VerifyHeader(chain, WithNonce(header, sealed.Nonce)); err != nil {
		t.Error(err)
	}
}

func TestVerifyHeaderOfGenesis(t *testing.T) {
	e, chain := newTestChain(easyParams())
	if err := e.VerifyHeader(chain, chain.head); !errors.Is(err, consensus.ErrUnknownAncestor) {
		t.Errorf("error %v, want ErrUnknownAncestor", err)
	}
	if err := e.VerifyHeader(chain, &types.Header{}); !errors.Is(err, consensus.ErrUnknownAncestor) {
		t.Errorf("empty header: error %v, want ErrUnknownAncestor", err)
	}
}

// TestSlotNumber has a fork that asks for it.
func TestSlotNumber(t *testing.T) {
	e, chain := newTestChain(easyParams())
	chain.config.AmsterdamTime = new(uint64)
	header := prepare(t, e, chain, 4)
	if err := e.VerifyHeader(chain, seal(t, header)); err != nil {
		t.Fatal(err)
	}
	*header.SlotNumber = 2
	if err := e.VerifyHeader(chain, seal(t, header)); !errors.Is(err, ErrSlotNumber) {
		t.Errorf("error %v, want ErrSlotNumber", err)
	}
	header.SlotNumber = nil
	if err := e.VerifyHeader(chain, seal(t, header)); err == nil {
		t.Error("a header without slot number was accepted")
	}
}

func TestPrepare(t *testing.T) {
	e, chain := newTestChain(easyParams())
	header := prepare(t, e, chain, 124)
	s, err := ParseSeal(header.Extra)
	if err != nil {
		t.Fatal(err)
	}
	if want := e.Params().NextTarget(e.Params().InitialTarget, 124); s.Target != want || s.Nonce != 0 || !bytes.Equal(s.Vanity, []byte("vanity")) {
		t.Errorf("seal %+v, want vanity, %v, 0", s, want)
	}
	if want := crypto.Keccak256Hash(header.ParentHash[:]); header.MixDigest != want {
		t.Errorf("mix hash %v, want %v", header.MixDigest, want)
	}
	if header.ParentBeaconRoot == nil || header.SlotNumber != nil {
		t.Errorf("beacon root %v, slot number %v at Osaka", header.ParentBeaconRoot, header.SlotNumber)
	}

	long := &types.Header{ParentHash: chain.head.Hash(), Number: common.Big1, Extra: make([]byte, MaxVanity+1)}
	if err := e.Prepare(chain, long); !errors.Is(err, ErrExtra) {
		t.Errorf("vanity too long: error %v, want ErrExtra", err)
	}
	orphan := &types.Header{Number: common.Big1}
	if err := e.Prepare(chain, orphan); !errors.Is(err, consensus.ErrUnknownAncestor) {
		t.Errorf("no parent: error %v, want ErrUnknownAncestor", err)
	}
}

func TestSealHash(t *testing.T) {
	e, chain := newTestChain(easyParams())
	header := prepare(t, e, chain, 4)
	id := e.SealHash(header)
	if id != header.Hash() {
		t.Errorf("hash %v, want the one with nonce zero, %v", id, header.Hash())
	}
	if have := e.SealHash(WithNonce(header, 12345)); have != id {
		t.Error("the hash depends on the nonce")
	}
	header.Time++
	if e.SealHash(header) == id {
		t.Error("the hash does not depend on the time")
	}
	if have := e.SealHash(&types.Header{}); have != (common.Hash{}) {
		t.Errorf("without seal: %v, want zero", have)
	}
	if err := e.Seal(chain, nil, nil, nil); !errors.Is(err, ErrSeal) {
		t.Errorf("error %v, want ErrSeal", err)
	}
}

// TestVerifyBody breaks each rule on bodies once.
func TestVerifyBody(t *testing.T) {
	e, chain := newTestChain(easyParams())
	header := prepare(t, e, chain, 4)
	reward := func(change func(*types.Withdrawal)) types.Withdrawals {
		list := e.Params().Withdrawals(1, header.Coinbase)
		change(list[0])
		return list
	}
	keep := func(*types.Withdrawal) {}
	for _, c := range []struct {
		name string
		body types.Body
		want error // nil: none, unless text
		text string
	}{
		{"valid", types.Body{Withdrawals: reward(keep), Transactions: []*types.Transaction{types.NewTx(&types.DynamicFeeTx{})}}, nil, ""},
		{"no withdrawals", types.Body{}, ErrWithdrawals, ""},
		{"empty withdrawals", types.Body{Withdrawals: types.Withdrawals{}}, ErrWithdrawals, ""},
		{"two rewards", types.Body{Withdrawals: append(reward(keep), reward(keep)...)}, ErrWithdrawals, ""},
		{"amount", types.Body{Withdrawals: reward(func(w *types.Withdrawal) { w.Amount++ })}, ErrWithdrawals, ""},
		{"address", types.Body{Withdrawals: reward(func(w *types.Withdrawal) { w.Address[0]++ })}, ErrWithdrawals, ""},
		{"index", types.Body{Withdrawals: reward(func(w *types.Withdrawal) { w.Index++ })}, ErrWithdrawals, ""},
		{"validator", types.Body{Withdrawals: reward(func(w *types.Withdrawal) { w.Validator++ })}, ErrWithdrawals, ""},
		{"blob transaction", types.Body{Withdrawals: reward(keep), Transactions: []*types.Transaction{types.NewTx(&types.BlobTx{})}}, ErrBlobTx, ""},
		{"uncle", types.Body{Withdrawals: reward(keep), Uncles: []*types.Header{chain.head}}, nil, "too many uncles"},
	} {
		block := types.NewBlock(header, &c.body, nil, trie.NewStackTrie(nil))
		err := e.VerifyUncles(chain, block)
		switch {
		case c.want != nil && !errors.Is(err, c.want):
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		case c.text != "" && (err == nil || !strings.Contains(err.Error(), c.text)):
			t.Errorf("%s: error %v, want %q", c.name, err, c.text)
		case c.want == nil && c.text == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		}
	}

	hard := types.CopyHeader(header)
	hard.Difficulty = common.Big1
	if err := e.VerifyUncles(chain, types.NewBlockWithHeader(hard)); !errors.Is(err, ErrDifficulty) {
		t.Errorf("difficulty: error %v, want ErrDifficulty", err)
	}
}

// TestVerifyBodyWithoutReward wants an empty list.
func TestVerifyBodyWithoutReward(t *testing.T) {
	p := easyParams()
	p.RewardGwei = 0
	e, chain := newTestChain(p)
	header := prepare(t, e, chain, 4)
	empty := types.NewBlock(header, &types.Body{Withdrawals: types.Withdrawals{}}, nil, trie.NewStackTrie(nil))
	if err := e.VerifyUncles(chain, empty); err != nil {
		t.Error(err)
	}
	paid := types.NewBlock(header, &types.Body{Withdrawals: types.Withdrawals{{Index: 1, Address: header.Coinbase}}}, nil, trie.NewStackTrie(nil))
	if err := e.VerifyUncles(chain, paid); !errors.Is(err, ErrWithdrawals) {
		t.Errorf("error %v, want ErrWithdrawals", err)
	}
}
