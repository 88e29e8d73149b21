package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/wallet"
	"github.com/urfave/cli/v2"
)

// wizard is a new network as its founder describes it, answer by answer. Nothing is
// written before the last one.
type wizard struct {
	app     *app
	cfg     *config.Config
	talk    *dialogue
	options config.GenesisOptions
	reward  string // in ether, as it was typed
	funded  []fundedAccount
	keys    map[common.Address]newKey
	miner   common.Address
	file    string
	dataDir string
	store   wallet.Keystore
}

type fundedAccount struct {
	address common.Address
	ether   string // as it was typed
}

type newKey struct {
	key      *ecdsa.PrivateKey
	password string
}

// genesisWizard is the command that asks what genesis new has flags for, and tells
// how to go on.
func (a *app) genesisWizard(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	rules := pow.DefaultParams()
	rules.InitialTarget = targetOf(defaultDifficulty, rules.Limit)
	w := &wizard{
		app: a, cfg: cfg, talk: a.newDialogue(), keys: make(map[common.Address]newKey),
		options: config.GenesisOptions{
			ChainID: freeChainID(), Timestamp: uint64(time.Now().Unix()), GasLimit: defaultGasLimit,
			Pow: rules, Alloc: make(types.GenesisAlloc),
		},
	}
	defer func() {
		for _, made := range w.keys {
			wallet.Erase(made.key)
		}
	}()
	if err := w.converse(ctx.Context); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	return nil
}

