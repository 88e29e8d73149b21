package config

import (
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
)

// TestDevDefaults: a development chain is open to tools and pages, unless told
// otherwise, and pays nobody's account.
func TestDevDefaults(t *testing.T) {
	isolated(t)
	load := func(flags map[string]string) *Config {
		t.Helper()
		c, err := Load(Sources{Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	dev := load(map[string]string{"dev": "true"})
	for _, name := range []string{"eth", "net", "web3", "txpool", "debug", "evm", "anvil", "hardhat"} {
		if !slices.Contains(dev.RPC.API, name) {
			t.Errorf("no namespace %s in %v", name, dev.RPC.API)
		}
	}
	open := []string{"*"}
	if !slices.Equal(dev.RPC.CORS, open) || !slices.Equal(dev.RPC.WSOrigins, open) {
		t.Errorf("pages of %v and %v may call", dev.RPC.CORS, dev.RPC.WSOrigins)
	}
	if off := load(map[string]string{"dev": "true", "index.addresses": "false"}); !dev.IndexAddresses || off.IndexAddresses || load(nil).IndexAddresses {
		t.Error("an index of addresses is kept where it should not be, or not where it should")
	}
	if dev.Miner.Etherbase != DevBankAddress() || slices.Contains(DevAccounts(), DevBankAddress()) {
		t.Errorf("rewards go to %v", dev.Miner.Etherbase)
	}
	if balance := Dev().Core.Alloc[DevBankAddress()].Balance; balance == nil || balance.Cmp(devBankBalance()) != 0 {
		t.Errorf("the bank has %v", balance)
	}
	if _, has := Devnet().Core.Alloc[DevBankAddress()]; has {
		t.Error("the devnet has a bank")
	}
	if crypto.PubkeyToAddress(DevBank().PublicKey) != DevBankAddress() {
		t.Error("the bank's key is another account's")
	}

	if dev.RPC.Faucet.Amount.Cmp(Ether(10)) != 0 || load(map[string]string{"dev": "true", "faucet.amount": "0"}).RPC.Faucet.Amount.Sign() != 0 {
		t.Errorf("the faucet gives %v", dev.RPC.Faucet.Amount)
	}
	closed := load(map[string]string{"dev": "true", "http.api": "eth", "http.corsdomain": "", "ws.origins": "http://a", "miner.etherbase": DevAccounts()[3].Hex()})
	if !slices.Equal(closed.RPC.API, []string{"eth"}) || len(closed.RPC.CORS) != 0 || !slices.Equal(closed.RPC.WSOrigins, []string{"http://a"}) ||
		closed.Miner.Etherbase != DevAccounts()[3] {
		t.Errorf("settings are overridden: %v %v %v %v", closed.RPC.API, closed.RPC.CORS, closed.RPC.WSOrigins, closed.Miner.Etherbase)
	}
	if public := load(nil); slices.Contains(public.RPC.API, "evm") || len(public.RPC.CORS) != 0 || len(public.RPC.WSOrigins) != 0 {
		t.Error("the devnet is as open as a development chain")
	}

	for text, want := range map[string]time.Duration{"12": 12 * time.Second, "0": 0, "500ms": 500 * time.Millisecond} {
		if c := load(map[string]string{"dev": "true", "dev.period": text}); c.Miner.DevPeriod != want {
			t.Errorf("--dev.period %s is %v", text, c.Miner.DevPeriod)
		}
	}
}
