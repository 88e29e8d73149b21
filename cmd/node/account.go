package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/wallet"
	"github.com/urfave/cli/v2"
)

func (a *app) accountCommands() []*cli.Command {
	return []*cli.Command{
		{Name: "new", Usage: "make an account, and a key file with a password for it", Action: a.accountNew,
			Description: "Prints the account's address. The password is asked for, or the first line of the file of --password."},
		{Name: "list", Usage: "list the accounts of the keystore", Action: a.accountList},
		{Name: "import", Usage: "add a key to the keystore", ArgsUsage: "FILE", Action: a.accountImport,
			Description: "Reads a private key in hex, which gets a password, or an encrypted key file, as geth and wallets make them, which keeps its own. Prints the account's address."},
		{Name: "export", Usage: "write an account's key to a file", ArgsUsage: "ADDRESS FILE", Action: a.accountExport,
			Flags:       []cli.Flag{&cli.BoolFlag{Name: "raw", DisableDefaultText: true, Usage: "write the private key itself, in hex: whoever reads the file has the account"}},
			Description: "Writes the key file as it is, encrypted with the account's password, which geth and wallets can read."},
	}
}

// keystore is what the account commands work on.
func (a *app) keystore() (*config.Config, wallet.Keystore, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, wallet.Keystore{}, err
	}
	if cfg.Wallet.Keystore.Dir == "" {
		return nil, wallet.Keystore{}, errors.New("there is no data directory: name the keystore with --keystore")
	}
	return cfg, cfg.Wallet.Keystore, nil
}

// accountNew is the command that makes an account.
func (a *app) accountNew(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	cfg, store, err := a.keystore()
	if err != nil {
		return err
	}
	key, err := crypto.GenerateKey()
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	defer wallet.Erase(key)
	password, err := a.password(ctx.Context, cfg, "Password for the new account", true)
	if err != nil {
		return err
	}
	return a.addKey(store, key, password)
}

// addKey puts a key into the keystore and tells what it is and where.
func (a *app) addKey(store wallet.Keystore, key *ecdsa.PrivateKey, password string) error {
	file, err := store.Add(key, password)
	if err != nil {
		return err
	}
	a.tellKey(file)
	fmt.Fprintln(a.stdout, file.Address)
	return nil
}

func (a *app) tellKey(file wallet.KeyFile) {
	fmt.Fprintf(a.stderr, "wrote %s: keep a copy of it, and the password; without them the account is lost\n", file.Path)
}

// accountList is the command that lists the keystore.
func (a *app) accountList(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	_, store, err := a.keystore()
	if err != nil {
		return err
	}
	files, err := store.Files()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fmt.Fprintf(a.stderr, "no accounts in %s\n", store.Dir)
	}
	for _, file := range files {
		fmt.Fprintf(a.stdout, "%s %s\n", file.Address, file.Path)
	}
	return nil
}

// accountImport is the command that adds a key from a file.
func (a *app) accountImport(ctx *cli.Context) error {
	if !ctx.Args().Present() {
		return errors.New("account import needs the name of the file with the key")
	}
	if err := maxArguments(ctx, 1); err != nil {
		return err
	}
	cfg, store, err := a.keystore()
	if err != nil {
		return err
	}
	path := ctx.Args().First()
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("import key: %w", err)
	}
	encrypted := bytes.HasPrefix(bytes.TrimSpace(data), []byte{'{'})
	var key *ecdsa.PrivateKey
	var password string
	if !encrypted {
		if key, err = wallet.ParseKey(data); err != nil {
			return fmt.Errorf("import key: %s: %w", path, err)
		}
		defer wallet.Erase(key)
	}
	prompt := "Password for the account"
	if encrypted {
		prompt = "Password of " + path
	}
	if password, err = a.password(ctx.Context, cfg, prompt, !encrypted); err != nil {
		return err
	}
	if encrypted {
		if key, err = wallet.Decrypt(data, password); err != nil {
			return fmt.Errorf("import key: %s: %w", path, err)
		}
		defer wallet.Erase(key)
	}
	return a.addKey(store, key, password)
}

// accountExport is the command that writes a key to a file.
func (a *app) accountExport(ctx *cli.Context) error {
	if ctx.NArg() < 2 {
		return errors.New("account export needs an address and the name of the file to write")
	}
	if err := maxArguments(ctx, 2); err != nil {
		return err
	}
	account, err := parseAccount(ctx.Args().First())
	if err != nil {
		return fmt.Errorf("account export: %w", err)
	}
	cfg, store, err := a.keystore()
	if err != nil {
		return err
	}
	file, err := store.File(account)
	if err != nil {
		return fmt.Errorf("account export %s: %w", account, err)
	}
	var data []byte
	if ctx.Bool("raw") {
		data, err = a.rawKey(ctx.Context, cfg, store, account)
	} else {
		data, err = os.ReadFile(file.Path)
	}
	if err != nil {
		return fmt.Errorf("account export %s: %w", account, err)
	}
	if err := writeNewFile(ctx.Args().Get(1), data, 0o600); err != nil {
		return fmt.Errorf("account export %s: %w", account, err)
	}
	return nil
}

// rawKey is a key as the text of a file.
func (a *app) rawKey(ctx context.Context, cfg *config.Config, store wallet.Keystore, account common.Address) ([]byte, error) {
	password, err := a.password(ctx, cfg, "Password of "+account.Hex(), false)
	if err != nil {
		return nil, err
	}
	key, err := store.Key(account, password)
	if err != nil {
		return nil, err
	}
	defer wallet.Erase(key)
	return []byte(wallet.FormatKey(key) + "\n"), nil
}
