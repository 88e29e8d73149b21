package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// startMiner runs an external miner, with its log in JSON.
func startMiner(t *testing.T, args ...string) *process {
	t.Helper()
	return start(t, "node", append([]string{"miner", "--log.format", "json"}, args...)...)
}

// A node that does not search itself, and two processes that mine for it: every block
// is one of theirs. One comes by the authenticated port, and stays when the node goes.
func TestExternalMiners(t *testing.T) {
	dir := t.TempDir()
	file, secret := filepath.Join(dir, "genesis.json"), filepath.Join(dir, "jwtsecret")
	if code, _, stderr := call(t, "genesis", "new", "--chainid", "77001", "--difficulty", "2000", "--interval", "2s", "--fund.dev", "--out", file); code != exitOK {
		t.Fatal(stderr)
	}
	node := startNode(t, "--datadir", "", "--genesis", file, "--p2p=false", "--mine", "--miner.threads", "0",
		"--miner.etherbase", "0xfee0000000000000000000000000000000000fee", "--authrpc.port", "0", "--authrpc.jwtsecret", secret)
	client, locked := node.client(), node.await("Authenticated JSON-RPC ready").text("url")
	one := startMiner(t, "--rpc", node.await("JSON-RPC ready").text("url"), "--threads", "2", "--cpu", "0.5")
	two := startMiner(t, "--rpc", "ws"+strings.TrimPrefix(locked, "http"), "--jwtsecret", secret)
	one.await("Block found")
	two.await("Block found")
	receipt := send(t, client, devnetKey)
	eventually(t, "the line about the transaction's block", func(context.Context) (bool, error) {
		found := append(one.fields("Block found", "hash"), two.fields("Block found", "hash")...)
		return slices.Contains(found, receipt.BlockHash.Hex()), nil
	})
	one.mustStop()
	if block, err := client.BlockByHash(t.Context(), receipt.BlockHash); err != nil || block.Withdrawals()[0].Address != block.Coinbase() {
		t.Errorf("block %v, %v", block, err)
	}
	node.mustStop()
	two.await("No work from the node")
	two.mustStop()
	if len(two.fields("Mining ended", "blocks")) != 1 {
		t.Error("no last line")
	}
}

// What is wrong with the command line is told at once.
func TestExternalMinerRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"miner --threads 0":               "--threads must be from 1 to 1024, have 0",
		"miner --cpu 0":                   "--cpu must be above 0 and at most 1, have 0",
		"miner --rpc localhost:8545":      "--rpc is the URL of a node",
		"miner --jwtsecret /no/such/file": "secret of the authenticated port: open /no/such/file",
		"miner now":                       `unexpected argument "now"`,
	} {
		if code, _, stderr := call(t, strings.Fields(args)...); code != exitFailure || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
}
