package rpc

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monolith-chain/monolith/shared/pow"
)

// conformanceFolder names the folder with the recorded cases of the public
// execution-apis specification. Without it the test is skipped.
const conformanceFolder = "MONOLITH_EXECUTION_APIS"

// TestConformance replays the recorded cases on the chain that they were recorded on.
func TestConformance(t *testing.T) {
	folder := os.Getenv(conformanceFolder)
	if folder == "" {
		t.Skipf("%s is not set", conformanceFolder)
	}
	n := newForeignNode(t, filepath.Join(folder, "tests"))
	served := make(map[string]bool)
	h := n.handlers()
	for _, method := range h.methods(h.all()) {
		served[method] = true
	}
	files, err := filepath.Glob(filepath.Join(folder, "tests", "*", "*.io"))
	n.check(err)
	for _, file := range files {
		method := filepath.Base(filepath.Dir(file))
		if !served[method] {
			t.Errorf("%s is not served", method)
			continue
		}
		t.Run(method+"/"+strings.TrimSuffix(filepath.Base(file), ".io"), func(t *testing.T) {
			c := readCase(t, file)
			for i, request := range c.requests {
				_, answer := n.post(request)
				if fault := differs(answer, c.answers[i], c.shapeOnly()); fault != "" {
					t.Error(fault)
				}
			}
		})
	}
}

// newForeignNode serves a chain made by others, with go-ethereum's own consensus.
// There is no miner, and suggestions are exactly geth's.
func newForeignNode(t *testing.T, folder string) *node {
	p := pow.DefaultParams()
	p.Engine, p.SafeDepth, p.FinalizedDepth = pow.EngineStock, 0, 0
	n := &node{t: t, params: &p}
	data, err := os.ReadFile(filepath.Join(folder, "genesis.json"))
	n.check(err)
	n.check(json.Unmarshal(data, &n.genesis))
	n.openChain(t.TempDir())
	blocks, err := os.Open(filepath.Join(folder, "chain.rlp"))
	n.check(err)
	defer blocks.Close()
	n.check(n.chain.Import(t.Context(), blocks, nil))
	n.openPool()
	n.openIndex()
	n.rpc = n.serve(func(cfg *Config) {
		cfg.Miner = nil
		cfg.GasPrice.MinTip = new(big.Int)
		cfg.History.Logs = 2_350_000 // geth's default, of which a recorded answer tells
	})
	n.client = n.dial("http://" + n.rpc.Addr().String())
	return n
}
