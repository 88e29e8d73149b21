package config

import (
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/wallet"
)

// Saying anything about the authenticated port switches it on, unless it is switched
// off.
func TestAuth(t *testing.T) {
	isolated(t)
	for _, test := range []struct {
		flags  map[string]string
		on     bool
		secret string
	}{
		{map[string]string{"datadir": "/d"}, false, "/d/jwtsecret"},
		{map[string]string{"datadir": "/d", "authrpc": "true"}, true, "/d/jwtsecret"},
		{map[string]string{"datadir": "/d", "authrpc.port": "8551"}, true, "/d/jwtsecret"},
		{map[string]string{"dev": "true", "authrpc.jwtsecret": "s"}, true, "s"},
		{map[string]string{"datadir": "/d", "authrpc.addr": "::", "authrpc": "false"}, false, "/d/jwtsecret"},
	} {
		c, err := Load(Sources{Flags: test.flags})
		if err != nil || c.RPC.Auth.Enabled != test.on || c.RPC.Auth.SecretFile != test.secret {
			t.Errorf("%v: %+v, %v", test.flags, c.RPC.Auth, err)
		}
	}
}

// The built-in networks' accounts need no password; others' do.
func TestWallet(t *testing.T) {
	isolated(t)
	genesis := write(t, "genesis.json", string(file(t, Devnet())))
	for _, test := range []struct {
		flags map[string]string
		open  int
		store string
	}{
		{map[string]string{"datadir": "/d"}, 10, "/d/keystore"},
		{map[string]string{"dev": "true"}, 10, ""},
		{map[string]string{"genesis": genesis, "datadir": "/d", "keystore": "k"}, 0, "k"},
	} {
		c, err := Load(Sources{Flags: test.flags})
		if err != nil {
			t.Fatal(err)
		}
		if w := c.WalletConfig(); len(w.Open) != test.open || w.Keystore.Dir != test.store {
			t.Errorf("%v: %d keys, keystore %q", test.flags, len(w.Open), w.Keystore.Dir)
		}
	}
	if noderpc.FlagUnlock != wallet.FlagUnlock {
		t.Errorf("errors point to --%s and --%s", noderpc.FlagUnlock, wallet.FlagUnlock)
	}
	for i, key := range DevKeys() {
		if crypto.PubkeyToAddress(key.PublicKey) != DevAccounts()[i] {
			t.Errorf("key %d is not account %d's", i, i)
		}
	}
}
