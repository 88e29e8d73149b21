package rpc

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"

	"github.com/monolith-chain/monolith/shared/addressindex"
)

// Anybody can have any number of contracts log transfers to any address.
const (
	// maxTokens bounds the tokens of an answer: those that moved last.
	maxTokens = 200
	// lookTokens bounds those that are looked at to find them.
	lookTokens = 10_000
	// maxIDs and lookIDs bound the ids of a token in the same way.
	maxIDs  = 100
	lookIDs = 1000

	// tokenGas bounds each question to a contract: tokens behind proxies take a few
	// ten thousand. Four questions to each of maxTokens contracts that use it all up
	// take about half a second.
	tokenGas = 200_000

	// maxTokenText bounds a name or symbol, in bytes.
	maxTokenText = 64
)

// addressToken is a token in the answer of monolith_addressTokens.
type addressToken struct {
	Contract  common.Address  `json:"contract"`
	Standard  string          `json:"standard"` // ERC-20, ERC-721 or ERC-1155
	Name      *string         `json:"name"`
	Symbol    *string         `json:"symbol"`
	Decimals  *hexutil.Uint64 `json:"decimals"`
	Balance   *hexutil.Big    `json:"balance"`   // null if the contract does not tell
	IDs       []*hexutil.Big  `json:"ids"`       // of ERC-721 and ERC-1155
	LastBlock hexutil.Uint64  `json:"lastBlock"` // of the last transfer to the address
}

// AddressTokens is monolith_addressTokens: the tokens that ever moved to an address, the
// last two hundred of them, the one that moved last first. Name, symbol, decimals and
// balance are what the contract says at the head. The ids are up to a hundred that the
// address has, as the logs tell; of ERC-1155 the balance is the sum of their amounts.
func (api *addressAPI) AddressTokens(ctx context.Context, address common.Address) ([]addressToken, error) {
	if err := api.ready(ctx); err != nil {
		return nil, err
	}
	tokens, err := api.index.Tokens(address, lookTokens)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(tokens, func(a, b addressindex.Token) int { return cmp.Compare(b.Last, a.Last) })
	ctx, cancel := api.withTimeout(ctx)
	defer cancel()
	asker, err := api.newTokenAsker(ctx)
	if err != nil {
		return nil, err
	}
	defer asker.close()
	shown := []addressToken{}
	for _, token := range tokens[:min(len(tokens), maxTokens)] {
		entry, err := api.token(asker, address, token)
		if err != nil {
			return nil, err
		}
		shown = append(shown, entry)
	}
	return shown, asker.err()
}

func (api *addressAPI) token(asker *tokenAsker, address common.Address, token addressindex.Token) (addressToken, error) {
	shown := addressToken{
		Contract: token.Contract, Standard: token.Standard.String(), IDs: []*hexutil.Big{}, LastBlock: hexutil.Uint64(token.Last),
		Name:   tokenText(asker.ask(token.Contract, nameSelector)),
		Symbol: tokenText(asker.ask(token.Contract, symbolSelector)),
	}
	if answer := asker.ask(token.Contract, decimalsSelector); token.Standard == addressindex.ERC20 && len(answer) == 32 {
		if n := new(uint256.Int).SetBytes(answer); n.LtUint64(256) {
			decimals := hexutil.Uint64(n.Uint64())
			shown.Decimals = &decimals
		}
	}
	if token.Standard != addressindex.ERC1155 { // which has no balance but of an id
		owner := common.LeftPadBytes(address[:], 32)
		if answer := asker.ask(token.Contract, balanceSelector+string(owner)); len(answer) == 32 {
			shown.Balance = bigOf(answer)
		}
	}
	if token.Standard == addressindex.ERC20 {
		return shown, asker.err()
	}
	pieces, err := api.index.Pieces(address, token.Contract, maxIDs, lookIDs)
	if err != nil {
		return shown, err
	}
	sum := new(uint256.Int)
	for _, piece := range pieces {
		shown.IDs = append(shown.IDs, bigOf(piece.ID[:]))
		if _, overflow := sum.AddOverflow(sum, piece.Amount); overflow {
			sum.SetAllOne()
		}
	}
	if token.Standard == addressindex.ERC1155 {
		shown.Balance = (*hexutil.Big)(sum.ToBig())
	}
	return shown, asker.err()
}

// What a token is asked, as the contract's interface has it.
const (
	nameSelector     = "\x06\xfd\xde\x03" // name()
	symbolSelector   = "\x95\xd8\x9b\x41" // symbol()
	decimalsSelector = "\x31\x3c\xe5\x67" // decimals()
	balanceSelector  = "\x70\xa0\x82\x31" // balanceOf(address)
)

// tokenAsker asks contracts at the head, none of which can change anything.
type tokenAsker struct {
	*backend
	evm  *vm.EVM
	stop func() bool
}

func (b *backend) newTokenAsker(ctx context.Context) (*tokenAsker, error) {
	c, err := b.prepare(callArgs{}, latest(nil), nil, nil)
	if err != nil {
		return nil, err
	}
	evm := b.evm(c, vm.Config{NoBaseFee: true}, c.state)
	evm.SetTxContext(core.NewEVMTxContext(c.msg))
	return &tokenAsker{b, evm, context.AfterFunc(ctx, evm.Cancel)}, nil
}

func (a *tokenAsker) close() {
	a.stop()
	a.evm.Release()
}

// ask returns what a contract answers; nothing if it fails.
func (a *tokenAsker) ask(contract common.Address, input string) []byte {
	answer, _, err := a.evm.StaticCall(common.Address{}, contract, []byte(input), vm.NewGasBudget(tokenGas, 0))
	if err != nil {
		return nil
	}
	return answer
}

// err tells if time ran out: the answers are then not the contracts'.
func (a *tokenAsker) err() error {
	if a.evm.Cancelled() {
		return a.errTimeout()
	}
	return nil
}

// tokenText is a name or symbol that a contract answered: a string or, in old contracts,
// bytes32. What cannot be shown is left out, and it is cut where it is long; nil if
// nothing remains.
func tokenText(answer []byte) *string {
	text := answer
	if len(answer) != 32 {
		offset := wordAt(answer, 0)
		length := wordAt(answer, offset)
		if offset < 0 || length < 0 {
			return nil
		}
		rest := answer[offset+32:]
		text = rest[:min(length, len(rest))]
	}
	shown := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, string(text[:min(len(text), maxTokenText)])))
	if shown == "" {
		return nil
	}
	return &shown
}

// wordAt is a word of the ABI that counts bytes of the data; -1 if it is none.
func wordAt(data []byte, at int) int {
	if at < 0 || len(data)-at < 32 {
		return -1
	}
	word := new(uint256.Int).SetBytes(data[at : at+32])
	if !word.IsUint64() || word.Uint64() > uint64(len(data)) {
		return -1
	}
	return int(word.Uint64())
}
