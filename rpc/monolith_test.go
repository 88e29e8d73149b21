package rpc

import (
	"errors"
	"fmt"
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
	return []exchange{
		ok("monolith_trace", effects, s.tx.Hash()),
		bad(codeServer, "transaction not found", "monolith_trace", s.waiting.Hash()),
		bad(codeServer, "transaction not found", "monolith_trace", unknownHash),
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
