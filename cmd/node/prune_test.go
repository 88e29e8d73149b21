package main

import (
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/monolith-chain/monolith/db"
)

func TestDatabasePrune(t *testing.T) {
	const blocks, keep = 140, "5"
	dir := t.TempDir()
	p := startNode(t, "--dev", "--datadir", dir, "--state.buffer", "0")
	client := p.client()
	send(t, client, otherDevKey)
	if err := client.Client().Call(nil, "anvil_mine", blocks-1); err != nil {
		t.Fatal(err)
	}
	p.mustStop()

	code, _, stderr := onDatabase(t, dir, "prune")
	if code != exitFailure || !strings.Contains(stderr, "set --gcmode full, or --history.state BLOCKS") {
		t.Errorf("of an archive: exit code %d, %s", code, stderr)
	}
	if _, stderr = mustOnDatabase(t, dir, "prune --index.addresses=false"); !strings.Contains(stderr, `what="address index"`) {
		t.Errorf("with an index that is off: %s", stderr)
	}
	stdout, _ := mustOnDatabase(t, dir, "stats")
	if strings.Contains(stdout, "address index") {
		t.Errorf("there still is an address index:\n%s", stdout)
	}
	before, _, err := db.Usage(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, stderr = mustOnDatabase(t, dir, "prune --history.state", keep)
	for _, want := range []string{`what="state histories"`, `what="numbers of states"`, "Database pruned"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%s is not told: %s", want, stderr)
		}
	}
	if after, _, err := db.Usage(dir); err != nil || after >= before {
		t.Errorf("%d bytes before, %d after, %v", before, after, err)
	}
	if _, stderr = mustOnDatabase(t, dir, "prune --history.state", keep); !strings.Contains(stderr, "Nothing to remove") {
		t.Errorf("once more: %s", stderr)
	}
	if _, stderr = mustOnDatabase(t, dir, "verify"); !strings.Contains(stderr, "State is as it must be") {
		t.Errorf("db verify: %s", stderr)
	}

	mustOnDatabase(t, dir, "rollback 8")        // through the histories that are left
	p = startNode(t, "--dev", "--datadir", dir) // an archive again
	client = p.client()
	if receipt := send(t, client, otherDevKey); receipt.BlockNumber.Uint64() != 9 {
		t.Errorf("the next block is %d", receipt.BlockNumber)
	}
	_, err = client.BalanceAt(t.Context(), common.Address{1}, big.NewInt(2))
	if err == nil || !strings.Contains(err.Error(), "the oldest state that is kept is that of block 7 ") {
		t.Errorf("a state that was pruned: %v", err)
	}
	var kept struct {
		State struct {
			OldestBlock string `json:"oldestBlock"`
		} `json:"state"`
	}
	if err := client.Client().Call(&kept, "eth_capabilities"); err != nil || kept.State.OldestBlock != "0x7" {
		t.Errorf("eth_capabilities: %+v, %v", kept, err)
	}
	p.mustStop()
}
