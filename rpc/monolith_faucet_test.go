package rpc

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// TestFaucet: a gift is in a block when the answer comes, and is there once; many may ask
// at the same time.
func TestFaucet(t *testing.T) {
	n := newDevNode(t)
	hash := get[common.Hash](n, "monolith_faucet", stranger)
	receipt := get[struct {
		Status   hexutil.Uint64
		From, To common.Address
	}](n, "eth_getTransactionReceipt", hash)
	if receipt.Status != 1 || receipt.From != chaintest.Address(giver) || receipt.To != stranger {
		t.Errorf("receipt %+v", receipt)
	}
	_, err := n.ask("monolith_faucet", stranger)
	wantError(t, err, codeLimit, stranger.Hex()+" was given something already: ask again in ")
	n.wantBalance(stranger, ether)

	_, err = n.ask("monolith_faucet", common.Address{})
	wantError(t, err, codeInvalidParams, "what the zero address gets is lost")
	_, err = n.ask("monolith_faucet", chaintest.Address(giver))
	wantError(t, err, codeInvalidParams, chaintest.Address(giver).Hex()+" is the account that the faucet gives from")

	// The chain goes back to where the faucet has nothing yet.
	get[any](n, "anvil_rollback", n.head().NumberU64())
	get[common.Hash](n, "monolith_faucet", chaintest.Address(1))
	n.wantBalance(stranger, new(big.Int))

	// Each address asks twice.
	var asked sync.WaitGroup
	var given atomic.Int64
	const addresses = 5
	for i := range 2 * addresses {
		asked.Go(func() {
			if _, err := n.ask("monolith_faucet", common.BigToAddress(big.NewInt(int64(1000+i%addresses)))); err == nil {
				given.Add(1)
			}
		})
	}
	asked.Wait()
	if given.Load() != addresses {
		t.Errorf("%d gifts for %d addresses", given.Load(), addresses)
	}
	for i := range addresses {
		n.wantBalance(common.BigToAddress(big.NewInt(int64(1000+i))), ether)
	}
}

// wantBalance checks what an account has.
func (n *node) wantBalance(account common.Address, want *big.Int) {
	n.t.Helper()
	if have := get[hexutil.Big](n, "eth_getBalance", account, "latest"); have.ToInt().Cmp(want) != 0 {
		n.t.Errorf("%s has %v, want %v", account, &have, want)
	}
}

// TestFaucetRefused: what a contract does not take is no gift, and what is off gives
// nothing.
func TestFaucetRefused(t *testing.T) {
	n := newDevNode(t)
	refusing := program.New().Push(0).Op(vm.DUP1, vm.REVERT)
	deploy, err := n.ask("eth_sendTransaction", object{"from": chaintest.Address(0), "data": hexutil.Bytes(program.New().ReturnViaCodeCopy(refusing.Bytes()).Bytes())})
	n.check(err)
	contract := get[struct{ ContractAddress common.Address }](n, "eth_getTransactionReceipt", deploy).ContractAddress
	for range 2 { // it is not noted as given
		_, err := n.ask("monolith_faucet", contract)
		wantError(t, err, codeReverted, "execution reverted")
	}

	off := n.dial("http://" + n.serve(func(cfg *Config) { cfg.Faucet.Amount = new(big.Int) }).Addr().String())
	_, err = ask(t, off, "monolith_faucet", stranger)
	wantError(t, err, codeServer, "the faucet is off (see --faucet.amount)")
}

// TestFaucetWaits: without a block at once a gift waits for the next, and changes of
// accounts, which make blocks of their own, do not get in its way.
func TestFaucetWaits(t *testing.T) {
	n := newDevNode(t)
	get[any](n, "evm_setAutomine", false)
	hash := get[common.Hash](n, "monolith_faucet", stranger)
	get[any](n, "anvil_setBalance", common.Address{1}, "0x1")
	if receipt, err := n.ask("eth_getTransactionReceipt", hash); err != nil || string(receipt) != "null" {
		t.Errorf("receipt %s, %v", receipt, err)
	}
	n.wantBalance(stranger, new(big.Int))
	get[any](n, "evm_mine")
	n.wantBalance(stranger, ether)
}

// TestGiftLimit: addresses wait for the interval to pass, and for each other once there
// were many.
func TestGiftLimit(t *testing.T) {
	now := time.Now()
	limit := giftLimit{interval: time.Minute, now: func() time.Time { return now }}
	address := func(i int) common.Address { return common.BigToAddress(big.NewInt(int64(i))) }
	refused := func(i int, want string) {
		t.Helper()
		if err := limit.take(address(i)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gift %d: error %v, want %q", i, err, want)
		}
	}
	taken := func(i int) {
		t.Helper()
		if err := limit.take(address(i)); err != nil {
			t.Errorf("gift %d: %v", i, err)
		}
	}
	taken(1)
	now = now.Add(1500 * time.Millisecond)
	refused(1, "ask again in 59s (see --faucet.interval)")
	limit.putBack(address(1))
	taken(1)

	now = now.Add(30 * time.Second)
	for i := range maxGifts - 1 {
		taken(2 + i)
	}
	refused(1000, fmt.Sprintf("the faucet has made %d gifts within 1m0s: ask again in 30s", maxGifts))
	now = now.Add(30 * time.Second) // the first one is forgotten
	taken(1000)
	refused(1001, "ask again in 30s")
	refused(2, "ask again in 30s")
	now = now.Add(time.Hour)
	taken(2)
	if len(limit.gifts) != 1 {
		t.Errorf("%d gifts are remembered", len(limit.gifts))
	}

	limit.interval = 0
	taken(2)
	taken(2)
}

func TestFaucetOffer(t *testing.T) {
	for want, cfg := range map[string]FaucetConfig{
		"null":  {Key: nil, Amount: ether},
		" null": {Key: chaintest.Key(0)},
		"null ": {Key: chaintest.Key(0), Amount: new(big.Int)},
		`{"amount":"0xde0b6b3a7640000","interval":"0x3c"}`: {chaintest.Key(0), ether, time.Minute},
		`{"amount":"0x1","interval":"0x1"}`:                {chaintest.Key(0), common.Big1, time.Millisecond},
	} {
		if have, err := json.Marshal(cfg.offer()); err != nil || string(have) != strings.TrimSpace(want) {
			t.Errorf("offer %s, want %s", have, want)
		}
	}
}
