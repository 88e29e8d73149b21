package main

import (
	"cmp"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// soakVariable is the number of cycles of the soak tests; `make soak` sets it.
const soakVariable = "MONOLITH_SOAK"

// sample is how many answers of each kind are asked for again at each restart,
// so that a long soak does not spend its time on it; the last one asks for
// everything.
const (
	sample     = 1000
	everything = math.MaxInt
)

// loadInterval is the time between two transactions of one sender.
const loadInterval = 5 * time.Millisecond

func soakCycles(t *testing.T) int {
	t.Helper()
	cycles, err := strconv.Atoi(cmp.Or(os.Getenv(soakVariable), "0"))
	if err != nil || cycles == 0 {
		t.Skipf("takes minutes: set %s to a number of cycles, or run make soak", soakVariable)
	}
	return cycles
}

// TestSoakKill loads a node with transactions, kills it with SIGKILL at a random
// moment and starts it again, over and over; every third time it is killed once
// more while it starts. Whatever it answered has to be there again: each block,
// each receipt, and each transaction that it took. In the end the chain, exported
// and imported, is killed during the import too, and has to be the same for an
// unmodified go-ethereum.
func TestSoakKill(t *testing.T) {
	cycles := soakCycles(t)
	for name, flags := range map[string][]string{
		"proof of work": {"--chainid", "77002", "--interval", "2s"},
		"instant":       {"--chainid", "77003", "--instant"},
	} {
		t.Run(name, func(t *testing.T) { soakKill(t, cycles, flags) })
	}
}

func soakKill(t *testing.T, cycles int, flags []string) {
	dir, genesis := t.TempDir(), filepath.Join(t.TempDir(), "genesis.json")
	newGenesis := append([]string{"genesis", "new", "--fund.dev", "--out", genesis}, flags...)
	if code, _, stderr := call(t, newGenesis...); code != exitOK {
		t.Fatal(stderr)
	}
	run := func() *process {
		return startNode(t, "--datadir", dir, "--genesis", genesis, "--mine", "--miner.etherbase", config.DevAccounts()[9].Hex(),
			"--txpool.globalslots", "1000000", "--txpool.accountslots", "100000")
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	told := newAnswers()
	var ready []time.Duration
	for cycle := range cycles {
		begin := time.Now()
		p := run()
		client := p.client()
		ready = append(ready, time.Since(begin))
		told.verify(t, client, sample)

		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond+time.Duration(random.Int64N(int64(4*time.Second))))
		told.load(ctx, t, client)
		cancel()
		p.signal(syscall.SIGKILL)
		p.exit()
		if cycle%3 == 2 { // and once more while it starts
			p := run()
			select {
			case <-time.After(time.Duration(random.Int64N(int64(200 * time.Millisecond)))):
			case <-t.Context().Done():
			}
			p.signal(syscall.SIGKILL)
			p.exit()
		}
	}
	p := run()
	client := p.client()
	told.verify(t, client, everything)
	recovered := p.fields("Head recovered", "elapsed")
	p.mustStop()
	slices.Sort(ready)
	t.Logf("%d kills: %d blocks, %d receipts, %d transactions answered, all found in the end; process start to first answer: median %v, longest %v; last recovery %v",
		cycles, len(told.blocks), len(told.receipts), len(told.sent), ready[len(ready)/2], ready[len(ready)-1], recovered)
	soakImport(t, random, dir, genesis)
}

// soakImport exports the chain, imports it into a new directory while it is
// killed again and again, and into go-ethereum's own chain.
func soakImport(t *testing.T, random *rand.Rand, dir, genesis string) {
	file, fresh := filepath.Join(t.TempDir(), "chain.gz"), t.TempDir()
	base := []string{"--log.format", "json"}
	exported := start(t, "node", append(base, "export", "--datadir", dir, "--genesis", genesis, file)...)
	if code := exported.exit(); code != exitOK {
		t.Fatalf("export: exit code %d", code)
	}
	want := exported.await("Exported blocks")
	kills := 0
	for begin := time.Now(); ; {
		p := start(t, "node", append(base, "import", "--datadir", fresh, "--genesis", genesis, file)...)
		select {
		case <-p.ended:
			if p.cmd.ProcessState.ExitCode() != exitOK {
				t.Fatalf("import: exit code %d", p.cmd.ProcessState.ExitCode())
			}
			got := p.await("Imported blocks")
			if got.text("hash") != want.text("hash") {
				t.Fatalf("imported head %v, exported %v", got, want)
			}
			t.Logf("import killed %d times, done after %v", kills, time.Since(begin))
			stockImport(t, file, genesis, got.text("hash"))
			return
		case <-time.After(time.Duration(random.Int64N(int64(time.Second)))):
			if kills < 20 {
				p.signal(syscall.SIGKILL)
				kills++
			}
			p.exit()
		}
	}
}

// stockImport imports a chain file into go-ethereum's own chain with its own
// consensus engine.
func stockImport(t *testing.T, file, genesisFile, head string) {
	t.Helper()
	enc, err := os.ReadFile(genesisFile)
	if err != nil {
		t.Fatal(err)
	}
	genesis := new(core.Genesis)
	if err := json.Unmarshal(enc, genesis); err != nil {
		t.Fatal(err)
	}
	zipped, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer zipped.Close()
	blocks, err := gzip.NewReader(zipped)
	if err != nil {
		t.Fatal(err)
	}
	bc := chaintest.StockChain(t, genesis)
	chaintest.ImportStock(t, bc, blocks)
	if got := bc.CurrentBlock(); got.Hash().Hex() != head {
		t.Errorf("go-ethereum's head is %d (%s), ours %s", got.Number, got.Hash(), head)
	} else {
		t.Logf("go-ethereum has the same head: number %d, hash %s, state root %s", got.Number, got.Hash(), got.Root)
	}
}

// answers is what the node has told so far.
type answers struct {
	mu       sync.Mutex // guards the maps
	blocks   map[uint64]common.Hash
	receipts map[common.Hash]common.Hash // transaction to block
	sent     map[common.Hash]*types.Transaction
	nonces   map[common.Address]uint64
}

func newAnswers() *answers {
	return &answers{
		blocks: make(map[uint64]common.Hash), receipts: make(map[common.Hash]common.Hash),
		sent: make(map[common.Hash]*types.Transaction), nonces: make(map[common.Address]uint64),
	}
}

// senders of the load: accounts 0 to 3 of the well-known mnemonic.
func senders(t *testing.T) []*ecdsa.PrivateKey {
	t.Helper()
	var keys []*ecdsa.PrivateKey
	for _, text := range []string{devnetKey, otherDevKey,
		"5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
		"7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"} {
		key, err := crypto.HexToECDSA(text)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return keys
}

// load sends transactions and asks for blocks and receipts until ctx ends,
// noting what was answered.
func (a *answers) load(ctx context.Context, t *testing.T, client *ethclient.Client) {
	t.Helper()
	chainID, err := client.ChainID(ctx)
	if err != nil {
		return // killed at once
	}
	var workers sync.WaitGroup
	for _, key := range senders(t) {
		workers.Go(func() { a.send(ctx, client, chainID, key) })
	}
	workers.Go(func() { a.watch(ctx, client) })
	workers.Wait()
}

func (a *answers) send(ctx context.Context, client *ethclient.Client, chainID *big.Int, key *ecdsa.PrivateKey) {
	from := crypto.PubkeyToAddress(key.PublicKey)
	for tick := time.NewTicker(loadInterval); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		a.mu.Lock()
		nonce := a.nonces[from]
		a.mu.Unlock()
		tx := types.MustSignNewTx(key, types.LatestSignerForChainID(chainID), &types.DynamicFeeTx{
			ChainID: chainID, Nonce: nonce, To: &common.Address{1}, Value: big.NewInt(1), Gas: 21000,
			GasFeeCap: big.NewInt(100 * params.GWei), GasTipCap: big.NewInt(params.GWei),
		})
		if err := client.SendTransaction(ctx, tx); err != nil {
			// Sent, but the answer was lost, in an earlier cycle: go on with the next.
			if pending, pendErr := client.PendingNonceAt(ctx, from); pendErr == nil && pending > nonce {
				a.mu.Lock()
				a.nonces[from] = pending
				a.mu.Unlock()
			}
			continue
		}
		a.mu.Lock()
		a.nonces[from], a.sent[tx.Hash()] = nonce+1, tx
		a.mu.Unlock()
	}
}

// watch notes each new head and the receipts of its transactions.
func (a *answers) watch(ctx context.Context, client *ethclient.Client) {
	for ctx.Err() == nil {
		block, err := client.BlockByNumber(ctx, nil)
		if err != nil {
			continue
		}
		a.mu.Lock()
		a.blocks[block.NumberU64()] = block.Hash()
		a.mu.Unlock()
		for _, tx := range block.Transactions() {
			receipt, err := client.TransactionReceipt(ctx, tx.Hash())
			if err != nil {
				break
			}
			a.mu.Lock()
			a.receipts[tx.Hash()] = receipt.BlockHash
			a.mu.Unlock()
		}
	}
}

// verify asks again for what was answered: the newest blocks, and any receipts and
// transactions, up to most of each.
func (a *answers) verify(t *testing.T, client *ethclient.Client, most int) {
	t.Helper()
	numbers := slices.Sorted(maps.Keys(a.blocks))
	slices.Reverse(numbers)
	for _, number := range numbers[:min(most, len(numbers))] {
		header, err := client.HeaderByNumber(t.Context(), new(big.Int).SetUint64(number))
		if err != nil || header.Hash() != a.blocks[number] {
			t.Fatalf("block %d was %s and is %v: %v", number, a.blocks[number], header, err)
		}
	}
	checked := 0
	for hash, block := range a.receipts {
		if checked++; checked > most {
			break
		}
		receipt, err := client.TransactionReceipt(t.Context(), hash)
		if err != nil || receipt.BlockHash != block {
			t.Fatalf("receipt of %s in block %s is %v: %v", hash, block, receipt, err)
		}
	}
	checked = 0
	for hash := range a.sent {
		if checked++; checked > most {
			break
		}
		if _, _, err := client.TransactionByHash(t.Context(), hash); err != nil {
			t.Fatalf("transaction %s was taken and is gone: %v", hash, err)
		}
	}
}
