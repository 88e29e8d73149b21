package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
)

// defaultHalfLife is the half-life of the difficulty in target intervals
// (design, section 4).
const defaultHalfLife = 30

// What a network has unless its founder chooses otherwise.
const (
	defaultGasLimit   = 60_000_000
	defaultReward     = "2"       // ether
	defaultDifficulty = 1_000_000 // hashes
)

func genesisFlags() []cli.Flag {
	const rules, state = "RULES", "BLOCK 0"
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Usage: "file to write; the standard output without it"},
		&cli.StringFlag{Category: state, Name: "chainid", Usage: "number that signatures are bound to; wallets tell networks apart by it (required)"},
		&cli.StringSliceFlag{Category: state, Name: "fund", Usage: "account to fund, as `ADDRESS=ETHER`; several, separated by commas"},
		&cli.BoolFlag{Category: state, Name: "fund.dev", DisableDefaultText: true, Usage: "fund the ten accounts whose keys everybody knows, as devnet does"},
		&cli.StringFlag{Category: state, Name: "gaslimit", Value: strconv.Itoa(defaultGasLimit), DefaultText: strconv.Itoa(defaultGasLimit), Usage: "gas of a block"},
		&cli.StringFlag{Category: state, Name: "timestamp", DefaultText: "now", Usage: "Unix time of block 0"},
		&cli.DurationFlag{Category: rules, Name: "interval", Value: 4 * time.Second, Usage: "mean time between blocks, whole seconds, at least 2s"},
		&cli.DurationFlag{Category: rules, Name: "halflife", DefaultText: "30 intervals", Usage: "delay after which the difficulty halves, whole seconds"},
		&cli.StringFlag{Category: rules, Name: "difficulty", Value: strconv.Itoa(defaultDifficulty), DefaultText: strconv.Itoa(defaultDifficulty) + ", what a core does in about a second", Usage: "hashes that block 1 takes, or fewer when it comes late"},
		&cli.StringFlag{Category: rules, Name: "reward", Value: defaultReward, DefaultText: defaultReward, Usage: "`ETHER` per block"},
		&cli.Uint64Flag{Category: rules, Name: "halving", Usage: "`BLOCKS` after which the reward halves; 0 for never"},
		&cli.Uint64Flag{Category: rules, Name: "safe", Value: 12, Usage: "`BLOCKS` on top of one that is called safe"},
		&cli.Uint64Flag{Category: rules, Name: "finalized", Value: 64, Usage: "`BLOCKS` on top of one that is called finalized"},
		&cli.BoolFlag{Category: rules, Name: "instant", DisableDefaultText: true, Usage: "development chain: blocks on demand, without work"},
	}
}

// genesisNew is the command that writes the genesis file of a new network.
func (a *app) genesisNew(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	options, err := genesisOptions(ctx)
	if err != nil {
		return err
	}
	genesis := config.NewGenesis(options)
	if err := genesis.Validate(); err != nil {
		return err
	}
	text, err := genesisText(genesis)
	if err != nil {
		return err
	}
	path := ctx.String("out")
	if path == "" {
		_, err := a.stdout.Write(text)
		return err
	}
	if err := writeNewFile(path, text, 0o644); err != nil {
		return fmt.Errorf("write genesis file: %w", err)
	}
	fmt.Fprintf(a.stderr, "wrote %s, genesis block %s\n", path, genesis.Hash())
	return nil
}

