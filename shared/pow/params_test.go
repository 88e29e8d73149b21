package pow

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

func TestParamsValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Params)
		want   []string // the keys that the error names; none if valid
	}{
		{"default", func(*Params) {}, nil},
		{"shortest interval", func(p *Params) { p.TargetInterval = 2 }, nil},
		{"one second", func(p *Params) { p.TargetInterval = 1 }, []string{"targetInterval"}},
		{"no interval", func(p *Params) { p.TargetInterval = 0 }, []string{"targetInterval"}},
		{"longest interval", func(p *Params) { p.TargetInterval, p.HalfLife = 86400, 86400 }, nil},
		{"interval too long", func(p *Params) { p.TargetInterval = 86401 }, []string{"targetInterval"}},
		{"interval overflows", func(p *Params) { p.TargetInterval = math.MaxUint64 }, []string{"targetInterval"}},
		{"no half-life", func(p *Params) { p.HalfLife = 0 }, []string{"halfLife"}},
		{"shortest half-life", func(p *Params) { p.HalfLife = 4 }, nil},
		{"half-life too short", func(p *Params) { p.HalfLife = 3 }, []string{"halfLife"}},
		{"longest half-life", func(p *Params) { p.HalfLife = 1024 }, nil},
		{"half-life too long", func(p *Params) { p.HalfLife = 1025 }, []string{"halfLife"}},
		{"no limit", func(p *Params) { p.Limit = nil }, []string{"limit"}},
		{"limit zero", func(p *Params) { p.Limit = new(big.Int) }, []string{"limit"}},
		{"limit negative", func(p *Params) { p.Limit = big.NewInt(-1) }, []string{"limit"}},
		{"limit too large", func(p *Params) { p.Limit = two256 }, []string{"limit"}},
		{"target at the limit", func(p *Params) { p.InitialTarget = NewCompact(p.Limit) }, nil},
		{"target above the limit", func(p *Params) { p.InitialTarget = NewCompact(p.Limit) + 1 }, []string{"initialTarget"}},
		{"target not canonical", func(p *Params) { p.InitialTarget = 0x1d0000ff }, []string{"initialTarget"}},
		{"target zero", func(p *Params) { p.InitialTarget = 0 }, []string{"initialTarget"}},
		{"no reward", func(p *Params) { p.RewardGwei = 0 }, nil},
		{"depths zero", func(p *Params) { p.SafeDepth, p.FinalizedDepth = 0, 0 }, nil},
		{"finalized before safe", func(p *Params) { p.FinalizedDepth = 11 }, []string{"finalizedDepth"}},
		{"stock engine", func(p *Params) { p.Engine = EngineStock }, nil},
		{"unknown engine", func(p *Params) { p.Engine = "clique" }, []string{"engine"}},
		{"instant", instant, nil},
		{"instant, slow", func(p *Params) { instant(p); p.TargetInterval = 4 }, []string{"targetInterval"}},
		{"instant, hard", func(p *Params) { instant(p); p.InitialTarget-- }, []string{"initialTarget"}},
		{"nearly instant", func(p *Params) { instant(p); p.Limit = new(big.Int).Sub(maxUint256, common.Big1) }, []string{"targetInterval"}},
		{"nothing set", func(p *Params) { *p = Params{} }, []string{"targetInterval", "limit", "initialTarget"}},
	} {
		p := DefaultParams()
		c.change(&p)
		err := p.Validate()
		if len(c.want) == 0 {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(c.want) {
			t.Errorf("%s: %d faults, want %d: %v", c.name, len(lines), len(c.want), err)
			continue
		}
		for i, key := range c.want {
			if !strings.HasPrefix(lines[i], key+": ") {
				t.Errorf("%s: fault %q does not begin with its key, %s", c.name, lines[i], key)
			}
		}
	}
}

func instant(p *Params) {
	p.TargetInterval, p.HalfLife, p.Limit, p.InitialTarget = 1, 30, maxUint256, MaxCompact
}

func TestInstant(t *testing.T) {
	p := DefaultParams()
	if p.Instant() {
		t.Error("the default is instant")
	}
	if instant(&p); !p.Instant() {
		t.Error("a limit of 2^256-1 is not instant")
	}
}

// defaultJSON is DefaultParams in a genesis file.
const defaultJSON = `{"targetInterval":4,"halfLife":120,` +
	`"limit":"0x00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",` +
	`"initialTarget":"0x1e040000","rewardGwei":2000000000,"halvingInterval":0,"safeDepth":12,"finalizedDepth":64}`

