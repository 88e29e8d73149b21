package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// What one eth_simulateV1 may ask for, as in geth.
const (
	maxSimulateBlocks     = 256 // from the base block on, those that fill gaps included
	maxSimulateBlockCalls = 5000
	maxSimulateCalls      = 10_000
)

// simulateInterval is the specification's time between two simulated blocks, unless
// their times are given.
const simulateInterval = 12

// simulateOptions is what eth_simulateV1 shall execute, and how.
type simulateOptions struct {
	BlockStateCalls        []simulateBlock `json:"blockStateCalls"`
	TraceTransfers         bool            `json:"traceTransfers"`         // show transfers of ether as logs
	Validation             bool            `json:"validation"`             // check nonces and fees as for a real block
	ReturnFullTransactions bool            `json:"returnFullTransactions"` // not only their hashes
}

// simulateBlock is one block to simulate: what it finds changed, and its calls.
type simulateBlock struct {
	Block    *blockOverrides `json:"blockOverrides"`
	Accounts *stateOverrides `json:"stateOverrides"`
	Calls    []callArgs      `json:"calls"`
}

// UnmarshalJSON refuses overrides that it does not know: a simulation without them
// would be another one than was asked for.
func (b *simulateBlock) UnmarshalJSON(input []byte) error {
	var raw struct {
		Block    json.RawMessage                    `json:"blockOverrides"`
		Accounts map[common.Address]json.RawMessage `json:"stateOverrides"`
		Calls    []callArgs                         `json:"calls"`
	}
	if err := json.Unmarshal(input, &raw); err != nil {
		return err
	}
	*b = simulateBlock{Calls: raw.Calls}
	if raw.Block != nil {
		if err := unmarshalKnown(raw.Block, &b.Block, "block override"); err != nil {
			return err
		}
	}
	if raw.Accounts == nil {
		return nil
	}
	accounts := make(stateOverrides, len(raw.Accounts))
	for _, address := range slices.SortedFunc(maps.Keys(raw.Accounts), common.Address.Cmp) {
		var account accountOverride
		if err := unmarshalKnown(raw.Accounts[address], &account, "state override for "+address.Hex()); err != nil {
			return err
		}
		accounts[address] = account
	}
	b.Accounts = &accounts
	return nil
}

func unmarshalKnown(text json.RawMessage, into any, what string) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err != nil && strings.HasPrefix(err.Error(), "json: unknown field") {
		return fmt.Errorf("%s in %s", strings.TrimPrefix(err.Error(), "json: "), what)
	}
	return err
}

// SimulateV1 is eth_simulateV1: calls in blocks that are built one upon the other on
// an existing one, each with its own overrides. Simulated blocks are stock ones
// without proof of work and reward, as they are in every other node.
func (api *callAPI) SimulateV1(ctx context.Context, options simulateOptions, block *rpc.BlockNumberOrHash) ([]*simulateResult, error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	statedb, base, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	blocks, err := lineUp(options.BlockStateCalls, base)
	if err == nil {
		err = api.checkDifficulty(blocks, base)
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := api.withTimeout(ctx)
	defer cancel()
	s := &simulation{
		backend: api.backend,
		options: &options,
		state:   statedb,
		chain:   &simulateChain{Chain: api.chain, headers: []*types.Header{base}},
		gas:     api.limits.GasCap,
	}
	if s.gas == 0 {
		s.gas = math.MaxUint64
	}
	results := make([]*simulateResult, 0, len(blocks))
	for _, block := range blocks {
		result, err := s.execute(ctx, block)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

func (o *simulateOptions) check() error {
	switch {
	case len(o.BlockStateCalls) == 0:
		return invalidParams("empty input")
	case len(o.BlockStateCalls) > maxSimulateBlocks:
		return &codedError{Code: codeClientLimit, Message: "too many blocks"}
	}
	total := 0
	for _, block := range o.BlockStateCalls {
		if n := len(block.Calls); n > maxSimulateBlockCalls {
			return &codedError{Code: codeClientLimit, Message: fmt.Sprintf("too many calls in block: %d > %d", n, maxSimulateBlockCalls)}
		}
		if total += len(block.Calls); total > maxSimulateCalls {
			return &codedError{Code: codeClientLimit, Message: fmt.Sprintf("too many calls: %d > %d", total, maxSimulateCalls)}
		}
	}
	return nil
}

// checkDifficulty refuses to override it where it is always zero.
func (b *backend) checkDifficulty(blocks []simulateBlock, base *types.Header) error {
	for _, block := range blocks {
		number := block.Block.Number.ToInt()
		merged := base.Difficulty.Sign() == 0 || b.config.IsPostMerge(number.Uint64(), uint64(*block.Block.Time))
		if merged && block.Block.Difficulty != nil {
			return invalidParams("block %d: difficulty override is not allowed after the merge", number)
		}
	}
	return nil
}

// lineUp gives every block a number and a time and fills the gaps between them with
// empty blocks, so that they continue the base block one by one.
func lineUp(blocks []simulateBlock, base *types.Header) ([]simulateBlock, error) {
	var (
		line   []simulateBlock
		number = new(big.Int).Set(base.Number)
		time   = base.Time
		last   = new(big.Int).Add(base.Number, big.NewInt(maxSimulateBlocks))
	)
	next := func(block simulateBlock, at *hexutil.Uint64) error {
		if at == nil {
			at = new(hexutil.Uint64)
			*at = hexutil.Uint64(time + simulateInterval)
		}
		if uint64(*at) <= time {
			return &codedError{Code: codeBlockTime, Message: fmt.Sprintf("block timestamps must be in order: %d <= %d", *at, time)}
		}
		number, time = new(big.Int).Add(number, common.Big1), uint64(*at)
		block.Block.Number, block.Block.Time = (*hexutil.Big)(number), at
		line = append(line, block)
		return nil
	}
	for _, block := range blocks {
		var overrides blockOverrides
		if block.Block != nil {
			overrides = *block.Block
		}
		block.Block = &overrides
		if wanted := overrides.Number.ToInt(); overrides.Number != nil {
			switch {
			case wanted.Cmp(number) <= 0:
				return nil, &codedError{Code: codeBlockNumber, Message: fmt.Sprintf("block numbers must be in order: %d <= %d", wanted, number)}
			case wanted.Cmp(last) > 0:
				return nil, &codedError{Code: codeClientLimit, Message: "too many blocks"}
			}
			for before := new(big.Int).Sub(wanted, common.Big1); number.Cmp(before) < 0; {
				if err := next(simulateBlock{Block: new(blockOverrides)}, nil); err != nil {
					return nil, err
				}
			}
		} else if number.Cmp(last) >= 0 {
			return nil, &codedError{Code: codeClientLimit, Message: "too many blocks"}
		}
		if err := next(block, overrides.Time); err != nil {
			return nil, err
		}
	}
	return line, nil
}
