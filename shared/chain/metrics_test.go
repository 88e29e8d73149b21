package chain_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/prometheus/client_golang/prometheus"
)

// sample returns a metric's value, or that of a histogram's sum, for a value of its
// first label if it has labels.
func sample(t *testing.T, metrics prometheus.Gatherer, name, label string) float64 {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() != name || label != "" && metric.GetLabel()[0].GetValue() != label {
				continue
			}
			// Two of them are nil, and count as 0.
			return metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + metric.GetHistogram().GetSampleSum()
		}
	}
	t.Fatalf("no metric %s %s", name, label)
	return 0
}

// TestMetrics extends the head, switches to another branch, and looks at what an
// operator sees.
func TestMetrics(t *testing.T) {
	n := newNetwork(t)
	metrics := prometheus.NewRegistry()
	cfg := n.config(openDB(t, t.TempDir()))
	cfg.Registerer = metrics
	s := start(t, cfg)
	old := n.Chain(n.Genesis(), 10, n.transfers(0))
	fresh := n.Chain(old[3], 7, minedBy(2))
	insert(t, s, old)

	var gas float64
	for _, block := range old {
		gas += float64(block.GasUsed())
	}
	span := float64(old[9].Time() - old[0].Time())
	if got := sample(t, metrics, "monolith_chain_block_interval_seconds", ""); got != span {
		t.Errorf("intervals of %v seconds, want %v", got, span)
	}
	insert(t, s, fresh)
	for _, block := range fresh {
		gas += float64(block.GasUsed())
	}
	work, _ := s.TotalWork(fresh[6].Hash(), 11).Float64()
	for _, want := range []struct {
		name  string
		value float64
	}{
		{"head_number", 11},
		{"head_timestamp_seconds", float64(fresh[6].Time())},
		{"head_gas_limit", float64(fresh[6].GasLimit())},
		{"head_base_fee_wei", float64(fresh[6].BaseFee().Uint64())},
		{"work_hashes", work},
		{"target_interval_seconds", float64(n.Params.TargetInterval)},
		{"held_blocks", 0},
		{"blocks_inserted_total", 17},
		{"import_blocks_total", 17},
		{"import_gas_total", gas},
		{"gas_inserted_total", gas},
		{"side_blocks_total", 7},
		{"reorgs_total", 1},
		{"reorg_depth_blocks", 6},
	} {
		if got := sample(t, metrics, "monolith_chain_"+want.name, ""); got != want.value {
			t.Errorf("%s is %v, want %v", want.name, got, want.value)
		}
	}
	for _, phase := range []string{"verification", "execution", "validation", "commit"} {
		if sample(t, metrics, "monolith_chain_import_seconds_total", phase) <= 0 {
			t.Errorf("no time was spent on %s", phase)
		}
	}
}

// Two nodes tell the same branch while their heads differ by a few blocks, and
// another one while there are two.
func TestBranchFingerprint(t *testing.T) {
	n := newNetwork(t)
	common := n.Chain(n.Genesis(), 20, nil)
	left := append(common[:20:20], n.Chain(common[19], 28, nil)...)
	right := append(common[:20:20], n.Chain(common[19], 28, minedBy(2))...)
	fingerprint := func(blocks types.Blocks) float64 {
		metrics := prometheus.NewRegistry()
		cfg := n.config(openDB(t, t.TempDir()))
		cfg.Registerer = metrics
		insert(t, start(t, cfg), blocks)
		return sample(t, metrics, "monolith_chain_branch_fingerprint", "")
	}
	if short := fingerprint(common); short != 0 {
		t.Errorf("%v of a chain with nothing below its last 16 blocks", short)
	}
	// Block 16 is told until 48 is there to tell 32, where the branches differ.
	one := fingerprint(left[:32])
	if other := fingerprint(right[:40]); one == 0 || one != other {
		t.Errorf("%v and %v below the fork", one, other)
	}
	if one, other := fingerprint(left), fingerprint(right); one == other {
		t.Errorf("%v of both branches", one)
	}
}
