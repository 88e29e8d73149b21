package rpc

import (
	"bufio"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/monolith-chain/monolith/shared/pow"
)

// conformanceFolder names the folder with the recorded cases of the public
// execution-apis specification. Without it the test is skipped.
const conformanceFolder = "MONOLITH_EXECUTION_APIS"

// TestConformance replays the recorded cases of all methods that are served, on the
// chain that they were recorded on.
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
	skipped := make(map[string]int)
	for _, file := range files {
		method := filepath.Base(filepath.Dir(file))
		if !served[method] {
			skipped[method]++
			continue
		}
		t.Run(method+"/"+strings.TrimSuffix(filepath.Base(file), ".io"), func(t *testing.T) { n.replay(t, file) })
	}
	t.Logf("methods not served, with their cases: %v", skipped)
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
	n.rpc = n.serve(func(cfg *Config) {
		cfg.Miner = nil
		cfg.GasPrice.MinTip = new(big.Int)
		cfg.History.Logs = 2_350_000 // geth's default, of which a recorded answer tells
	})
	n.client = n.dial("http://" + n.rpc.Addr().String())
	return n
}

// replay sends the requests of a case and compares the answers.
func (n *node) replay(t *testing.T, file string) {
	f, err := os.Open(file)
	n.check(err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	shapeOnly, answer := false, ""
	for lines.Scan() {
		kind, text, _ := strings.Cut(lines.Text(), " ")
		switch kind {
		case "//":
			shapeOnly = shapeOnly || strings.HasPrefix(text, "speconly")
		case ">>":
			_, answer = n.post(text)
		case "<<":
			var have, want map[string]any
			n.check(json.Unmarshal([]byte(answer), &have))
			n.check(json.Unmarshal([]byte(text), &want))
			if shapeOnly {
				have, want = shape(have).(map[string]any), shape(want).(map[string]any)
			}
			if !reflect.DeepEqual(have, want) {
				t.Errorf("%s\nanswer\n%.3000s\nwant\n%.3000s", lacks("answer", have, want), answer, text)
			}
		}
	}
	n.check(lines.Err())
}

// shape replaces values by their kinds, keeping the names of members; what is keyed by
// addresses or numbers is a map, of which nothing is left.
func shape(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any)
		for key, member := range value {
			if common.IsHexAddress(key) || strings.Trim(key, "0123456789") == "" {
				return "map"
			}
			out[key] = shape(member)
		}
		return out
	case []any:
		return "array"
	default:
		return reflect.TypeOf(value)
	}
}