// converse asks, in order, and writes.
func (w *wizard) converse(ctx context.Context) error {
	w.talk.say("A network is a genesis file that all its nodes share. Enter takes what stands in brackets;\n" +
		"Ctrl-C ends this, and nothing is written.")
	for _, step := range []func(context.Context) error{
		w.askRules, w.askAccounts, w.askMiner, w.askPlaces, w.confirm, w.write,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *wizard) askRules(ctx context.Context) error {
	w.talk.say("\nThe chain id keeps what is signed for this network from being valid on another one, and wallets\n" +
		"tell networks apart by it. This one was drawn by lot, so that it is most likely nobody else's.")
	err := w.askOption(ctx, "Chain id", strconv.FormatUint(w.options.ChainID, 10), func(o *config.GenesisOptions, text string) (err error) {
		if o.ChainID, err = parseNumber(text); err != nil {
			return err
		}
		if owner := config.KnownChain(o.ChainID); owner != "" {
			return fmt.Errorf("%d is the chain id of %s: choose another (genesis new takes any)", o.ChainID, owner)
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.talk.say("\nBlocks come at this interval on average, however many computers mine.")
	err = w.askOption(ctx, "Seconds between blocks", strconv.FormatUint(w.options.Pow.TargetInterval, 10), func(o *config.GenesisOptions, text string) error {
		interval, err := parseNumber(strings.TrimSuffix(text, "s"))
		o.Pow.TargetInterval, o.Pow.HalfLife = interval, defaultHalfLife*interval
		return err
	})
	if err != nil {
		return err
	}
	err = w.askOption(ctx, "Ether that the miner of a block gets", defaultReward, func(o *config.GenesisOptions, text string) (err error) {
		w.reward = text
		o.Pow.RewardGwei, err = parseReward(text)
		return err
	})
	if err != nil {
		return err
	}
	return w.askOption(ctx, "Gas limit of a block; a transfer takes 21000", strconv.FormatUint(w.options.GasLimit, 10), func(o *config.GenesisOptions, text string) (err error) {
		o.GasLimit, err = parseNumber(text)
		return err
	})
}

// askOption asks for one thing of the genesis, until it is valid with it.
func (w *wizard) askOption(ctx context.Context, prompt, fallback string, set func(*config.GenesisOptions, string) error) error {
	options, err := ask(ctx, w.talk, prompt, fallback, func(text string) (config.GenesisOptions, error) {
		options := w.options
		if err := set(&options, text); err != nil {
			return options, err
		}
		return options, config.NewGenesis(options).Validate()
	})
	if err == nil {
		w.options = options
	}
	return err
}

// What may be answered where an address is asked for.
const (
	answerNew  = "new"
	answerNone = "none"
)

func (w *wizard) askAccounts(ctx context.Context) error {
	w.talk.say("\nAccounts that have ether from the start, one after the other: an address, or %q for a key of your own\n"+
		"that is made here and gets a password, or %q. Miners earn ether also without that.", answerNew, answerNone)
	for fallback := answerNew; ; fallback = answerNone {
		account, err := w.askAccount(ctx, fmt.Sprintf("Account %d: address, new or none", len(w.funded)+1), fallback, true)
		if err != nil || account == (common.Address{}) {
			return err
		}
		fund := fundedAccount{address: account}
		err = w.askOption(ctx, "Ether for "+account.Hex(), "1000000", func(o *config.GenesisOptions, text string) error {
			fund.ether = text
			wei, err := parseEther(text)
			o.Alloc = maps.Clone(o.Alloc)
			o.Alloc[account] = types.Account{Balance: wei}
			return err
		})
		if err != nil {
			return err
		}
		w.funded = append(w.funded, fund)
	}
}

// askAccount asks for an address and makes a key if there is to be one. The zero
// address is nobody's.
func (w *wizard) askAccount(ctx context.Context, prompt, fallback string, toFund bool) (common.Address, error) {
	account, err := ask(ctx, w.talk, prompt, fallback, func(text string) (*common.Address, error) {
		switch {
		case text == answerNew:
			return nil, nil
		case text == answerNone && toFund:
			return new(common.Address), nil
		}
		account, err := parseAccount(text)
		if slices.Contains(config.DevAccounts(), account) {
			err = fmt.Errorf("everybody knows the key of %s: choose another (genesis new takes any)", account)
		}
		if _, twice := config.NewGenesis(w.options).Core.Alloc[account]; err == nil && twice && toFund {
			err = fmt.Errorf("%s is in the genesis already", account)
		}
		return &account, err
	})
	if err != nil {
		return common.Address{}, err
	}
	if account != nil {
		return *account, nil
	}
	return w.makeKey(ctx)
}

// makeKey makes a key with a password. Its file is written with everything else.
func (w *wizard) makeKey(ctx context.Context) (common.Address, error) {
	secret := func(prompt string) (string, error) { return w.talk.secret(ctx, prompt) }
	password, err := passwordFrom(w.cfg, "Password for the new account", true, secret)
	for errors.Is(err, errPasswordsDiffer) {
		w.talk.say("  %s", err)
		password, err = passwordFrom(w.cfg, "Password for the new account", true, secret)
	}
	if err != nil {
		return common.Address{}, err
	}
	key, err := crypto.GenerateKey()
	if err != nil {
		return common.Address{}, fmt.Errorf("make a key: %w", err)
	}
	account := crypto.PubkeyToAddress(key.PublicKey)
	w.keys[account] = newKey{key, password}
	w.talk.say("  The new account is %s.", account)
	return account, nil
}

func (w *wizard) askMiner(ctx context.Context) (err error) {
	fallback := answerNew
	if len(w.funded) > 0 {
		fallback = w.funded[0].address.Hex()
	}
	w.talk.say("")
	w.miner, err = w.askAccount(ctx, "Account that the first node mines for: address or new", fallback, false)
	return err
}

// askPlaces asks where the files are to be written, which nothing may be in the way of.
func (w *wizard) askPlaces(ctx context.Context) (err error) {
	w.file, err = ask(ctx, w.talk, "Genesis file to write", config.GenesisFileName, func(path string) (string, error) {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%s exists: choose another name", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if parent, err := os.Stat(filepath.Dir(path)); err != nil {
			return "", err
		} else if !parent.IsDir() {
			return "", fmt.Errorf("%s is no directory", filepath.Dir(path))
		}
		return path, nil
	})
	if err != nil {
		return err
	}
	fallback := "node"
	if w.cfg.Set("datadir") && w.cfg.DataDir != "" {
		fallback = w.cfg.DataDir
	}
	w.dataDir, err = ask(ctx, w.talk, "Data directory of this machine's node", fallback, func(dir string) (string, error) {
		if _, err := os.Stat(filepath.Join(dir, databaseName)); err == nil {
			return "", fmt.Errorf("there is a chain in %s already: choose another directory", dir)
		}
		w.app.typed["datadir"] = dir
		_, store, err := w.app.keystore()
		w.store = store
		return dir, err
	})
	return err
}

var errNotConfirmed = errors.New("it was not confirmed")

func (w *wizard) confirm(ctx context.Context) error {
	w.talk.say("\n  chain id        %d\n  block interval  %d s\n  reward          %s ether\n  gas limit       %d",
		w.options.ChainID, w.options.Pow.TargetInterval, w.reward, w.options.GasLimit)
	for _, fund := range w.funded {
		w.talk.say("  account         %s with %s ether%s", fund.address, fund.ether, w.madeHere(fund.address))
	}
	w.talk.say("  first miner     %s%s\n  genesis file    %s\n  data directory  %s\n", w.miner, w.madeHere(w.miner), w.file, w.dataDir)
	yes, err := ask(ctx, w.talk, "Write this: yes or no", "yes", func(text string) (bool, error) {
		switch strings.ToLower(text) {
		case "yes", "y":
			return true, nil
		case "no", "n":
			return false, nil
		}
		return false, fmt.Errorf("%q is neither yes nor no", text)
	})
	if err == nil && !yes {
		err = errNotConfirmed
	}
	return err
}

func (w *wizard) madeHere(account common.Address) string {
	if _, made := w.keys[account]; made {
		return ", new key"
	}
	return ""
}

// write writes the keys and the genesis file, or nothing. It takes a second for each
// key, which no signal interrupts.
func (w *wizard) write(context.Context) (err error) {
	genesis := config.NewGenesis(w.options)
	text, err := genesisText(genesis)
	if err != nil {
		return err
	}
	var files []wallet.KeyFile
	defer func() {
		if err == nil {
			return
		}
		for _, file := range files {
			err = errors.Join(err, os.Remove(file.Path))
		}
	}()
	for _, account := range slices.SortedFunc(maps.Keys(w.keys), common.Address.Cmp) {
		file, err := w.store.Add(w.keys[account].key, w.keys[account].password)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	if err := writeNewFile(w.file, text, 0o644); err != nil {
		return fmt.Errorf("write genesis file: %w", err)
	}
	w.talk.say("")
	for _, file := range files {
		w.app.tellKey(file)
	}
	w.talk.say("wrote %s, genesis block %s", w.file, genesis.Hash())
	w.tellNext()
	return nil
}

// tellNext prints the commands that make a network of the file.
func (w *wizard) tellNext() {
	program, file := os.Args[0], filepath.Base(w.file)
	copied := program
	if strings.ContainsRune(program, filepath.Separator) { // not one that is installed
		copied = "./" + filepath.Base(program)
	}
	host, others := "THIS_MACHINE", ""
	if addresses := ownAddresses(); len(addresses) > 0 {
		host = addresses[0]
		if len(addresses) > 1 {
			others = ", or " + strings.Join(addresses[1:], ", ") + ","
		}
	}
	fmt.Fprintf(w.app.stdout, `
The first node, on this machine:

    %[1]s init --datadir %[2]s %[3]s
    %[1]s --datadir %[2]s --mine --miner.etherbase %[4]s

Every other one, with a copy of the program and of %[3]s. %[5]s%[6]s stands for the address by which
it reaches this machine, where TCP and UDP port 30303 and UDP port 30304 must be let in:

    %[7]s init --datadir node %[8]s
    %[7]s --datadir node --bootnodes %[5]s

Those that are to mine too get --mine and --miner.etherbase with an address of their own.
`, quote(program), quote(w.dataDir), quote(w.file), w.miner, host, others, quote(copied), quote(file))
}

// ownAddresses are this machine's, by which others may reach it.
func ownAddresses() []string {
	found, _ := net.InterfaceAddrs() // without any, the user fills it in
	var addresses []string
	for _, address := range found {
		if network, ok := address.(*net.IPNet); ok && network.IP.IsGlobalUnicast() && network.IP.To4() != nil {
			addresses = append(addresses, network.IP.String())
		}
	}
	return addresses
}

// quote makes one word of a path for a shell.
func quote(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool {
		return !strings.ContainsRune("/.-_+:@%,=", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// freeChainID draws an id of eight digits, of which few belong to anybody.
func freeChainID() uint64 {
	for {
		id := 10_000_000 + rand.Uint64N(90_000_000)
		if config.KnownChain(id) == "" {
			return id
		}
	}
}
