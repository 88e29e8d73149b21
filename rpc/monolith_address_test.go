package rpc

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func (s *scene) addressExchanges() []exchange {
	sent := fmt.Sprintf(`{"hash":"%s","blockNumber":"0x2","transactionIndex":"0x0","from":%q,"to":%q,"created":null,"value":"0x0","input4":"%s","status":"0x1","nonce":"0x0","transfers":"0x0","timestamp":"%#x"}`,
		s.tx.Hash(), lower(chaintest.Address(1)), lower(s.counter), selector("increment()"), s.logged.Time())
	made := fmt.Sprintf(`{"hash":"%s","to":null,"created":%q}`, s.deploy.Transactions()[0].Hash(), lower(s.counter))
	found := func(txs string, first, last bool) string {
		return fmt.Sprintf(`{"txs":[%s],"firstPage":%t,"lastPage":%t}`, txs, first, last)
	}
	second, third := `{"blockNumber":"0x2"}`, `{"blockNumber":"0x1"}`
	return []exchange{
		ok("monolith_addressTransactions", `{"transactions":[`+sent+`],"next":null}`, chaintest.Address(1), nil, 10),
		ok("monolith_addressTransactions", `{"transactions":[{},`+made+`],"next":null}`, s.counter, nil, "0x2"),
		ok("monolith_addressTransactions", `{"transactions":[{}],"next":"0000000000000002000000000000000000000000"}`, s.counter, nil, 1),
		ok("monolith_addressTransactions", `{"transactions":[`+made+`],"next":null}`, s.counter, "0000000000000002000000000000000000000000", 1),
		ok("monolith_addressTransactions", `{"transactions":[],"next":null}`, stranger, nil, 10),
		bad(codeInvalidParams, "count is 0, from 1 to 100 is possible", "monolith_addressTransactions", stranger, nil, 0),
		bad(codeInvalidParams, "count is 101", "monolith_addressTransactions", stranger, nil, 101),
		bad(codeInvalidParams, "cursor is none that was answered before", "monolith_addressTransactions", stranger, "0x00", 1),
		bad(codeInvalidParams, "cursor is none", "monolith_addressTransfers", stranger, "000000000000000200000000000000000000000A", 1),
		bad(codeInvalidParams, "missing value for required argument 2", "monolith_addressTransfers", stranger, nil),
		ok("monolith_addressTransfers", `{"transfers":[],"next":null}`, s.counter, nil, 10),
		ok("monolith_addressTokens", `[]`, s.counter),

		ok("ots_searchTransactionsBefore", found(second+","+third, true, true), s.counter, 0, 25),
		ok("ots_searchTransactionsBefore", found(second, true, false), s.counter, 0, 1),
		ok("ots_searchTransactionsBefore", found(third, false, true), s.counter, 2, 1),
		ok("ots_searchTransactionsBefore", found("", false, true), s.counter, "0x1", 1),
		ok("ots_searchTransactionsAfter", found(third, false, true), s.counter, 0, 1),
		ok("ots_searchTransactionsAfter", found(second+","+third, true, true), s.counter, 0, 2),
		ok("ots_searchTransactionsAfter", found(second, true, false), s.counter, 1, 25),
		ok("ots_searchTransactionsAfter", found("", true, false), s.counter, 99, 25),
		bad(codeInvalidParams, "page of 0 transactions, from 1 to 25 is possible", "ots_searchTransactionsBefore", s.counter, 0, 0),
		bad(codeInvalidParams, "page of 26 transactions", "ots_searchTransactionsAfter", s.counter, 0, 26),
		bad(codeInvalidParams, "block -2: a number is wanted", "ots_searchTransactionsAfter", s.counter, "latest", 5),
	}
}

