package main

import (
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
)

// sendersPerSlot is how many senders' transactions are submitted at a time.
const sendersPerSlot = 128

// benchCase is a kind of request.
type benchCase struct {
	name     string
	requests [][]byte // asked in turn; or, in order, sender by sender
	once     bool     // each request can be made once of a server
}

// source returns what gives a connection its next request, nil when there is none.
func (b benchCase) source(s *server, conns int) func(conn int) []byte {
	if !b.once {
		next := make([]int, conns)
		return func(conn int) []byte {
			next[conn]++
			return b.requests[(conn+next[conn])%len(b.requests)]
		}
	}
	// Every connection has senders of its own, whose transactions it sends in
	// the order of their nonces.
	first := min(s.sent, len(b.requests))
	s.sent = min(first+sendersPerSlot*perSender, len(b.requests))
	queues := make([][][]byte, conns)
	for i := first; i < s.sent; i++ {
		conn := i / perSender % conns
		queues[conn] = append(queues[conn], b.requests[i])
	}
	return func(conn int) (request []byte) {
		if len(queues[conn]) > 0 {
			request, queues[conn] = queues[conn][0], queues[conn][1:]
		}
		return request
	}
}

// cases are the requests to measure. The one that changes the servers comes last.
func (c *chainData) cases() []benchCase {
	logs := func(more string) string {
		return fmt.Sprintf(`{"fromBlock":"%v","toBlock":"%v","address":"%v"%s}`,
			hexutil.Uint64(c.first), hexutil.Uint64(c.first+logRange-1), c.counter, more)
	}
	incremented := crypto.Keccak256Hash([]byte("Incremented(address,uint256)"))
	return []benchCase{
		request("eth_blockNumber"),
		each("eth_getBalance", c.senders, func(i int) string {
			return fmt.Sprintf(`"%v","latest"`, crypto.PubkeyToAddress(c.senders[i].PublicKey))
		}),
		request("eth_call", fmt.Sprintf(`{"to":"%v","data":"%v"},"latest"`, c.counter, selector("count()"))),
		request("eth_getBlockByNumber", fmt.Sprintf(`"%v",true`, hexutil.Uint64(c.big.NumberU64()))),
		each("eth_getTransactionReceipt", c.big.Transactions(), func(i int) string {
			return fmt.Sprintf(`"%v"`, c.big.Transactions()[i].Hash())
		}),
		request("eth_getLogs", logs(fmt.Sprintf(`,"topics":["%v","%v"]`, incremented, common.BytesToHash(c.rare.Bytes())))).
			as(fmt.Sprintf("eth_getLogs, %d of %d blocks", rareLogs, logRange)),
		request("eth_getLogs", logs("")).as(fmt.Sprintf("eth_getLogs, all of %d blocks", logRange)),
		request("eth_estimateGas", fmt.Sprintf(`{"from":"%v","to":"%v","data":"%v"}`, c.rare, c.counter, selector("increment()"))),
		request("eth_feeHistory", `"0xa","latest",[25,50,75]`),
		c.transactions(),
	}
}

// transactions are those of the senders, to submit.
func (c *chainData) transactions() benchCase {
	b := benchCase{name: "eth_sendRawTransaction", once: true}
	for _, key := range c.senders {
		for nonce := range uint64(perSender) {
			tx := c.sign(key, &types.DynamicFeeTx{Nonce: nonce, To: &c.counter, Gas: params.TxGas * 2, Data: selector("increment()")})
			b.requests = append(b.requests, post(body(b.name, raw(tx))))
		}
	}
	return b
}

// raw is a transaction as a parameter.
func raw(tx *types.Transaction) string {
	bytes, err := tx.MarshalBinary()
	if err != nil {
		panic(err) // it was signed
	}
	return `"` + hexutil.Encode(bytes) + `"`
}

// request is a case with one request.
func request(method string, params ...string) benchCase {
	return benchCase{name: method, requests: [][]byte{post(body(method, params...))}}
}

func (b benchCase) as(name string) benchCase {
	b.name = name
	return b
}

// each is a case with a request for each element.
func each[S ~[]E, E any](method string, of S, params func(i int) string) benchCase {
	b := benchCase{name: method}
	for i := range of {
		b.requests = append(b.requests, post(body(method, params(i))))
	}
	return b
}

func body(method string, params ...string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"%s","params":[%s]}`, method, strings.Join(params, ","))
}

func selector(signature string) hexutil.Bytes { return crypto.Keccak256([]byte(signature))[:4] }