// genesisOptions reads the flags of genesis new. All faults come at once.
func genesisOptions(ctx *cli.Context) (config.GenesisOptions, error) {
	var faults []error
	fault := func(flag string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	number := func(flag string, fallback uint64) uint64 {
		text := ctx.String(flag)
		if text == "" {
			return fallback
		}
		n, err := parseNumber(text)
		fault(flag, err)
		return n
	}
	seconds := func(flag string) uint64 {
		n, err := wholeSeconds(ctx.Duration(flag))
		fault(flag, err)
		return n
	}

	rules := pow.DefaultParams()
	if ctx.Bool("instant") {
		rules = config.InstantPow()
		for _, flag := range []string{"interval", "halflife", "difficulty"} {
			if ctx.IsSet(flag) {
				faults = append(faults, fmt.Errorf("--%s: excludes --instant, which makes blocks on demand", flag))
			}
		}
	} else {
		rules.TargetInterval = seconds("interval")
		rules.HalfLife = defaultHalfLife * rules.TargetInterval
		if ctx.IsSet("halflife") {
			rules.HalfLife = seconds("halflife")
		}
		rules.InitialTarget = targetOf(number("difficulty", 0), rules.Limit)
	}
	reward, err := parseReward(ctx.String("reward"))
	fault("reward", err)
	rules.RewardGwei = reward
	rules.HalvingInterval = ctx.Uint64("halving")
	rules.SafeDepth, rules.FinalizedDepth = ctx.Uint64("safe"), ctx.Uint64("finalized")

	if !ctx.IsSet("chainid") {
		faults = append(faults, errors.New("--chainid: missing: choose a number that no other network of your users has"))
	}
	alloc, err := fundedAccounts(ctx)
	faults = append(faults, err)
	options := config.GenesisOptions{
		ChainID:   number("chainid", 0),
		Timestamp: number("timestamp", uint64(time.Now().Unix())),
		GasLimit:  number("gaslimit", 0),
		Pow:       rules,
		Alloc:     alloc,
	}
	return options, errors.Join(faults...)
}

// targetOf returns the target that takes so many hashes on average, at most the
// limit.
func targetOf(hashes uint64, limit *big.Int) pow.Compact {
	target := new(big.Int).Lsh(big.NewInt(1), 256)
	target.Div(target, new(big.Int).SetUint64(max(hashes, 1)))
	if target.Cmp(limit) > 0 {
		target = limit
	}
	return pow.NewCompact(target)
}

func fundedAccounts(ctx *cli.Context) (types.GenesisAlloc, error) {
	var faults []error
	alloc := make(types.GenesisAlloc)
	fund := func(address common.Address, wei *big.Int) {
		if _, twice := alloc[address]; twice {
			faults = append(faults, fmt.Errorf("--fund: %s appears twice", address))
		}
		alloc[address] = types.Account{Balance: wei}
	}
	for _, entry := range ctx.StringSlice("fund") {
		text, amount, _ := strings.Cut(entry, "=")
		address, err := parseAccount(text)
		wei, amountErr := parseEther(amount)
		if err := errors.Join(err, amountErr); err != nil {
			faults = append(faults, fmt.Errorf("--fund: %q is not of the form ADDRESS=ETHER: %w", entry, err))
			continue
		}
		fund(address, wei)
	}
	if ctx.Bool("fund.dev") {
		for _, address := range config.DevAccounts() {
			fund(address, config.Ether(10_000))
		}
	}
	return alloc, errors.Join(faults...)
}

func parseNumber(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return n, nil
}

func wholeSeconds(d time.Duration) (uint64, error) {
	if d <= 0 || d%time.Second != 0 {
		return 0, fmt.Errorf("%s is not a positive number of whole seconds", d)
	}
	return uint64(d / time.Second), nil
}

// parseAccount reads the address of somebody who can be paid.
func parseAccount(text string) (common.Address, error) {
	address, err := config.ParseAddress(text)
	if err == nil && address == (common.Address{}) {
		err = errors.New("no address")
	}
	return address, err
}

// parseReward reads an amount of ether as gwei, the unit of withdrawals.
func parseReward(text string) (uint64, error) {
	reward, err := parseEther(text)
	gwei, rest := new(big.Int).QuoRem(reward, big.NewInt(params.GWei), new(big.Int))
	if err != nil || rest.Sign() != 0 || !gwei.IsUint64() {
		return 0, fmt.Errorf("%q is not an amount of ether with up to nine decimals", text)
	}
	return gwei.Uint64(), nil
}

// parseEther reads an amount of ether, with up to 18 decimals, as wei.
func parseEther(text string) (*big.Int, error) {
	whole, decimals, _ := strings.Cut(text, ".")
	if len(decimals) > 18 || strings.Trim(whole+decimals, "0123456789") != "" || whole == "" {
		return new(big.Int), fmt.Errorf("%q is not an amount of ether", text)
	}
	wei, _ := new(big.Int).SetString(whole+decimals+strings.Repeat("0", 18-len(decimals)), 10)
	if wei.BitLen() > 256 {
		return new(big.Int), fmt.Errorf("%s ether do not fit an account", text)
	}
	return wei, nil
}

// genesisShow is the command that prints the genesis file of the chosen network.
func (a *app) genesisShow(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	text, err := genesisText(cfg.Genesis())
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "network %s, genesis block %s\n", cfg.NetworkName(), cfg.Genesis().Hash())
	_, err = a.stdout.Write(text)
	return err
}

// init is the command that creates a data directory. It keeps a genesis file
// there, so that later commands need not be told it again.
func (a *app) init(ctx *cli.Context) error {
	if err := maxArguments(ctx, 1); err != nil {
		return err
	}
	if path := ctx.Args().First(); path != "" {
		if _, twice := a.typed["genesis"]; twice {
			return errors.New("--genesis: the file is also given as argument")
		}
		a.typed["genesis"] = path
	}
	return a.withChain(ctx, func(n *node, c *chain.Service) error {
		if n.cfg.DataDir == "" {
			return errors.New("init needs a data directory (--datadir)")
		}
		if n.cfg.GenesisFile != "" {
			text, err := genesisText(n.genesis)
			if err != nil {
				return err
			}
			path := filepath.Join(n.cfg.DataDir, config.GenesisFileName)
			if err := os.WriteFile(path, text, 0o644); err != nil {
				return fmt.Errorf("keep genesis file: %w", err)
			}
		}
		n.log.WithFields(logrus.Fields{"data": n.cfg.DataDir, "genesis": c.Genesis().Hash()}).Info("Data directory is ready")
		return nil
	})
}

// genesisText is a genesis as a file, laid out for people.
func genesisText(g *config.Genesis) ([]byte, error) {
	enc, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("write genesis: %w", err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, enc, "", "  "); err != nil {
		return nil, fmt.Errorf("write genesis: %w", err)
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

// writeNewFile refuses to replace a file: a network's genesis, or a key, cannot be
// made again.
func writeNewFile(path string, data []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}