// The methods say how to have an index where there is none.
func TestAddressIndexOff(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.AddressIndex = nil })
	for method, params := range map[string][]any{
		"monolith_addressTransactions": {stranger, nil, 10},
		"monolith_addressTransfers":    {stranger, nil, 10},
		"monolith_addressTokens":       {stranger},
		"ots_searchTransactionsBefore": {stranger, 0, 25},
		"ots_searchTransactionsAfter":  {stranger, 0, 25},
	} {
		_, err := n.ask(method, params...)
		wantError(t, err, codeServer, "the node keeps no index of addresses: start it with --index.addresses")
	}
}

// tokenCode deploys a contract that answers calls by their selectors, and otherwise logs
// as many topics as given, taken from its input, and the rest of this as data.
func tokenCode(topics int, answers map[string][]byte) []byte {
	p := program.New().Append([]byte{byte(vm.PUSH2), 0, 0}).Op(vm.JUMP)
	handlers := make(map[string]uint64)
	for signature, code := range answers {
		_, handlers[signature] = p.Jumpdest()
		p.Append(code)
	}
	_, start := p.Jumpdest()
	for signature, at := range handlers {
		p.Push(0).Op(vm.CALLDATALOAD).Push(224).Op(vm.SHR).Push([]byte(selector(signature))).Op(vm.EQ).Push(at).Op(vm.JUMPI)
	}
	p.Push(topics*32).Op(vm.CALLDATASIZE, vm.SUB).Push(topics * 32).Push(0).Op(vm.CALLDATACOPY)
	for i := topics - 1; i >= 0; i-- {
		p.Push(i * 32).Op(vm.CALLDATALOAD)
	}
	p.Push(topics*32).Op(vm.CALLDATASIZE, vm.SUB).Push(0).Op(vm.LOG0+vm.OpCode(topics), vm.STOP)
	code := p.Bytes()
	code[1], code[2] = byte(start>>8), byte(start)
	return program.New().ReturnViaCodeCopy(code).Bytes()
}

// abiWords puts what the ABI pads to words one after the other.
func abiWords(values ...any) []byte {
	var enc []byte
	for _, value := range values {
		switch v := value.(type) {
		case int:
			enc = append(enc, common.BigToHash(big.NewInt(int64(v))).Bytes()...)
		case common.Address:
			enc = append(enc, common.LeftPadBytes(v[:], 32)...)
		case string:
			enc = append(enc, common.RightPadBytes([]byte(v), (len(v)+31)/32*32)...)
		case common.Hash:
			enc = append(enc, v[:]...)
		}
	}
	return enc
}

func answers(values ...any) []byte { return program.New().ReturnData(abiWords(values...)).Bytes() }

