package rpc

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/miner"
	"github.com/monolith-chain/monolith/shared/pow"
)

// workAPI is what miners outside of the node use. It is open to everybody who may
// call eth: whatever they find is paid to the node's etherbase, so that nobody can
// take anything; payloads are made for them no more often than for the node's own
// threads, which is a fifth of a core at most; and to check a nonce takes a hash.
type workAPI struct{ miner Miner }

// errNoMiner is the answer of a node whose engine is go-ethereum's.
var errNoMiner = errors.New("this node cannot mine: its consensus engine is the stock one")

// GetWork is eth_getWork: a header that lacks its nonce, as five words: the job's id,
// the header in RLP with a nonce of zero, the target, the block's number, and the
// offset of the nonce in the header (see pow.Job). With the id of the job that the
// caller has, the answer comes when there is another one, or after two seconds.
func (api *workAPI) GetWork(ctx context.Context, known *common.Hash) (*pow.Job, error) {
	if api.miner == nil {
		return nil, errNoMiner
	}
	if known == nil {
		known = new(common.Hash)
	}
	return api.miner.Work(ctx, *known)
}

// SubmitWork is eth_submitWork: whether a block came of the job with the given nonce,
// the digest being that block's hash. For what comes too late or is wrong it is false;
// the node's log tells why at the level debug.
func (api *workAPI) SubmitWork(ctx context.Context, nonce types.BlockNonce, id, digest common.Hash) (bool, error) {
	if api.miner == nil {
		return false, errNoMiner
	}
	err := api.miner.SubmitWork(ctx, id, nonce.Uint64(), digest)
	if errors.Is(err, miner.ErrInstantWork) || ctx.Err() != nil {
		return false, err
	}
	return err == nil, nil
}

// SubmitHashrate is eth_submitHashrate: the hashes per second that the miner with the
// given id, any 32 bytes, does. They count in eth_hashrate for ten seconds.
func (api *workAPI) SubmitHashrate(rate hexutil.Uint64, id common.Hash) (bool, error) {
	if api.miner == nil {
		return false, errNoMiner
	}
	return done(api.miner.SubmitHashrate(id, uint64(rate)))
}
