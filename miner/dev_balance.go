package miner

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
)

// forceGas is enough to create a contract that destroys itself in favour of an
// account that may be new.
const forceGas = 150_000

// maxNonceStep bounds how many transactions SetNonce makes.
const maxNonceStep = 50_000

// ErrNoKey means that a change takes a transaction of an account whose key the
// node does not have.
var ErrNoKey = errors.New("the node does not have the key of this account")

// SetBalance makes a block after which the account has the given balance. What is
// missing comes from the bank, in a way that no contract can refuse. What is too
// much the account itself sends to the bank, for which the node must have its key:
// ErrNoKey otherwise. The account's nonce grows by one then; the fee is given to it
// on top.
func (d *Dev) SetBalance(ctx context.Context, account common.Address, want *big.Int) error {
	return d.change(ctx, func(w *workshop) error {
		have := w.state.GetBalance(account).ToBig()
		switch diff := new(big.Int).Sub(want, have); diff.Sign() {
		case 1:
			return w.give(account, diff)
		case -1:
			return w.spend(account, 1, diff.Neg(diff))
		}
		return nil
	})
}

// AddBalance makes a block after which the account has that much more.
func (d *Dev) AddBalance(ctx context.Context, account common.Address, more *big.Int) error {
	return d.change(ctx, func(w *workshop) error {
		if more.Sign() == 0 {
			return nil
		}
		return w.give(account, more)
	})
}

// SetNonce makes blocks after which the account has the given nonce, which can only
// grow, by one for each transaction that the account sends: the node must have its
// key, ErrNoKey otherwise. Its balance stays the same.
func (d *Dev) SetNonce(ctx context.Context, account common.Address, want uint64) error {
	for {
		again := false
		err := d.change(ctx, func(w *workshop) error {
			have := w.state.GetNonce(account)
			switch {
			case want < have:
				return fmt.Errorf("a nonce can only grow: it is %d already", have)
			case want-have > maxNonceStep:
				return fmt.Errorf("a nonce grows by one for each transaction: from %d to %d is too far, the most is %d at a time", have, want, maxNonceStep)
			case want == have:
				return nil
			}
			count := min(want-have, (w.gas-forceGas)/params.TxGas)
			again = count < want-have
			return w.spend(account, count, new(big.Int))
		})
		if err != nil || !again {
			return err
		}
	}
}

// change makes a block of the transactions that plan asks for, if it does so for
// any. It holds nothing else: the pool's transactions wait for the next.
func (d *Dev) change(ctx context.Context, plan func(*workshop) error) error {
	return d.do(ctx, func(ctx context.Context, l *mainLoop) error {
		head := l.cfg.Chain.CurrentBlock()
		statedb, err := d.chain.StateOf(head)
		if err != nil {
			return err
		}
		w := &workshop{
			Dev: d, state: statedb, chain: l.cfg.Chain.Config().ChainID,
			price: l.builder.baseFee(head), gas: head.GasLimit - head.GasLimit/params.GasLimitBoundDivisor,
		}
		if err := plan(w); err != nil || len(w.txs) == 0 {
			return err
		}
		return d.enact(ctx, l, head, w.txs)
	})
}

// enact makes a block of exactly these transactions, all of which must succeed. The
// bank is paid for it, so that no other account's balance changes.
func (d *Dev) enact(ctx context.Context, l *mainLoop, head *types.Header, txs []*types.Transaction) error {
	if err := l.cfg.obstacle(); err != nil {
		return err
	}
	stamp, err := l.clock.stampAside(head.Time, time.Now())
	if err != nil {
		return err
	}
	header, err := l.builder.header(head, stamp)
	if err != nil {
		return err
	}
	header.Coinbase = crypto.PubkeyToAddress(d.bank.PublicKey)
	statedb, err := l.cfg.Chain.StateAtForkBoundary(head, header)
	if err != nil {
		return err
	}
	payload, err := l.builder.assemble(ctx, head, header, statedb, func(a *assembly) (bool, error) {
		for _, tx := range txs {
			receipt, err := a.execute(ctx, tx)
			if err != nil {
				return false, err
			}
			if receipt.Status != types.ReceiptStatusSuccessful {
				return false, fmt.Errorf("transaction %#x failed", tx.Hash())
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	block, err := l.sealNow(ctx, payload)
	if err != nil {
		return err
	}
	l.reportFound(block, payload)
	return d.pool.Sync() // who was given money may send it next
}

// workshop makes transactions that change accounts. They pay exactly the base fee.
type workshop struct {
	*Dev
	state *state.StateDB // before them
	chain *big.Int       // id
	price *big.Int       // per gas
	gas   uint64         // of a block
	txs   []*types.Transaction
}

// busy reports whether the pool holds transactions of the account.
func (w *workshop) busy(account common.Address) bool {
	pending, queued := w.pool.Content()
	return len(pending[account])+len(queued[account]) > 0
}

// give has the bank create a contract with the amount, which destroys itself at
// once in favour of the account.
func (w *workshop) give(account common.Address, amount *big.Int) error {
	bank := crypto.PubkeyToAddress(w.bank.PublicKey)
	if account == bank {
		return errors.New("this account is the bank that the others' money comes from")
	}
	if left := w.state.GetBalance(bank).ToBig(); new(big.Int).Lsh(amount, 1).Cmp(left) > 0 {
		return fmt.Errorf("%v wei are more than there are to give: less than %v is possible", amount, new(big.Int).Rsh(left, 1))
	}
	code := append([]byte{byte(vm.PUSH20)}, account[:]...)
	tx, err := types.SignNewTx(w.bank, types.LatestSignerForChainID(w.chain), &types.DynamicFeeTx{
		ChainID: w.chain, Nonce: w.state.GetNonce(bank), GasFeeCap: w.price, GasTipCap: new(big.Int), Gas: forceGas,
		Value: amount, Data: append(code, byte(vm.SELFDESTRUCT)),
	})
	w.txs = append(w.txs, tx)
	return err
}

// spend has the account send that many transactions to the bank, the first of which
// carries the amount. The bank pays the fees.
func (w *workshop) spend(account common.Address, count uint64, amount *big.Int) error {
	switch {
	case !w.Owns(account):
		return ErrNoKey
	case w.busy(account):
		return errors.New("there are transactions of this account in the pool, whose nonces would be used: mine or drop them first")
	}
	fee := new(big.Int).Mul(w.price, new(big.Int).SetUint64(params.TxGas))
	if err := w.give(account, fee.Mul(fee, new(big.Int).SetUint64(count))); err != nil {
		return err
	}
	bank, nonce := crypto.PubkeyToAddress(w.bank.PublicKey), w.state.GetNonce(account)
	for i := range count {
		tx, err := w.SignTx(account, types.NewTx(&types.DynamicFeeTx{
			ChainID: w.chain, Nonce: nonce + i, GasFeeCap: w.price, GasTipCap: new(big.Int), Gas: params.TxGas, To: &bank, Value: amount,
		}))
		if err != nil {
			return err
		}
		w.txs = append(w.txs, tx)
		amount = new(big.Int)
	}
	return nil
}
