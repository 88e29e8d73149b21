package rpc

import (
	"testing"

	"github.com/ethereum/go-ethereum/beacon/engine"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// attributes are those of a block on the head.
func (n *node) attributes() object {
	return object{
		"timestamp":             hexutil.Uint64(n.head().Time() + 1),
		"prevRandao":            common.Hash{},
		"suggestedFeeRecipient": stranger,
		"withdrawals":           []any{},
		"parentBeaconBlockRoot": common.Hash{},
	}
}

// A block that is built on a development chain is a valid one of it, from the pool or
// of given transactions, and is not the chain's before it is inserted.
func TestBuildBlock(t *testing.T) {
	n := newDevNode(t)
	get[any](n, "evm_setAutomine", false)
	waiting := n.transfer(1)
	n.send(waiting)
	given := n.transfer(2)
	raw, err := given.MarshalBinary()
	n.check(err)
	for _, test := range []struct {
		name string
		txs  any
		want types.Transactions
	}{
		{"from the pool", nil, types.Transactions{waiting}},
		{"of given transactions", []hexutil.Bytes{raw}, types.Transactions{given}},
		{"empty", []hexutil.Bytes{}, nil},
	} {
		head := n.head()
		built := get[engine.ExecutionPayloadEnvelope](n, "testing_buildBlockV1", head.Hash(), n.attributes(), test.txs, "0x6869")
		block, err := engine.ExecutableDataToBlock(*built.ExecutionPayload, nil, new(common.Hash), built.Requests)
		n.check(err)
		if got := block.Transactions(); len(got) != len(test.want) || len(got) == 1 && got[0].Hash() != test.want[0].Hash() {
			t.Errorf("%s: %d transactions", test.name, len(got))
		}
		if block.Coinbase() != stranger || string(block.Extra()[:2]) != "hi" {
			t.Errorf("%s: coinbase %v, extra data %x", test.name, block.Coinbase(), block.Extra())
		}
		if n.head().Hash() != head.Hash() {
			t.Fatalf("%s: the chain has moved", test.name)
		}
		if test.want == nil {
			_, err = n.chain.InsertBlocks(t.Context(), types.Blocks{block})
			n.check(err)
			if n.head().Hash() != block.Hash() {
				t.Error("the block is not the head after its insertion")
			}
		}
	}
}