// TestTokens shows tokens of every standard, and of contracts that misbehave.
func TestTokens(t *testing.T) {
	n := newNode(t)
	event := func(signature string) common.Hash { return crypto.Keccak256Hash([]byte(signature)) }
	var (
		plain  = event("Transfer(address,address,uint256)")
		batch  = event("TransferBatch(address,address,address,uint256[],uint256[])")
		me     = chaintest.Address(1)
		nobody common.Address
	)
	deploy := func(topics int, answers map[string][]byte) common.Address {
		tx := n.tx(0, types.DynamicFeeTx{Data: tokenCode(topics, answers), Gas: 3_000_000})
		n.mine(tx)
		return crypto.CreateAddress(chaintest.Address(0), tx.Nonce())
	}
	coin := deploy(3, map[string][]byte{
		"name()": answers(32, 9, "Test coin"), "symbol()": answers("TST\x00"), "decimals()": answers(6), "balanceOf(address)": answers(1234),
	})
	art := deploy(4, map[string][]byte{"name()": answers(32, 70, strings.Repeat("ä", 35)), "balanceOf(address)": answers(2)})
	items := deploy(4, nil)
	hostile := deploy(3, map[string][]byte{
		"name()":             program.New().Op(vm.INVALID).Bytes(),
		"symbol()":           answers(32, 12, "a\x00\xff\u202eb\n<c>"),
		"decimals()":         answers(256),
		"balanceOf(address)": program.New().Push(1 << 17).Push(0).Op(vm.RETURN).Bytes(),
	})
	call := func(contract common.Address, input []byte) {
		n.mine(n.tx(2, types.DynamicFeeTx{To: &contract, Data: input}))
	}
	call(coin, abiWords(plain, nobody, me, 1500))
	call(coin, abiWords(plain, me, stranger, 266))
	call(art, abiWords(plain, nobody, me, 7))
	call(art, abiWords(plain, nobody, me, 8))
	call(art, abiWords(plain, me, stranger, 7))
	call(items, abiWords(batch, nobody, nobody, me, 64, 160, 2, 5, 6, 2, 50, 60))
	call(hostile, abiWords(plain, nobody, me, 1))

	tokens := get[[]addressToken](n, "monolith_addressTokens", me)
	if len(tokens) != 4 {
		t.Fatalf("tokens: %+v", tokens)
	}
	told := func(token addressToken) string {
		or := func(s *string) string {
			if s == nil {
				return "-"
			}
			return *s
		}
		decimals, balance := "-", "-"
		if token.Decimals != nil {
			decimals = fmt.Sprint(uint64(*token.Decimals))
		}
		if token.Balance != nil {
			balance = token.Balance.ToInt().String()
		}
		var ids []string
		for _, id := range token.IDs {
			ids = append(ids, id.ToInt().String())
		}
		return strings.Join([]string{token.Standard, or(token.Name), or(token.Symbol), decimals, balance, strings.Join(ids, "+"), fmt.Sprint(uint64(token.LastBlock))}, " ")
	}
	for i, want := range []string{
		"ERC-20 - ab<c> - -  11",
		"ERC-1155 - - - 110 5+6 10",
		"ERC-721 " + strings.Repeat("ä", 32) + " - - 2 8 8",
		"ERC-20 Test coin TST 6 1234  5",
	} {
		if have := told(tokens[i]); have != want {
			t.Errorf("token %q, want %q", have, want)
		}
	}

	var all []addressTransfer
	for before := (*string)(nil); ; {
		page := get[addressTransfers](n, "monolith_addressTransfers", me, before, 3)
		all = append(all, page.Transfers...)
		if before = page.Next; before == nil {
			break
		}
	}
	var have []string
	show := func(v *hexutil.Big) string {
		if v == nil {
			return "-"
		}
		return v.ToInt().String()
	}
	for _, tr := range all {
		have = append(have, fmt.Sprint(tr.Standard, " ", show(tr.ID), " ", show(tr.Value), " ", uint64(tr.BlockNumber), " ", tr.To == me))
	}
	if want := []string{
		"ERC-20 - 1 11 true", "ERC-1155 6 60 10 true", "ERC-1155 5 50 10 true", "ERC-721 7 - 9 false", "ERC-721 8 - 8 true", "ERC-721 7 - 7 true",
		"ERC-20 - 266 6 false", "ERC-20 - 1500 5 true",
	}; !slices.Equal(have, want) {
		t.Errorf("transfers\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
	if page := get[addressTransfers](n, "monolith_addressTransfers", items, nil, 9); len(page.Transfers) != 2 {
		t.Errorf("transfers of the contract: %+v", page)
	}
	if page := get[addressTxs](n, "monolith_addressTransactions", items, nil, 9); len(page.Transactions) != 2 || page.Transactions[0].Transfers != 2 {
		t.Errorf("transactions of the contract: %+v", page)
	}
}

// FuzzTokenText: what a contract answers for its name can be shown.
func FuzzTokenText(f *testing.F) {
	f.Add(abiWords(32, 4, "name"))
	f.Add(abiWords("name"))
	f.Add(abiWords(32, 1<<40))
	f.Fuzz(func(t *testing.T, answer []byte) {
		text := tokenText(answer)
		if text != nil && (*text == "" || len(*text) > maxTokenText || strings.ToValidUTF8(*text, "") != *text || strings.ContainsAny(*text, "\x00\n\u202e")) {
			t.Errorf("%x is %q", answer, *text)
		}
	})
}