func TestParamsJSONRoundTrip(t *testing.T) {
	plain, half, stock := DefaultParams(), DefaultParams(), DefaultParams()
	half.HalvingInterval = math.MaxUint64
	half.Limit = big.NewInt(1)
	half.InitialTarget = MinCompact
	stock.Engine = EngineStock
	for _, p := range []Params{plain, half, stock} {
		encoded, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back Params
		if err := json.Unmarshal(encoded, &back); err != nil {
			t.Fatalf("%s: %v", encoded, err)
		}
		if back.Limit.Cmp(p.Limit) != 0 {
			t.Errorf("limit %x, want %x", back.Limit, p.Limit)
		}
		if back.Limit = p.Limit; back != p {
			t.Errorf("%s: read %+v, want %+v", encoded, back, p)
		}
	}
	if encoded, _ := json.Marshal(&plain); string(encoded) != defaultJSON {
		t.Errorf("have %s\nwant %s", encoded, defaultJSON)
	}
	if _, err := json.Marshal(Params{}); err == nil {
		t.Error("parameters without a limit were written")
	}
}

func TestParamsJSONRefuses(t *testing.T) {
	replace := func(part, by string) string {
		if !strings.Contains(defaultJSON, part) {
			t.Fatalf("no %s to replace", part)
		}
		return strings.Replace(defaultJSON, part, by, 1)
	}
	for _, c := range []struct{ name, json, want string }{
		{"a list", `[]`, "must be an object"},
		{"null", `null`, "must be an object"},
		{"unknown key", replace(`{`, `{"blockTime":4,`), "blockTime: unknown key"},
		{"key in the wrong case", replace(`"halfLife"`, `"halflife"`), "halflife: unknown key"},
		{"key twice", replace(`{`, `{"safeDepth":1,`), "safeDepth: appears twice"},
		{"missing key", replace(`"halfLife":120,`, ``), "halfLife: missing"},
		{"nothing", `{}`, "targetInterval: missing"},
		{"text for a number", replace(`:4,`, `:"4",`), "targetInterval: must be a number"},
		{"fraction", replace(`:4,`, `:4.5,`), "targetInterval: must be a whole number"},
		{"whole number as a fraction", replace(`:4,`, `:4.0,`), "targetInterval: must be a whole number"},
		{"negative", replace(`:12,`, `:-12,`), "safeDepth: must be a whole number"},
		{"above 64 bits", replace(`:2000000000`, `:18446744073709551616`), "rewardGwei: must be a whole number"},
		{"null value", replace(`:64`, `:null`), "finalizedDepth: must be a whole number"},
		{"true", replace(`:64`, `:true`), "finalizedDepth: must be a whole number"},
		{"limit as a number", replace(`"0x00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"`, `255`), "limit: must be a text"},
		{"limit in decimal", replace(`"0x00ff`, `"00ff`), "limit: must be a text of 0x"},
		{"limit without digits", replace(`0x00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff`, `0x`), "limit: must be a text of 0x"},
		{"limit above 256 bits", replace(`0x00ff`, `0x100ff`), "limit: must be a text of 0x"},
		{"limit with a sign", replace(`0x00ff`, `0x-0ff`), "limit: must be a text of 0x"},
		{"target above 32 bits", replace(`0x1e04`, `0x01e04`), "initialTarget: must be a text of 0x"},
		{"target not canonical", replace(`0x1e040000`, `0x1e000004`), "initialTarget: wrong target"},
		{"target above the limit", replace(`0x1e040000`, `0x21008000`), "initialTarget: must be at most the limit"},
		{"out of range", replace(`:4,`, `:1,`), "targetInterval: must be from 2"},
		{"engine as a number", replace(`{`, `{"engine":1,`), "engine: must be a text"},
		{"unknown engine", replace(`{`, `{"engine":"clique",`), `engine: must be "stock"`},
		{"truncated", defaultJSON[:60], "unexpected end"},
	} {
		untouched := DefaultParams()
		p := untouched
		err := json.Unmarshal([]byte(c.json), &p)
		if err == nil {
			t.Errorf("%s: no error", c.name)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %q does not say %q", c.name, err, c.want)
		}
		if p != untouched {
			t.Errorf("%s: the parameters were changed", c.name)
		}
	}
}

// TestParamsJSONStock: a foreign genesis file needs nothing but the engine.
func TestParamsJSONStock(t *testing.T) {
	var p Params
	if err := json.Unmarshal([]byte(`{"engine":"stock","safeDepth":3}`), &p); err != nil {
		t.Fatal(err)
	}
	if p.Engine != EngineStock || p.SafeDepth != 3 || p.FinalizedDepth != DefaultParams().FinalizedDepth {
		t.Errorf("read %+v", p)
	}
	if err := json.Unmarshal([]byte(`{"engine":"stock","pivot":3}`), &p); err == nil {
		t.Error("an unknown key was taken")
	}
}

