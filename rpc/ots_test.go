package rpc

import (
	"fmt"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/holiman/uint256"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// otsExchanges are requests of an explorer.
func (s *scene) otsExchanges() []exchange {
	var (
		sender  = chaintest.Address(1)
		counter = lower(s.counter)
		call    = fmt.Sprintf(`{"type":"CALL","depth":0,"from":"%s","to":"%s","value":"0x0","input":"%s"}`, lower(sender), counter, selector("increment()"))
		details = fmt.Sprintf(`{"block":{"hash":"%s","transactionCount":1,"logsBloom":null},"issuance":{"blockReward":"0x1bc16d674ec80000","uncleReward":"0x0","issuance":"0x1bc16d674ec80000"}}`, s.logged.Hash())
		page    = fmt.Sprintf(`{"fullblock":{"number":"0x2","transactionCount":1,"transactions":[{"hash":"%s","input":"%s"}]},"receipts":[{"status":"0x1","logs":null}]}`, s.tx.Hash(), selector("increment()"))
	)
	return []exchange{
		ok("ots_getApiLevel", "8"),
		ok("ots_hasCode", "true", s.counter, "latest"),
		ok("ots_hasCode", "false", s.counter, "0x0"),
		bad(codeServer, "header not found", "ots_hasCode", s.counter, "0x99"),
		ok("ots_getBlockDetails", details, 2),
		ok("ots_getBlockDetails", details, "latest"),
		ok("ots_getBlockDetails", "null", "0x99"),
		ok("ots_getBlockDetailsByHash", details, s.logged.Hash()),
		ok("ots_getBlockDetailsByHash", "null", unknownHash),
		ok("ots_getBlockTransactions", page, 2, 0, 10),
		ok("ots_getBlockTransactions", `{"fullblock":{"transactions":[]},"receipts":[]}`, 2, 1, 10),
		ok("ots_getBlockTransactions", "null", 153, 0, 10),
		bad(codeInvalidParams, "page of 26 transactions, the most is 25", "ots_getBlockTransactions", 2, 0, 26),
		ok("ots_getTransactionBySenderAndNonce", `"`+s.tx.Hash().Hex()+`"`, sender, 0),
		ok("ots_getTransactionBySenderAndNonce", "null", sender, 1),
		ok("ots_getContractCreator", fmt.Sprintf(`{"hash":"%s","creator":"%s"}`, s.deploy.Transactions()[0].Hash(), lower(chaintest.Address(0))), s.counter),
		ok("ots_getContractCreator", "null", stranger),
		ok("ots_getTransactionError", `"0x"`, s.tx.Hash()),
		bad(codeServer, "transaction not found", "ots_getTransactionError", unknownHash),
		ok("ots_getInternalOperations", "[]", s.tx.Hash()),
		bad(codeServer, "transaction not found", "ots_getInternalOperations", unknownHash),
		ok("ots_traceTransaction", "["+call+"]", s.tx.Hash()),
		bad(codeServer, "transaction not found", "ots_traceTransaction", unknownHash),
	}
}

// TestOts looks into a transaction in which a contract makes another one and pays
// somebody, and into one that fails.
func TestOts(t *testing.T) {
	n := newNode(t)
	code := program.New().Op(vm.ADD).Bytes()
	made := program.New().ReturnData(code).Bytes()
	factory := program.New().Mstore(made, 0).Push(len(made)).Push(0).Push(0).Op(vm.CREATE, vm.POP).
		Call(uint256.NewInt(0), stranger, 5, 0, 0, 0, 0).Op(vm.POP).Bytes()
	n.mine(n.tx(0, types.DynamicFeeTx{Data: program.New().ReturnViaCodeCopy(factory).Bytes()}))
	address := crypto.CreateAddress(chaintest.Address(0), 0)
	child := crypto.CreateAddress(address, 1)
	use := n.tx(0, types.DynamicFeeTx{To: &address, Value: common.Big32})
	n.mine(n.transfer(1), use)

	operations := get[[]otsOperation](n, "ots_getInternalOperations", use.Hash())
	if len(operations) != 2 || operations[0].Type != 2 || operations[0].To != child ||
		operations[1].Type != 0 || operations[1].To != stranger || operations[1].Value.ToInt().Int64() != 5 {
		t.Errorf("operations %+v", operations)
	}
	if steps := get[[]otsStep](n, "ots_traceTransaction", use.Hash()); len(steps) != 3 || steps[1].Depth != 1 || steps[1].Type != "CREATE" {
		t.Errorf("steps %+v", steps)
	}
	if creator := get[otsCreator](n, "ots_getContractCreator", child); creator.Hash != use.Hash() || creator.Creator != address {
		t.Errorf("creator %+v", creator)
	}
	page := get[otsTxs](n, "ots_getBlockTransactions", 2, 0, 1) // the last
	if len(page.Receipts) != 1 || page.Receipts[0]["transactionHash"] != use.Hash().Hex() {
		t.Errorf("page %+v", page)
	}

	counter := n.deploy()
	n.mine(n.tx(2, types.DynamicFeeTx{To: &counter, Data: selector("refuse()")}), n.delegate(3, counter))
	failed := n.head().Transactions()[0].Hash()
	if reason := get[hexutil.Bytes](n, "ots_getTransactionError", failed); len(reason) != 4+3*32 {
		t.Errorf("reason %s", reason)
	}
	delegator := chaintest.Address(3)
	if creator, err := n.ask("ots_getContractCreator", delegator); err != nil || string(creator) != "null" {
		t.Errorf("creator of a delegation: %s, %v", creator, err)
	}
}

// FuzzOtsNumber: whatever is no number is left to go-ethereum's type, and nothing is
// negative but a tag.
func FuzzOtsNumber(f *testing.F) {
	for _, text := range []string{"2", `"0x2"`, `"latest"`, "null", "-1", "18446744073709551615", "1.5", `"1"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var number otsNumber
		if number.UnmarshalJSON(text) != nil {
			return
		}
		var known rpc.BlockNumber
		if tag := known.UnmarshalJSON(text) == nil; tag && known != rpc.BlockNumber(number) || !tag && number < 0 {
			t.Errorf("%q is %d", text, number)
		}
	})
}
