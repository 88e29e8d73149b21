package miner

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
)

func TestValidate(t *testing.T) {
	n := newNode(t, easy())
	valid := n.config()
	valid.Enabled = true
	if err := valid.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Config){
		"no chain":                    func(cfg *Config) { cfg.Chain = nil },
		"no transaction pool":         func(cfg *Config) { cfg.Pool = nil },
		"no proof-of-work parameters": func(cfg *Config) { cfg.Params = nil },
		"no logger":                   func(cfg *Config) { cfg.Log = nil },
		"--miner.etherbase":           func(cfg *Config) { cfg.Etherbase = common.Address{} },
		"--miner.threads":             func(cfg *Config) { cfg.Threads = -1 },
		"at most 1, have 1.5":         func(cfg *Config) { cfg.CPU = 1.5 },
		"--miner.cpu":                 func(cfg *Config) { cfg.CPU = 0 },
		"--miner.extradata":           func(cfg *Config) { cfg.ExtraData = make([]byte, 21) },
		"--miner.gaslimit":            func(cfg *Config) { cfg.GasLimit = 100 },
		"--miner.gasprice":            func(cfg *Config) { cfg.GasPrice = big.NewInt(-1) },
		"have <nil>":                  func(cfg *Config) { cfg.GasPrice = nil },
		"--miner.idle":                func(cfg *Config) { cfg.Idle = -time.Second },
		"--dev.period must not":       func(cfg *Config) { cfg.DevPeriod = -time.Second },
		"--dev.period is for":         func(cfg *Config) { cfg.DevPeriod = time.Second },
	} {
		cfg := valid
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, have %v", want, err)
		}
	}
	err := Config{}.Validate()
	if err == nil || strings.Count(err.Error(), "\n") < 6 {
		t.Errorf("not every fault of an empty configuration is reported: %v", err)
	}
}

func TestDefaultConfig(t *testing.T) {
	n := newNode(t, easy())
	cfg := DefaultConfig()
	cfg.Chain, cfg.Pool, cfg.Params, cfg.Log = n.chain, n.pool, n.params, discard()
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}

func TestMetricsRegisterOnce(t *testing.T) {
	n := newNode(t, easy())
	cfg := n.config()
	cfg.Registerer = prometheus.NewRegistry()
	if _, err := New(cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := New(cfg); err == nil {
		t.Error("two miners share their metrics")
	}
}