// TestCommitment encodes the default parameters by hand.
func TestCommitment(t *testing.T) {
	p := DefaultParams()
	encoding := common.FromHex("ef" + // a list of 47 bytes
		"04" + // targetInterval
		"78" + // halfLife
		"9f" + strings.Repeat("ff", 31) + // limit
		"84" + "1e040000" + // initialTarget
		"84" + "77359400" + // rewardGwei
		"80" + // halvingInterval
		"0c" + // safeDepth
		"40") // finalizedDepth
	want := crypto.Keccak256(encoding)[:20]
	if have := p.Commitment(); !bytes.Equal(have[:], want) {
		t.Errorf("commitment %x, want %x", have, want)
	}
	extra := append(bytes.Clone(want), 0x1e, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if have := p.GenesisExtra(); !bytes.Equal(have, extra) {
		t.Errorf("extra data %x, want %x", have, extra)
	}
}

// TestCommitmentCoversEveryRule changes one parameter at a time.
func TestCommitmentCoversEveryRule(t *testing.T) {
	seen := make(map[[commitmentSize]byte]int)
	for i, change := range []func(*Params){
		func(*Params) {},
		func(p *Params) { p.TargetInterval++ },
		func(p *Params) { p.HalfLife++ },
		func(p *Params) { p.Limit = new(big.Int).Sub(p.Limit, common.Big1) },
		func(p *Params) { p.InitialTarget++ },
		func(p *Params) { p.RewardGwei++ },
		func(p *Params) { p.HalvingInterval++ },
		func(p *Params) { p.SafeDepth++ },
		func(p *Params) { p.FinalizedDepth++ },
	} {
		p := DefaultParams()
		change(&p)
		commitment := p.Commitment()
		if before, twice := seen[commitment]; twice {
			t.Errorf("changes %d and %d have the same commitment", before, i)
		}
		seen[commitment] = i
	}
}

func TestVerifyGenesis(t *testing.T) {
	p := DefaultParams()
	genesis := &types.Header{Number: new(big.Int), Difficulty: new(big.Int), Extra: p.GenesisExtra()}
	if err := p.VerifyGenesis(genesis); err != nil {
		t.Error(err)
	}
	other := DefaultParams()
	other.SafeDepth++
	if err := other.VerifyGenesis(genesis); !errors.Is(err, ErrGenesis) {
		t.Errorf("other parameters: error %v, want ErrGenesis", err)
	}
	for _, difficulty := range []*big.Int{nil, common.Big1} {
		genesis.Difficulty = difficulty
		if err := p.VerifyGenesis(genesis); !errors.Is(err, ErrDifficulty) {
			t.Errorf("difficulty %v: error %v, want ErrDifficulty", difficulty, err)
		}
	}
}

func TestReward(t *testing.T) {
	for _, c := range []struct{ reward, halving, number, want uint64 }{
		{100, 0, 0, 0},
		{100, 0, 1, 100},
		{100, 0, math.MaxUint64, 100},
		{100, 10, 0, 0},
		{100, 10, 1, 100},
		{100, 10, 10, 100},
		{100, 10, 11, 50},
		{100, 10, 20, 50},
		{100, 10, 21, 25},
		{100, 10, 61, 1},
		{100, 10, 71, 0},
		{math.MaxUint64, 1, 1, math.MaxUint64},
		{math.MaxUint64, 1, 64, 1},
		{math.MaxUint64, 1, 65, 0},
		{math.MaxUint64, 1, math.MaxUint64, 0},
		{0, 10, 5, 0},
	} {
		p := Params{RewardGwei: c.reward, HalvingInterval: c.halving}
		if have := p.Reward(c.number); have != c.want {
			t.Errorf("reward %d halved every %d: block %d pays %d, want %d", c.reward, c.halving, c.number, have, c.want)
		}
	}
}

func TestWithdrawals(t *testing.T) {
	coinbase := common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
	p := Params{RewardGwei: 3, HalvingInterval: 10}
	have := p.Withdrawals(7, coinbase)
	if want := (types.Withdrawal{Index: 7, Address: coinbase, Amount: 3}); len(have) != 1 || *have[0] != want {
		t.Errorf("block 7: %+v, want %+v", have, want)
	}
	if have := p.Withdrawals(21, coinbase); have == nil || len(have) != 0 {
		t.Errorf("without reward: %#v, want an empty list", have)
	}
}
