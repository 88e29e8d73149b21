package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// bootnode returns where a process listens for peers, without its peer id: what
// the others are told.
func (p *process) bootnode() string {
	p.t.Helper()
	listen := p.await("Network ready").text("listen")
	port := tcpPort.FindStringSubmatch(listen)
	if port == nil {
		p.t.Fatalf("no TCP port in %s", listen)
	}
	return "127.0.0.1:" + port[1]
}

var tcpPort = regexp.MustCompile(`/tcp/(\d+)`)

func awaitPeers(t *testing.T, client *ethclient.Client, count uint64) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d peers", count), func(ctx context.Context) (bool, error) {
		peers, err := client.PeerCount(ctx)
		return peers == count, err
	})
}

func headOf(t *testing.T, client *ethclient.Client) (uint64, common.Hash) {
	t.Helper()
	head, err := client.HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return head.Number.Uint64(), head.Hash()
}

// Three processes find each other through one bootnode, of which they know the
// address alone, and a transaction given to the one that does not mine is mined by
// another.
func TestThreeNodes(t *testing.T) {
	boot := startNode(t, "--datadir", t.TempDir(), "--mine=false")
	target := boot.bootnode()
	nodes := []*process{
		boot,
		startNode(t, "--datadir", t.TempDir(), "--bootnodes", target),
		startNode(t, "--datadir", t.TempDir(), "--bootnodes", target, "--miner.etherbase", config.DevAccounts()[1].Hex()),
	}
	var clients []*ethclient.Client
	for _, p := range nodes {
		clients = append(clients, p.client())
	}
	for _, client := range clients {
		awaitPeers(t, client, 2)
	}
	receipt := send(t, clients[0], devnetKey)
	for i, client := range clients {
		eventually(t, fmt.Sprintf("the block with the transaction on node %d", i), func(ctx context.Context) (bool, error) {
			block, err := client.HeaderByNumber(ctx, receipt.BlockNumber)
			return err == nil && block.Hash() == receipt.BlockHash, err
		})
	}
	for _, p := range nodes {
		p.mustStop()
	}
}

// After a restart a node finds its peers again though no bootnode is left.
func TestPeersAreRemembered(t *testing.T) {
	boot := startNode(t, "--datadir", t.TempDir(), "--mine=false")
	dirs := []string{t.TempDir(), t.TempDir()}
	run := func(i int, args ...string) *process {
		return startNode(t, append([]string{"--datadir", dirs[i], "--mine=false"}, args...)...)
	}
	a := run(0, "--bootnodes", boot.bootnode())
	b := run(1, "--bootnodes", boot.bootnode())
	awaitPeers(t, a.client(), 2)
	awaitPeers(t, b.client(), 2)
	b.mustStop()
	boot.mustStop()
	b = run(1)
	awaitPeers(t, b.client(), 1)
}

// Nodes of different networks part, and both logs say why.
func TestOtherNetworkIsRefused(t *testing.T) {
	a := startNode(t, "--datadir", t.TempDir(), "--mine=false")
	genesis := filepath.Join(t.TempDir(), "genesis.json")
	if code, _, stderr := call(t, "genesis", "new", "--chainid", "4004", "--out", genesis); code != exitOK {
		t.Fatal(stderr)
	}
	b := startNode(t, "--datadir", t.TempDir(), "--genesis", genesis, "--bootnodes", a.bootnode())
	for _, p := range []*process{a, b} {
		eventually(t, "the reason in the log", func(context.Context) (bool, error) {
			reasons := append(p.fields("Peer is not on our network", "err"), p.fields("Peer does not take us for one of its network", "err")...)
			return len(reasons) > 0 && strings.Contains(reasons[0], "genesis"), nil
		})
	}
	if peers, err := a.client().PeerCount(t.Context()); err != nil || peers != 0 {
		t.Errorf("%d peers, %v", peers, err)
	}
}

// killedSyncs is how often a node is killed while it syncs.
const killedSyncs = 8

// A node that is killed in the middle of its sync, again and again, goes on where
// it was, and has the whole chain in the end.
func TestKilledWhileSyncing(t *testing.T) {
	genesis, file, blocks := chainFile(t, 2500)
	dir := t.TempDir()
	server := filepath.Join(dir, "server")
	if code, _, stderr := call(t, "import", "--datadir", server, "--genesis", genesis, file); code != exitOK {
		t.Fatal(stderr)
	}
	serving := startNode(t, "--datadir", server, "--genesis", genesis, "--mine=false")
	want, hash := headOf(t, serving.client())
	if want != blocks {
		t.Fatalf("the serving node is at block %d, want %d", want, blocks)
	}
	run := func() *process {
		return startNode(t, "--datadir", filepath.Join(dir, "syncing"), "--genesis", genesis, "--mine=false",
			"--bootnodes", serving.bootnode())
	}
	for range killedSyncs {
		syncing := run()
		client := syncing.client()
		before, _ := headOf(t, client)
		if before == want {
			break // this machine is quick
		}
		eventually(t, "progress", func(ctx context.Context) (bool, error) {
			now, err := client.BlockNumber(ctx)
			return now > before, err
		})
		wait(t, time.Duration(rand.IntN(200))*time.Millisecond)
		syncing.signal(syscall.SIGKILL)
		syncing.exit()
	}
	syncing := run()
	client := syncing.client()
	eventually(t, "the whole chain", func(ctx context.Context) (bool, error) {
		head, err := client.HeaderByNumber(ctx, nil)
		return err == nil && head.Hash() == hash, err
	})
	syncing.mustStop()
}

// wait lets a moment of the process's life be hit at random.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// chainFile makes a chain with a few transfers and returns its genesis file, its
// chain file and the number of its last block.
func chainFile(t *testing.T, length int) (genesisPath, chainPath string, head uint64) {
	t.Helper()
	rules := chaintest.Params()
	genesis := chaintest.Genesis(rules)
	builder := chaintest.New(t, genesis, rules)
	nonce := uint64(0)
	blocks := builder.Chain(builder.Genesis(), length, func(i int) chaintest.Spec {
		var spec chaintest.Spec
		if i%50 == 0 {
			spec.Txs = append(spec.Txs, builder.Transfer(0, nonce, chaintest.Address(20)))
			nonce++
		}
		return spec
	})
	dir := t.TempDir()
	genesisPath, chainPath = filepath.Join(dir, "genesis.json"), filepath.Join(dir, "chain.rlp")
	text, err := (&config.Genesis{Core: genesis, Pow: rules}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(genesisPath, text, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(chainPath)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	for _, block := range blocks {
		if err := block.EncodeRLP(file); err != nil {
			t.Fatal(err)
		}
	}
	return genesisPath, chainPath, uint64(length)
}
