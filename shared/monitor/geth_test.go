package monitor_test

import (
	"strings"
	"testing"
	"time"

	gethmetrics "github.com/ethereum/go-ethereum/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/monolith-chain/monolith/shared/monitor"
)

// Each kind of go-ethereum's metrics is shown, and a scrape takes nothing away from
// the next one.
func TestGethCollector(t *testing.T) {
	gethmetrics.Enable() // for this process; no other test looks
	registry := gethmetrics.NewRegistry()
	gethmetrics.NewRegisteredCounter("p2p/dials-open", registry).Dec(2)
	gethmetrics.NewRegisteredGauge("chain/head/block", registry).Update(7)
	gethmetrics.NewRegisteredGaugeFloat64("system/load", registry).Update(0.5)
	gethmetrics.NewRegisteredGaugeInfo("chain/info", registry).Update(gethmetrics.GaugeInfoValue{"chain-id": "4004"})
	gethmetrics.NewRegisteredMeter("chain/reorg/drop", registry).Mark(3)
	gethmetrics.NewRegisteredMeter("chain/reorg-drop", registry).Mark(3) // the same name to Prometheus
	gethmetrics.NewRegisteredHistogram("trie/size", registry, gethmetrics.NewUniformSample(10)).Update(5)
	gethmetrics.NewRegisteredTimer("freezer/write", registry).Update(9 * time.Nanosecond)
	gethmetrics.NewRegisteredTimer("rpc/duration/all", registry).Update(time.Second) // left out
	timer := gethmetrics.NewRegisteredResettingTimer("chain/execution", registry)
	timer.Update(10)
	timer.Update(30)

	metrics := prometheus.NewPedanticRegistry()
	metrics.MustRegister(monitor.NewGethCollector(registry))
	const others = `
# HELP monolith_geth_chain_head_block go-ethereum's chain/head/block.
# TYPE monolith_geth_chain_head_block gauge
monolith_geth_chain_head_block 7
# HELP monolith_geth_chain_info go-ethereum's chain/info.
# TYPE monolith_geth_chain_info gauge
monolith_geth_chain_info{chain_id="4004"} 1
# HELP monolith_geth_freezer_write go-ethereum's freezer/write.
# TYPE monolith_geth_freezer_write gauge
monolith_geth_freezer_write{quantile="0.5"} 9
monolith_geth_freezer_write{quantile="0.95"} 9
monolith_geth_freezer_write{quantile="0.99"} 9
# HELP monolith_geth_freezer_write_count go-ethereum's freezer/write.
# TYPE monolith_geth_freezer_write_count counter
monolith_geth_freezer_write_count 1
# HELP monolith_geth_p2p_dials_open go-ethereum's p2p/dials-open.
# TYPE monolith_geth_p2p_dials_open gauge
monolith_geth_p2p_dials_open -2
# HELP monolith_geth_system_load go-ethereum's system/load.
# TYPE monolith_geth_system_load gauge
monolith_geth_system_load 0.5
# HELP monolith_geth_trie_size go-ethereum's trie/size.
# TYPE monolith_geth_trie_size gauge
monolith_geth_trie_size{quantile="0.5"} 5
monolith_geth_trie_size{quantile="0.95"} 5
monolith_geth_trie_size{quantile="0.99"} 5
# HELP monolith_geth_trie_size_count go-ethereum's trie/size.
# TYPE monolith_geth_trie_size_count counter
monolith_geth_trie_size_count 1
`
	const timerHead = `
# HELP monolith_geth_chain_execution go-ethereum's chain/execution.
# TYPE monolith_geth_chain_execution summary
`
	for _, latest := range []string{
		"monolith_geth_chain_execution{quantile=\"0.5\"} 20\nmonolith_geth_chain_execution{quantile=\"0.95\"} 30\nmonolith_geth_chain_execution{quantile=\"0.99\"} 30\n",
		"", // nothing since
	} {
		total := latest + "monolith_geth_chain_execution_sum 40\nmonolith_geth_chain_execution_count 2\n"
		if err := testutil.GatherAndCompare(metrics, strings.NewReader(timerHead+total+others),
			"monolith_geth_chain_execution", "monolith_geth_chain_head_block", "monolith_geth_chain_info",
			"monolith_geth_freezer_write", "monolith_geth_freezer_write_count", "monolith_geth_p2p_dials_open",
			"monolith_geth_system_load", "monolith_geth_trie_size", "monolith_geth_trie_size_count", "monolith_geth_rpc_duration_all"); err != nil {
			t.Error(err)
		}
	}
	// Which of the two with one name it is, is go-ethereum's choice.
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "monolith_geth_") {
			t.Errorf("%s is without the prefix", family.GetName())
		}
		if family.GetName() == "monolith_geth_chain_reorg_drop_total" && family.GetMetric()[0].GetCounter().GetValue() != 3 {
			t.Errorf("the meter is %v", family.GetMetric()[0])
		}
	}
}
