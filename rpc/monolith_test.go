package rpc

import (
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/registry"
)

func (s *scene) monolithExchanges() []exchange {
	effects := fmt.Sprintf(`{"calls":{"type":"CALL","from":"%s","to":"%s","value":"0x0","calls":[],"logs":[{"address":"%s","index":"0x0"}]},"state":[{"nonce":{"from":"0x0","to":"0x1"}},{},{"address":"%s","storage":[{}]}]}`,
		lower(chaintest.Address(1)), lower(s.counter), lower(s.counter), lower(s.counter))
	head := s.logged
	summary := fmt.Sprintf(`{"number":"0x2","hash":%q,"parentHash":%q,"miner":%q,"transactions":"0x1","subsidy":"0x1bc16d674ec80000","gasUsed":"%#x","burnt":"%#x","fees":"%#x"}`,
		head.Hash(), head.ParentHash(), lower(etherbase), head.GasUsed(),
		new(big.Int).Mul(head.BaseFee(), bigUint(head.GasUsed())), new(big.Int).Mul(gwei, bigUint(head.GasUsed())))
	return []exchange{
		ok("monolith_trace", effects, s.tx.Hash()),
		bad(codeServer, "transaction not found", "monolith_trace", s.waiting.Hash()),
		bad(codeServer, "transaction not found", "monolith_trace", unknownHash),
		ok("monolith_status", fmt.Sprintf(`{"clientVersion":"Monolith/test","chainId":"0x1092","name":"test","genesis":%q,"engine":"proof-of-work","dev":false,
			"currency":{"name":"Ether","symbol":"ETH","decimals":"0x12"},"blockTime":"0xfa0","head":%s,"safe":"0x0","finalized":"0x0","syncing":false,"network":false,"peers":"0x0",
			"pool":{"pending":"0x1","queued":"0x0"},"mining":{"mining":false,"hashrate":"0x0","coinbase":%q},"accounts":[%q]}`,
			s.builder.Genesis().Hash(), summary, lower(etherbase), lower(chaintest.Address(9)))),
		ok("monolith_peers", `[]`),
		ok("monolith_blocks", `[`+summary+`]`, "latest", 1),
		ok("monolith_blocks", `[`+summary+`,{"number":"0x1"},{"number":"0x0"}]`, "0x2", "0x9", 1),
		ok("monolith_blocks", `[{"number":"0x2"},{"number":"0x0"}]`, "pending", 9, "0x2"),
		ok("monolith_blocks", `[{"number":"0x0","miner":"0x0000000000000000000000000000000000000000","subsidy":"0x0","fees":"0x0","difficulty":"0x1","totalDifficulty":"0x1"}]`, "earliest", 9, 100),
		bad(codeServer, "header not found", "monolith_blocks", "0x99", 1),
		bad(codeInvalidParams, "0 blocks are asked for, it must be from 1 to 1000", "monolith_blocks", "latest", 0),
		bad(codeInvalidParams, "1001 blocks are asked for", "monolith_blocks", "latest", 1001),
		bad(codeInvalidParams, "a step of 0", "monolith_blocks", "latest", 1, 0),
		bad(codeInvalidParams, "missing value for required argument 1", "monolith_blocks", "latest"),
		ok("monolith_miners", fmt.Sprintf(`{"from":"0x1","to":"0x2","miners":[{"address":%q,"blocks":"0x2","subsidy":"0x3782dace9d900000","lastBlock":"0x2","lastTime":"%#x"}]}`, lower(etherbase), head.Time()), 10000),
		ok("monolith_miners", `{"from":"0x2","to":"0x2","miners":[{"blocks":"0x1"}]}`, "0x1"),
		bad(codeInvalidParams, "0 blocks are asked for, it must be from 1 to 10000", "monolith_miners", 0),
		bad(codeInvalidParams, "10001 blocks are asked for", "monolith_miners", 10001),
		ok("monolith_pool", `{"pending":"0x1","queued":"0x0","transactions":[{"hash":"`+s.waiting.Hash().Hex()+`","blockHash":null,"queued":false}]}`, 20),
		bad(codeInvalidParams, "0 transactions are asked for, it must be from 1 to 500", "monolith_pool", 0),
		bad(codeInvalidParams, "501 transactions are asked for", "monolith_pool", "0x1f5"),
		bad(codeServer, "there is no faucet: only development chains (--dev)", "monolith_faucet", stranger),
		ok("monolith_services", `[{"name":"chain","state":"starting","error":"starting","dependsOn":[]},{"name":"txpool","dependsOn":["chain"]},{"name":"miner","dependsOn":["chain"]}]`),
	}
}

