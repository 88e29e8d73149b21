package main

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
)

func genesisStateFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Usage: "file to write; the standard output without it"},
		&cli.Uint64Flag{Name: "block", DefaultText: "the head", Usage: "`NUMBER` of the block after which the state is taken, one of the last 128"},
		&cli.Uint64Flag{Name: "chainid", Usage: "number that signatures are bound to in the new network; another one than here, or transactions are valid in both (required)"},
	}
}

// errNoNames means that the state holds hashes of which nobody knows what was hashed.
var errNoNames = errors.New("the state has hashes of addresses and slots only, since the node has not run with --state.preimages from its first start: " +
	"export the chain, and import it into a new data directory with --state.preimages")

// genesisFromState is the command that begins a network where a chain is now.
func (a *app) genesisFromState(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	if !ctx.IsSet("chainid") {
		return errors.New("--chainid: missing: choose a number that no other network of your users has")
	}
	return a.withChain(ctx, func(n *node, c *chain.Service) error {
		header := c.CurrentBlock()
		if ctx.IsSet("block") {
			if header = c.GetHeaderByNumber(ctx.Uint64("block")); header == nil {
				return fmt.Errorf("--block: there is no block %d", ctx.Uint64("block"))
			}
		}
		genesis, err := n.genesisAt(c, header, ctx.Uint64("chainid"))
		if err != nil {
			return fmt.Errorf("state after block %d: %w", header.Number, err)
		}
		text, err := genesisText(genesis)
		if err != nil {
			return err
		}
		n.log.WithFields(logrus.Fields{"number": header.Number, "accounts": len(genesis.Core.Alloc), "genesis": genesis.Hash()}).Info("State becomes a genesis")
		if path := ctx.String("out"); path != "" {
			return writeNewFile(path, text, 0o644)
		}
		_, err = a.stdout.Write(text)
		return err
	})
}

// genesisAt is the genesis of a network with this one's rules that begins with the
// state after a block.
func (n *node) genesisAt(c *chain.Service, header *types.Header, chainID uint64) (*config.Genesis, error) {
	live, err := c.StateAt(header.Root, header.Number, header.Time)
	if err != nil {
		return nil, err
	}
	accounts := collector{alloc: make(types.GenesisAlloc)}
	if _, err := live.DumpToCollector(&accounts, nil); err != nil {
		return nil, fmt.Errorf("only the states of the last 128 blocks can be listed: %w", err)
	}
	if accounts.err != nil {
		return nil, accounts.err
	}
	core, rules := *n.genesis.Core, *n.genesis.Core.Config
	rules.ChainID = new(big.Int).SetUint64(chainID)
	core.Config, core.Alloc, core.Timestamp = &rules, accounts.alloc, uint64(time.Now().Unix())
	genesis := &config.Genesis{Core: &core, Pow: n.genesis.Pow}
	if core.ToBlock().Root() != header.Root { // a slot is missing
		return nil, errNoNames
	}
	return genesis, genesis.Validate()
}

// collector makes an allocation of the accounts in a state.
type collector struct {
	alloc types.GenesisAlloc
	err   error
}

// OnRoot is told what the state's root is, which is known.
func (c *collector) OnRoot(common.Hash) {}

// OnAccount adds one.
func (c *collector) OnAccount(address *common.Address, account state.DumpAccount) {
	if address == nil {
		c.err = errNoNames
		return
	}
	balance, ok := new(big.Int).SetString(account.Balance, 10)
	if !ok {
		c.err = fmt.Errorf("account %s has a balance of %q", address, account.Balance)
		return
	}
	added := types.Account{Code: account.Code, Balance: balance, Nonce: account.Nonce}
	if len(account.Storage) > 0 {
		added.Storage = make(map[common.Hash]common.Hash, len(account.Storage))
		for slot, value := range account.Storage {
			added.Storage[slot] = common.HexToHash(value)
		}
	}
	c.alloc[*address] = added
}

var _ state.DumpCollector = (*collector)(nil)
