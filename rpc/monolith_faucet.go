package rpc

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
)

// maxGifts is how many gifts there are within FaucetConfig.Interval.
const maxGifts = 100

// fillGifts is for how many gifts, with an ether more for the fee of each, the account
// that they come from is filled.
const fillGifts = 1000

// faucetAPI gives ether to whoever asks on a development chain.
type faucetAPI struct {
	*backend
	cfg    FaucetConfig
	giver  common.Address
	sender *accountAPI // who has the giver's key; nil without one
	limit  giftLimit

	filling sync.Mutex // held while the giver's account is filled
}

func newFaucetAPI(send *sendAPI, cfg FaucetConfig) *faucetAPI {
	api := &faucetAPI{backend: send.backend, cfg: cfg, limit: giftLimit{interval: cfg.Interval, now: time.Now}}
	if cfg.Key != nil {
		api.giver = crypto.PubkeyToAddress(cfg.Key.PublicKey)
		api.sender = newAccountAPI(send, soleKey{api.giver, cfg.Key})
	}
	return api
}

// faucetOffer is what the faucet gives.
type faucetOffer struct {
	Amount   *hexutil.Big   `json:"amount"`   // wei
	Interval hexutil.Uint64 `json:"interval"` // seconds between two gifts to one address
}

// offer is nil if the faucet gives nothing.
func (cfg FaucetConfig) offer() *faucetOffer {
	if cfg.Key == nil || cfg.Amount == nil || cfg.Amount.Sign() == 0 {
		return nil
	}
	seconds := (cfg.Interval + time.Second - 1) / time.Second
	return &faucetOffer{(*hexutil.Big)(cfg.Amount), hexutil.Uint64(seconds)}
}

// Faucet is monolith_faucet: it sends ether to an address of a development chain, from an
// account that is there for this, and answers the transaction's hash. Each address gets
// some once in a while, and there is a limit for all of them together; an error says how
// long to wait.
func (api *faucetAPI) Faucet(ctx context.Context, address common.Address) (common.Hash, error) {
	switch {
	case api.sender == nil:
		return common.Hash{}, errors.New("there is no faucet: only development chains (--dev) have money to give away")
	case api.cfg.offer() == nil:
		return common.Hash{}, errors.New("the faucet is off" + seeFlag(FlagFaucetAmount))
	case address == common.Address{}:
		return common.Hash{}, invalidParams("what the zero address gets is lost")
	case address == api.giver:
		return common.Hash{}, invalidParams("%s is the account that the faucet gives from", address)
	}
	if err := api.limit.take(address); err != nil {
		return common.Hash{}, err
	}
	hash, err := api.give(ctx, address)
	if err != nil {
		api.limit.putBack(address)
	}
	return hash, err
}

func (api *faucetAPI) give(ctx context.Context, address common.Address) (common.Hash, error) {
	if err := api.fill(ctx); err != nil {
		return common.Hash{}, err
	}
	return api.sender.SendTransaction(ctx, callArgs{From: &api.giver, To: &address, Value: (*hexutil.Big)(api.cfg.Amount)})
}

// fill adds to the giver's account if that is empty, as at the beginning and whenever the
// chain has gone back to it.
func (api *faucetAPI) fill(ctx context.Context) error {
	api.filling.Lock()
	defer api.filling.Unlock()
	statedb, _, err := api.state(latest(nil))
	if err != nil {
		return err
	}
	left := statedb.GetBalance(api.giver).ToBig()
	pending, queued := api.pool.ContentFrom(api.giver)
	for _, tx := range slices.Concat(pending, queued) {
		left.Sub(left, tx.Cost())
	}
	gift := new(big.Int).Add(api.cfg.Amount, big.NewInt(params.Ether))
	if left.Cmp(gift) >= 0 {
		return statedb.Error()
	}
	return api.dev.AddBalance(ctx, api.giver, gift.Mul(gift, big.NewInt(fillGifts)))
}

// giftLimit remembers who was given something.
type giftLimit struct {
	interval time.Duration
	now      func() time.Time

	mu    sync.Mutex // guards gifts
	gifts []gift     // of the last interval, oldest first, at most maxGifts
}

type gift struct {
	address common.Address
	at      time.Time
}

// take notes a gift to the address, or refuses it.
func (l *giftLimit) take(address common.Address) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.gifts = slices.DeleteFunc(l.gifts, func(g gift) bool { return now.Sub(g.at) >= l.interval })
	wait := func(g gift) time.Duration { // in whole seconds, so that it is over then
		return (l.interval - now.Sub(g.at) + time.Second - 1).Truncate(time.Second)
	}
	if i := slices.IndexFunc(l.gifts, func(g gift) bool { return g.address == address }); i >= 0 {
		return limitError("%s was given something already: ask again in %v%s", address, wait(l.gifts[i]), seeFlag(FlagFaucetPause))
	}
	if len(l.gifts) >= maxGifts {
		return limitError("the faucet has made %d gifts within %v: ask again in %v%s", len(l.gifts), l.interval, wait(l.gifts[0]), seeFlag(FlagFaucetPause))
	}
	l.gifts = append(l.gifts, gift{address, now})
	return nil
}

// putBack forgets a gift that could not be made.
func (l *giftLimit) putBack(address common.Address) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gifts = slices.DeleteFunc(l.gifts, func(g gift) bool { return g.address == address })
}

// soleKey is a wallet of one account.
type soleKey struct {
	account common.Address
	key     *ecdsa.PrivateKey
}

func (k soleKey) Accounts() []common.Address { return []common.Address{k.account} }

func (k soleKey) SignHash(_ common.Address, hash []byte) ([]byte, error) {
	return crypto.Sign(hash, k.key)
}