// told is a registry that says what it was told to.
type told []registry.Info

func (t told) Infos() []registry.Info { return t }

// What is wrong with a service is told without what it says of the machine.
func TestServices(t *testing.T) {
	since := time.UnixMilli(1735689600123)
	services := (&servicesAPI{told{
		{Name: "db", State: registry.Serving, Since: since},
		{Name: "chain", State: registry.Failed, Status: errors.New("open /data/chain: broken"), DependsOn: []string{"db"}},
	}}).Services()
	switch db, chain := services[0], services[1]; {
	case len(services) != 2, db.Name != "db", db.State != "serving", db.Since != 1735689600123, db.Error != nil, db.DependsOn == nil:
		t.Errorf("%+v", services)
	case *chain.Error != "open …: broken", !slices.Equal(chain.DependsOn, []string{"db"}):
		t.Errorf("%+v", chain)
	}
}

func TestWithoutPlaces(t *testing.T) {
	for text, want := range map[string]string{
		"syncing: at block 12 of 345": "syncing: at block 12 of 345",
		"starting":                    "starting",
		"no free space (12 MB are free; blocks are written again at 99 MB)": "no free space (12 MB are free; blocks are written again at 99 MB)",
		"waiting for compaction for 1m30s":                                  "waiting for compaction for 1m30s",
		"open /var/lib/my node/data: no such file":                          "open …: no such file",
		`no key in "/home/me/my keys/a" (yet)`:                              `no key in "…" (yet)`,
		"write data/000012.ldb":                                             "write …",
		`open C:\Users\me: denied`:                                          "open …: denied",
		"listen tcp 192.168.1.7:8545: bind: in use":                         "listen tcp …: bind: in use",
		"no route to 10.0.0.1":                                              "no route to …",
		"dial [2001:db8::1]:30303: refused":                                 "dial …: refused",
		"from ::1 and fe80::1%eth0":                                         "from … and …",
		"dial /ip4/10.0.0.1/tcp/30303/p2p/16Ui: refused":                    "dial …: refused",
		"get http://me:secret@10.0.0.1:80/x: refused":                       "get …: refused",
	} {
		if got := withoutPlaces(text); got != want {
			t.Errorf("%q is told as %q, want %q", text, got, want)
		}
	}
}

// The explorer's namespace is there as long as the explorer is or it is named.
func TestExplorerNamespace(t *testing.T) {
	for name, test := range map[string]struct {
		explorer bool
		api      []string
		want     bool
	}{
		"explorer": {true, []string{"eth"}, true},
		"named":    {false, []string{"eth", "monolith"}, true},
		"both":     {true, []string{"monolith"}, true},
		"neither":  {false, []string{"eth"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t, func(cfg *Config) {
				cfg.Explorer, cfg.API = test.explorer, test.api
				cfg.IPCPath = filepath.Join(t.TempDir(), "ipc")
			})
			if _, err := n.ask("monolith_services"); (err == nil) != test.want {
				t.Errorf("over HTTP: %v", err)
			}
			_, err := ask(t, n.dial(n.rpc.cfg.IPCPath), "monolith_services")
			n.check(err)
		})
	}
}
