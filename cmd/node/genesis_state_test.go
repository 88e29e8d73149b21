package main

import (
	"path/filepath"
	"testing"

	"github.com/monolith-chain/monolith/config"
)

// A network begins with another one's state: the same state root, since all accounts,
// code and storage are the same, and a chain that goes on from there.
func TestGenesisFromState(t *testing.T) {
	dir, files := t.TempDir(), t.TempDir()
	file := filepath.Join(files, "genesis.json")
	p := startNode(t, "--dev", "--datadir", dir)
	client := p.client()
	mineBlocks(t, client, "0x10")
	receipt := send(t, client, devnetKey)
	head, err := client.HeaderByNumber(t.Context(), receipt.BlockNumber)
	if err != nil {
		t.Fatal(err)
	}
	p.mustStop()
	succeed(t, "genesis", "from-state", "--dev", "--datadir", dir, "--chainid", "77002", "--out", file)
	genesis, err := config.LoadGenesis(file)
	if err != nil {
		t.Fatal(err)
	}
	if genesis.Core.ToBlock().Root() != head.Root || genesis.Core.Config.ChainID.Uint64() != 77002 {
		t.Errorf("root %s, want %s", genesis.Core.ToBlock().Root(), head.Root)
	}

	forked := startNode(t, "--datadir", "", "--genesis", file, "--mine", "--miner.etherbase", config.DevAccounts()[1].Hex())
	client = forked.client()
	first, err := client.HeaderByNumber(t.Context(), head.Number.SetUint64(0))
	if err != nil || first.Root != head.Root {
		t.Errorf("genesis block %v, %v", first, err)
	}
	balance, err := client.BalanceAt(t.Context(), config.DevAccounts()[9], nil)
	if err != nil || balance.Cmp(config.Ether(10_001)) != 0 {
		t.Errorf("balance %v, %v", balance, err)
	}
	if receipt := send(t, client, devnetKey); receipt.BlockNumber.Uint64() != 1 {
		t.Errorf("mined in block %v", receipt.BlockNumber)
	}
	forked.mustStop()

	refuse(t, "--chainid: missing", "genesis", "from-state", "--dev", "--datadir", dir)
	refuse(t, "there is no block 9999", "genesis", "from-state", "--dev", "--datadir", dir, "--chainid", "1", "--block", "9999")

	// Without what was hashed it says what to do.
	bare := t.TempDir()
	p = startNode(t, "--dev", "--datadir", bare, "--state.preimages=false")
	send(t, p.client(), devnetKey)
	p.mustStop()
	refuse(t, "import it into a new data directory with --state.preimages", "genesis", "from-state", "--dev", "--datadir", bare, "--chainid", "77002", "--state.preimages=false")
}
