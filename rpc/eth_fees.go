package rpc

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common/hexutil"
	gethmath "github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/consensus/misc/eip4844"
	"github.com/ethereum/go-ethereum/eth/gasprice"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// feeHistoryBlocks bounds how far eth_feeHistory looks back, as in geth.
const feeHistoryBlocks = 1024

// geth's oracle starts from a tip of 0.001 gwei and ignores tips below 2 wei.
var (
	gethStartTip  = big.NewInt(params.GWei / 1000)
	gethIgnoreTip = big.NewInt(2 * params.Wei)
)

// fees suggests prices and completes the fees of transactions.
type fees struct {
	*backend
	oracle *gasprice.Oracle
	minTip *big.Int
}

func newFees(b *backend, cfg GasPriceConfig, feeds *feeds) *fees {
	start := cfg.MinTip
	if start.Sign() == 0 {
		start = gethStartTip
	}
	oracle := gasprice.NewOracle(oracleBackend{b, feeds}, gasprice.Config{
		Blocks:           cfg.Blocks,
		Percentile:       cfg.Percentile,
		MaxHeaderHistory: feeHistoryBlocks,
		MaxBlockHistory:  feeHistoryBlocks,
		MaxPrice:         cfg.MaxTip,
		IgnorePrice:      gethIgnoreTip,
	}, new(big.Int).Set(start))
	return &fees{backend: b, oracle: oracle, minTip: cfg.MinTip}
}

// tip is what a transaction should pay the miner per gas, see DefaultGasPrice.
func (f *fees) tip(ctx context.Context) (*big.Int, error) {
	tip, err := f.oracle.SuggestTipCap(ctx)
	if err == nil && tip.Cmp(f.minTip) < 0 {
		tip.Set(f.minTip)
	}
	return tip, err
}

// fill completes and checks the fees of a transaction. The most it pays leaves room
// for the base fee to double, which takes six full blocks.
func (f *fees) fill(ctx context.Context, args *callArgs) error {
	switch {
	case args.MaxFeePerBlobGas != nil && args.MaxFeePerBlobGas.ToInt().Sign() == 0:
		return errors.New("maxFeePerBlobGas, if specified, must be non-zero")
	case args.GasPrice != nil && (args.MaxFeePerGas != nil || args.MaxPriorityFeePerGas != nil):
		return errors.New("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
	case args.GasPrice != nil && args.AuthorizationList != nil:
		return errors.New("both gasPrice and authorizationList specified")
	case args.MaxFeePerGas != nil && args.MaxPriorityFeePerGas != nil && args.MaxFeePerGas.ToInt().Sign() == 0:
		return errors.New("maxFeePerGas must be non-zero")
	case args.GasPrice != nil && args.GasPrice.ToInt().Sign() == 0:
		return errors.New("gasPrice must be non-zero after london fork")
	case args.GasPrice != nil:
		return nil
	}
	if args.MaxPriorityFeePerGas == nil {
		tip, err := f.tip(ctx)
		if err != nil {
			return err
		}
		args.MaxPriorityFeePerGas = (*hexutil.Big)(tip)
	}
	if args.MaxFeePerGas == nil {
		most := new(big.Int).Lsh(f.baseFee(), 1)
		args.MaxFeePerGas = (*hexutil.Big)(most.Add(most, args.MaxPriorityFeePerGas.ToInt()))
	}
	if args.MaxFeePerGas.ToInt().Cmp(args.MaxPriorityFeePerGas.ToInt()) < 0 {
		return fmt.Errorf("maxFeePerGas (%v) < maxPriorityFeePerGas (%v)", args.MaxFeePerGas, args.MaxPriorityFeePerGas)
	}
	return nil
}

// baseFee is the head's, which is what geth's suggestions start from; zero before
// London, in foreign chains only.
func (f *fees) baseFee() *big.Int {
	if fee := f.chain.CurrentBlock().BaseFee; fee != nil {
		return fee
	}
	return new(big.Int)
}

// feeAPI answers what transactions cost.
type feeAPI struct{ *fees }

// GasPrice is eth_gasPrice: what a transaction without EIP-1559 fields should pay.
func (api *feeAPI) GasPrice(ctx context.Context) (*hexutil.Big, error) {
	tip, err := api.tip(ctx)
	if err != nil {
		return nil, err
	}
	return (*hexutil.Big)(tip.Add(tip, api.baseFee())), nil
}

// MaxPriorityFeePerGas is eth_maxPriorityFeePerGas.
func (api *feeAPI) MaxPriorityFeePerGas(ctx context.Context) (*hexutil.Big, error) {
	tip, err := api.tip(ctx)
	return (*hexutil.Big)(tip), err
}

// BaseFee is eth_baseFee: the next block's.
func (api *feeAPI) BaseFee() *hexutil.Big {
	return (*hexutil.Big)(eip1559.CalcBaseFee(api.config, api.chain.CurrentBlock()))
}

// BlobBaseFee is eth_blobBaseFee. It is the least there is on a chain without
// blobs.
func (api *feeAPI) BlobBaseFee() *hexutil.Big {
	head := api.chain.CurrentBlock()
	if head.ExcessBlobGas == nil {
		return nil
	}
	return (*hexutil.Big)(eip4844.CalcBlobFee(api.config, head))
}

// feeHistory is the answer to eth_feeHistory.
type feeHistory struct {
	OldestBlock      *hexutil.Big     `json:"oldestBlock"`
	Reward           [][]*hexutil.Big `json:"reward,omitempty"`
	BaseFee          []*hexutil.Big   `json:"baseFeePerGas,omitempty"`
	GasUsedRatio     []float64        `json:"gasUsedRatio"`
	BlobBaseFee      []*hexutil.Big   `json:"baseFeePerBlobGas,omitempty"`
	BlobGasUsedRatio []float64        `json:"blobGasUsedRatio,omitempty"`
}

// FeeHistory is eth_feeHistory. Tips are only looked at if percentiles are given.
func (api *feeAPI) FeeHistory(ctx context.Context, blocks gethmath.HexOrDecimal64, newest rpc.BlockNumber, percentiles *[]float64) (*feeHistory, error) {
	if percentiles == nil {
		percentiles = new([]float64)
	}
	oldest, reward, baseFee, ratio, blobBaseFee, blobRatio, err := api.oracle.FeeHistory(ctx, uint64(blocks), newest, *percentiles)
	if err != nil {
		return nil, err
	}
	history := &feeHistory{
		OldestBlock:      (*hexutil.Big)(oldest),
		BaseFee:          hexBigs(baseFee),
		GasUsedRatio:     ratio,
		BlobBaseFee:      hexBigs(blobBaseFee),
		BlobGasUsedRatio: blobRatio,
	}
	for _, row := range reward {
		history.Reward = append(history.Reward, hexBigs(row))
	}
	return history, nil
}

func hexBigs(values []*big.Int) []*hexutil.Big {
	if values == nil {
		return nil
	}
	out := make([]*hexutil.Big, len(values))
	for i, v := range values {
		out[i] = (*hexutil.Big)(v)
	}
	return out
}
