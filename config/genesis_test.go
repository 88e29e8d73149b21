package config

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
)

func file(t *testing.T, g *Genesis) []byte {
	t.Helper()
	data, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Nodes part at the handshake when their genesis blocks differ, so these hashes
// may only ever change together with the network's name.
func TestPresetHashes(t *testing.T) {
	for name, want := range map[string]string{
		"devnet": "0x1fd6f59d7b1a0e721a424411b5ecf82de1ea38cf0ed653b0b66029000badc216",
		"dev":    "0x50efe7bbc001497e52e25966000cf1f15ba3651ab79814f86ed0f6c05cf9bcbc",
	} {
		g, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := g.Hash(); got != common.HexToHash(want) {
			t.Errorf("%s has the genesis hash %s, want %s", name, got, want)
		}
	}
}

func TestPresetsFundTheWellKnownAccounts(t *testing.T) {
	accounts, keys := DevAccounts(), DevKeys()
	for i, want := range deriveAccounts(t, DevMnemonic, len(accounts)) {
		if own := crypto.PubkeyToAddress(keys[i].PublicKey); accounts[i] != want || own != want {
			t.Errorf("account %d is %s, its key's %s, the mnemonic gives %s", i, accounts[i], own, want)
		}
		for _, g := range []*Genesis{Devnet(), Dev()} {
			if got := g.Core.Alloc[want].Balance; got == nil || got.Cmp(Ether(10_000)) != 0 {
				t.Errorf("account %d has %v wei", i, got)
			}
		}
	}
	if n, want := len(Devnet().Core.Alloc), len(accounts)+len(systemContracts()); n != want {
		t.Errorf("%d accounts in all, want %d", n, want)
	}
}

// deriveAccounts computes the addresses at m/44'/60'/0'/0/i from a mnemonic by
// BIP-39 and BIP-32.
func deriveAccounts(t *testing.T, mnemonic string, n int) []common.Address {
	t.Helper()
	seed, err := pbkdf2.Key(sha512.New, mnemonic, []byte("mnemonic"), 2048, 64)
	if err != nil {
		t.Fatal(err)
	}
	split := func(key, data []byte) (*big.Int, []byte) {
		mac := hmac.New(sha512.New, key)
		mac.Write(data)
		sum := mac.Sum(nil)
		return new(big.Int).SetBytes(sum[:32]), sum[32:]
	}
	order := crypto.S256().Params().N
	child := func(key *big.Int, chain []byte, index uint32) (*big.Int, []byte) {
		secret := key.FillBytes(make([]byte, 32))
		data := append([]byte{0}, secret...) // hardened
		if index < 1<<31 {
			private, err := crypto.ToECDSA(secret)
			if err != nil {
				t.Fatal(err)
			}
			data = crypto.CompressPubkey(&private.PublicKey)
		}
		tweak, next := split(chain, binary.BigEndian.AppendUint32(data, index))
		return tweak.Add(tweak, key).Mod(tweak, order), next
	}
	const hardened = 1 << 31
	key, chain := split([]byte("Bitcoin seed"), seed)
	for _, index := range []uint32{44 + hardened, 60 + hardened, hardened, 0} {
		key, chain = child(key, chain, index)
	}
	accounts := make([]common.Address, n)
	for i := range accounts {
		leaf, _ := child(key, chain, uint32(i))
		private, err := crypto.ToECDSA(leaf.FillBytes(make([]byte, 32)))
		if err != nil {
			t.Fatal(err)
		}
		accounts[i] = crypto.PubkeyToAddress(private.PublicKey)
	}
	return accounts
}

// An unmodified go-ethereum makes the same genesis block of our file, and finds
// the same fork schedule in it.
func TestStockGenesisReadsOurFile(t *testing.T) {
	for _, g := range []*Genesis{Devnet(), Dev()} {
		var stock core.Genesis
		if err := json.Unmarshal(file(t, g), &stock); err != nil {
			t.Fatal(err)
		}
		if got, want := stock.ToBlock().Hash(), g.Hash(); got != want {
			t.Errorf("stock genesis hash %s, want %s", got, want)
		}
		if got, want := stock.Config.String(), g.Core.Config.String(); got != want {
			t.Errorf("stock configuration\n%s, want\n%s", got, want)
		}
		if err := stock.Config.CheckConfigForkOrder(); err != nil {
			t.Error(err)
		}
		rules := stock.Config.Rules(big.NewInt(1), true, presetTimestamp+4)
		if !rules.IsOsaka || rules.IsAmsterdam {
			t.Errorf("rules of block 1: Osaka %v, Amsterdam %v", rules.IsOsaka, rules.IsAmsterdam)
		}
	}
}

func TestGenesisRoundTrip(t *testing.T) {
	for _, g := range []*Genesis{Devnet(), Dev()} {
		data := file(t, g)
		back, err := ParseGenesis("genesis.json", data)
		if err != nil {
			t.Fatal(err)
		}
		if back.Hash() != g.Hash() {
			t.Errorf("hash %s after a round trip, was %s", back.Hash(), g.Hash())
		}
		if again := file(t, back); !bytes.Equal(again, data) {
			t.Errorf("file changed:\n%s\nwas\n%s", again, data)
		}
	}
}

// edit changes a genesis file: it sets the value at a dotted path, or removes
// the key for a nil value.
func edit(t *testing.T, data []byte, path string, value any) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	object := doc
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		object = object[key].(map[string]any)
	}
	if last := keys[len(keys)-1]; value == nil {
		delete(object, last)
	} else {
		object[last] = value
	}
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestGenesisFaults(t *testing.T) {
	valid := file(t, Devnet())
	beacon := "alloc." + strings.ToLower(params.BeaconRootsAddress.Hex())
	withdrawals := "alloc." + strings.ToLower(params.WithdrawalQueueAddress.Hex())
	for _, test := range []struct {
		name  string
		path  string
		value any
		want  string
	}{
		{"no config", "config", nil, "config: missing"},
		{"config no object", "config", 1, "config: must be an object"},
		{"no pow", "config.pow", nil, "config.pow: missing"},
		{"pow incomplete", "config.pow.limit", nil, "config.pow.limit: missing"},
		{"pow misspelt", "config.pow.rewardGwie", 1, "config.pow.rewardGwie: unknown key"},
		{"fast blocks", "config.pow.targetInterval", 1, "config.pow.targetInterval: must be from 2"},
		{"commitment", "config.pow.rewardGwei", 5, "extraData: must commit to config.pow: 0x"},
		{"no chain id", "config.chainId", nil, "config.chainId: must be a number from 1"},
		{"chain id text", "config.chainId", "4004", "config.chainId: must be a whole number without quotes"},
		{"no Osaka", "config.osakaTime", nil, "config.osakaTime: missing"},
		{"no London", "config.londonBlock", nil, "config.londonBlock: missing, must be 0"},
		{"late London", "config.londonBlock", 5, "config.londonBlock: must be 0"},
		{"late Shanghai", "config.shanghaiTime", presetTimestamp + 1, "config.shanghaiTime: must not be after"},
		{"fork order", "config.cancunTime", presetTimestamp + 1, "config: unsupported fork ordering"},
		{"misspelt fork", "config.osakatime", 0, "config.osakatime: unknown key, did you mean osakaTime?"},
		{"no merge", "config.terminalTotalDifficulty", nil, "config.terminalTotalDifficulty: missing, must be 0"},
		{"late merge", "config.terminalTotalDifficulty", 17, "config.terminalTotalDifficulty: must be 0"},
		{"clique", "config.clique", map[string]any{"period": 5, "epoch": 1}, "config.clique: must not be there"},
		{"no blob schedule", "config.blobSchedule", nil, "config.blobSchedule.cancun: missing"},
		{"blob schedule lacks Prague", "config.blobSchedule.prague", nil, "config.blobSchedule.prague: missing"},
		{"no difficulty", "difficulty", nil, "difficulty: missing"},
		{"difficulty", "difficulty", "0x20000", "difficulty: must be 0"},
		{"difficulty no number", "difficulty", "hard", "difficulty: invalid hex or decimal integer"},
		{"gas limit", "gasLimit", "0x10", "gasLimit: must be from 5000"},
		{"number", "number", "0x1", "number: must be 0"},
		{"extra data no hex", "extraData", "monolith", "extraData: hex string without 0x prefix"},
		{"misspelt top key", "timestmp", "0x0", "timestmp: unknown key, did you mean timestamp?"},
		{"no beacon roots contract", beacon, nil, "system contract of EIP-4788"},
		{"no withdrawal contract", withdrawals, nil, "system contract of EIP-7002"},
		{"other withdrawal contract", withdrawals + ".code", "0x00", "not the code of EIP-7002"},
		{"bad account", "alloc.0x1234", map[string]any{"balance": "0x1"}, "alloc.0x1234: hex string has length 4, want 40"},
		{"bad balance", "alloc.0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266.balance", "1 ETH", "alloc.0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266: invalid hex"},
		{"account twice", "alloc.F39Fd6e51aad88F6F4ce6aB8827279cffFb92266", map[string]any{"balance": "0x1"}, "the same account appears twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseGenesis("genesis.json", edit(t, valid, test.path, test.value))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "genesis.json:") || len(line) > 400 {
					t.Errorf("fault without a place, or longer than a line: %s", line)
				}
			}
		})
	}
}

func TestGenesisFaultsNameTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "genesis.json:1: ends too early",
		"[]":                         "genesis.json:1: not a JSON object",
		"{\n\n \"config\": oops }":   "genesis.json:3: invalid character 'o'",
		"{\"alloc\":{},\n":           "genesis.json:2: ends too early",
		"{}{}":                       "genesis.json:1: more than one",
		"{\n\"nonce\":\n\"0xzz\"}":   "genesis.json:2: nonce: ",
		"{\"a\":1,\n\n\"a\":2}":      "genesis.json:3: a: appears twice",
		"{\n\"config\":{\n\"b\":1}}": "genesis.json:3: config.b: unknown key",
	} {
		if _, err := ParseGenesis("genesis.json", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestGenesisReportsAllFaults(t *testing.T) {
	data := edit(t, file(t, Devnet()), "difficulty", "0x1")
	data = edit(t, data, "config.osakaTime", nil)
	data = edit(t, data, "config.pow.halfLife", 0)
	_, err := ParseGenesis("genesis.json", data)
	for _, want := range []string{"difficulty: ", "config.osakaTime: ", "config.pow.halfLife: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not among the faults: %v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 3 {
		t.Errorf("%d faults, want 3: %v", n, err)
	}
}

// A fork after genesis is part of the schedule like any other.
func TestGenesisWithLaterForks(t *testing.T) {
	data := edit(t, file(t, Devnet()), "config.osakaTime", presetTimestamp+1000)
	data = edit(t, data, "config."+ignoredConfigKey, true)
	g, err := ParseGenesis("genesis.json", data)
	if err != nil {
		t.Fatal(err)
	}
	if *g.Core.Config.OsakaTime != presetTimestamp+1000 {
		t.Errorf("Osaka at %d", *g.Core.Config.OsakaTime)
	}
}

// Foreign chains, for the stock engine, follow none of our rules.
func TestStockEngineGenesis(t *testing.T) {
	data := edit(t, file(t, Devnet()), "config.pow", map[string]any{"engine": pow.EngineStock})
	data = edit(t, data, "difficulty", "0x20000")
	data = edit(t, data, "extraData", "0x68697665")
	data = edit(t, data, "config.arrowGlacierBlock", nil)
	data = edit(t, data, "config.grayGlacierBlock", nil)
	data = edit(t, data, "config.londonBlock", 27)
	data = edit(t, data, "config.mergeNetsplitBlock", 36)
	data = edit(t, data, "someTool", "note")
	g, err := ParseGenesis("genesis.json", data)
	if err != nil {
		t.Fatal(err)
	}
	if g.Pow.Engine != pow.EngineStock {
		t.Errorf("engine %q", g.Pow.Engine)
	}
}

func TestLoadGenesis(t *testing.T) {
	path := filepath.Join(t.TempDir(), "genesis.json")
	if _, err := LoadGenesis(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, file(t, Devnet()), 0o600); err != nil {
		t.Fatal(err)
	}
	if g, err := LoadGenesis(path); err != nil || g.Hash() != Devnet().Hash() {
		t.Errorf("got %v, %v", g, err)
	}
	if _, err := LoadGenesis(t.TempDir()); err == nil {
		t.Error("a directory was read as a genesis file")
	}
}

func FuzzParseGenesis(f *testing.F) {
	data, err := json.Marshal(Devnet())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"config":{"pow":{}},"alloc":{"0x":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := ParseGenesis("genesis.json", data)
		if err != nil {
			return
		}
		if g.Pow.Engine == pow.EngineStock {
			return
		}
		enc, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseGenesis("genesis.json", enc)
		if err != nil {
			t.Fatalf("our own file is refused: %v", err)
		}
		if back.Hash() != g.Hash() {
			t.Fatal("the hash changed in a round trip")
		}
	})
}
