package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/catalyst"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/eth/tracers"
	_ "github.com/ethereum/go-ethereum/eth/tracers/js"     // tracers register themselves
	_ "github.com/ethereum/go-ethereum/eth/tracers/native" // the same
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/config"
)

// version is that of the go-ethereum module, as geth would tell it.
const version = "1.17.10-stable"

// open starts a node; the caller closes it.
func open(s settings) (stack *node.Node, err error) {
	genesis, err := stock(s.genesis)
	if err != nil {
		return nil, err
	}
	stack, err = node.New(nodeConfig(s))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, stack.Close())
		}
	}()
	if err := unlockAccounts(stack); err != nil {
		return stack, err
	}
	cfg := ethConfig(s, genesis)
	backend, err := eth.New(stack, &cfg)
	if err != nil {
		return stack, err
	}
	system := filters.NewFilterSystem(backend.APIBackend, filters.Config{
		LogCacheSize: cfg.FilterLogCacheSize, LogQueryLimit: cfg.LogQueryLimit, RangeLimit: cfg.RangeLimit,
	})
	stack.RegisterAPIs(tracers.APIs(backend.APIBackend))
	stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: filters.NewFilterAPI(system)}})
	if s.chainFile != "" {
		if err := importChain(backend.BlockChain(), s.chainFile); err != nil {
			return stack, fmt.Errorf("import %s: %w", s.chainFile, err)
		}
		label(backend.BlockChain(), s.genesis)
	}
	if s.beacon {
		beacon, err := catalyst.NewSimulatedBeacon(s.period, cfg.Miner.PendingFeeRecipient, backend)
		if err != nil {
			return stack, err
		}
		catalyst.RegisterSimulatedBeaconAPIs(stack, beacon)
		stack.RegisterLifecycle(beacon)
	}
	return stack, stack.Start()
}

// stock returns the genesis as geth reads it from the file.
func stock(genesis *config.Genesis) (*core.Genesis, error) {
	file, err := json.Marshal(genesis)
	if err != nil {
		return nil, err
	}
	read := new(core.Genesis)
	return read, json.Unmarshal(file, read)
}

// nodeConfig is geth's, as --dev and the flags for HTTP, WebSocket and IPC change it.
func nodeConfig(s settings) *node.Config {
	cfg := node.DefaultConfig
	cfg.Name, cfg.Version = "geth", version
	cfg.DataDir, cfg.IPCPath = s.dataDir, s.ipcPath
	cfg.HTTPHost, cfg.HTTPPort, cfg.HTTPModules = s.httpAddr, s.httpPort, s.api
	cfg.WSHost, cfg.WSPort, cfg.WSModules = s.httpAddr, s.httpPort, s.api
	cfg.AuthPort = 0
	cfg.UseLightweightKDF = true
	cfg.P2P = p2p.Config{NoDial: true, NoDiscovery: true}
	return &cfg
}

// ethConfig is geth's, as --dev changes it.
func ethConfig(s settings, genesis *core.Genesis) ethconfig.Config {
	cfg := ethconfig.Defaults
	cfg.Genesis = genesis
	cfg.SyncMode = ethconfig.FullSync
	cfg.EnablePreimageRecording = true
	cfg.Preimages = true // debug_accountRange tells addresses, as ours does
	cfg.TxPool.GlobalSlots = s.poolSlots
	cfg.Miner.PendingFeeRecipient = config.DevAccounts()[0]
	return cfg
}

// unlockAccounts gives the node the development accounts, ready to sign.
func unlockAccounts(stack *node.Node) error {
	keys := keystore.NewKeyStore(stack.KeyStoreDir(), keystore.LightScryptN, keystore.LightScryptP)
	stack.AccountManager().AddBackend(keys)
	for _, key := range config.DevKeys() {
		account, err := keys.ImportECDSA(key, "")
		if err != nil && !errors.Is(err, keystore.ErrAccountAlreadyExists) {
			return err
		}
		if err := keys.Unlock(accounts.Account{Address: account.Address}, ""); err != nil {
			return err
		}
	}
	return nil
}

// importChain inserts the blocks of a file, one at a time: a file is as long as a
// test or a measurement needs, and its blocks may be large.
func importChain(chain *core.BlockChain, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	for stream := rlp.NewStream(bufio.NewReader(file), 0); ; {
		block := new(types.Block)
		if err := stream.Decode(block); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if block.NumberU64() == 0 {
			continue
		}
		if _, err := chain.InsertChain(types.Blocks{block}); err != nil {
			return fmt.Errorf("block %d: %w", block.NumberU64(), err)
		}
	}
}

// label marks the safe and the final block, as a beacon chain would do, where our
// rules put them.
func label(chain *core.BlockChain, genesis *config.Genesis) {
	head := chain.CurrentBlock().Number.Uint64()
	at := func(depth uint64) *types.Header { return chain.GetHeaderByNumber(head - min(depth, head)) }
	chain.SetSafe(at(genesis.Pow.SafeDepth))
	chain.SetFinalized(at(genesis.Pow.FinalizedDepth))
}
