package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/monolith-chain/monolith/config"
)

// netnsVariable switches on the tests with networks of their own, which need root
// and iproute2, and says how many blocks the halves mine apart: `make netns`.
const netnsVariable = "MONOLITH_NETNS"

// lan is two switches in network namespaces of their own, joined by a cable that
// can be pulled. Nothing of the machine's own network is touched.
type lan struct {
	t      *testing.T
	prefix string
	hosts  int
}

func newLAN(t *testing.T) *lan {
	t.Helper()
	l := &lan{t: t, prefix: fmt.Sprintf("monolith-%d-", os.Getpid())}
	for _, side := range []string{"left", "right"} {
		l.addNamespace(side)
		l.ip("-n", l.prefix+side, "link", "add", "switch", "type", "bridge")
		l.ip("-n", l.prefix+side, "link", "set", "switch", "up")
	}
	l.plug("left", "cable", "right", "cable")
	l.ip("-n", l.prefix+"right", "link", "set", "cable", "master", "switch", "up")
	return l
}

func (l *lan) ip(args ...string) {
	l.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		l.t.Fatalf("ip %v: %v\n%s", args, err, out)
	}
}

func (l *lan) addNamespace(name string) {
	l.t.Helper()
	l.ip("netns", "add", l.prefix+name)
	l.t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", l.prefix+name).Run() })
}

// plug lays a cable from a switch to another namespace.
func (l *lan) plug(side, port, other, device string) {
	l.t.Helper()
	l.ip("link", "add", port, "netns", l.prefix+side, "type", "veth", "peer", "name", device, "netns", l.prefix+other)
	l.ip("-n", l.prefix+side, "link", "set", port, "master", "switch", "up")
}

// cut pulls the cable between the switches; mend plugs it in again.
func (l *lan) cut()  { l.t.Helper(); l.ip("-n", l.prefix+"left", "link", "set", "cable", "down") }
func (l *lan) mend() { l.t.Helper(); l.ip("-n", l.prefix+"left", "link", "set", "cable", "up") }

// host is a machine on a side of the network.
type host struct {
	name, addr string
}

func (l *lan) addHost(side string) host {
	l.t.Helper()
	l.hosts++
	h := host{name: l.prefix + strconv.Itoa(l.hosts), addr: fmt.Sprintf("10.77.0.%d", l.hosts)}
	l.addNamespace(strconv.Itoa(l.hosts))
	l.plug(side, "host"+strconv.Itoa(l.hosts), strconv.Itoa(l.hosts), "eth0")
	l.ip("-n", h.name, "addr", "add", h.addr+"/24", "dev", "eth0")
	l.ip("-n", h.name, "link", "set", "eth0", "up")
	l.ip("-n", h.name, "link", "set", "lo", "up")
	return h
}

// startNode runs a node on a host of the network and connects to it over IPC,
// which needs no network.
func (l *lan) startNode(h host, args ...string) (*process, *ethclient.Client) {
	l.t.Helper()
	dir, err := os.MkdirTemp("", "node") // a socket's path must be short
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := startIn(l.t, h.name, "node", append([]string{
		"--datadir", dir, "--log.format", "json", "--miner.cpu", "0.1", "--nat=false",
	}, args...)...)
	p.await("Network ready")
	client, err := ethclient.Dial(filepath.Join(dir, "monolith.ipc"))
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(client.Close)
	return p, client
}

// Four machines on two switches: the cable between the switches is pulled, both
// halves mine on, the cable is plugged in again, and the half with more work wins
// everywhere. Nobody is told anything: connections time out and are made again.
func TestCableIsPulled(t *testing.T) {
	apart, err := strconv.ParseUint(os.Getenv(netnsVariable), 10, 32)
	if err != nil || apart == 0 {
		t.Skipf("needs root and iproute2; %s=blocks or make netns runs it", netnsVariable)
	}
	genesis := filepath.Join(t.TempDir(), "genesis.json")
	if code, _, stderr := call(t, "genesis", "new", "--chainid", "77002", "--interval", "2s", "--fund",
		config.DevAccounts()[0].Hex()+"=1000000", "--out", genesis); code != exitOK {
		t.Fatal(stderr)
	}
	net := newLAN(t)
	boot := net.addHost("left")
	all := []string{"--genesis", genesis, "--bootnodes", boot.addr}
	var nodes []*process
	var clients []*ethclient.Client
	add := func(h host, args ...string) {
		p, client := net.startNode(h, append(args, all...)...)
		nodes, clients = append(nodes, p), append(clients, client)
	}
	mine := func(i int) []string { return []string{"--mine", "--miner.etherbase", config.DevAccounts()[i].Hex()} }
	add(boot, "--mine=false")
	add(net.addHost("left"), mine(1)...)
	add(net.addHost("right"), mine(2)...)
	add(net.addHost("right"), "--mine=false")
	for _, client := range clients {
		awaitPeers(t, client, 3)
	}
	awaitHeight(t, clients[0], 5)

	net.cut()
	t.Log("the cable is pulled")
	for _, client := range clients {
		awaitPeers(t, client, 1)
	}
	fork, _ := headOf(t, clients[0])
	awaitHeight(t, clients[1], fork+apart)
	awaitHeight(t, clients[2], fork+apart)
	_, left := headOf(t, clients[0])
	_, right := headOf(t, clients[3])
	if left == right {
		t.Fatal("the halves have the same head while they are apart")
	}

	net.mend()
	t.Log("the cable is plugged in")
	for _, client := range clients {
		awaitPeers(t, client, 3)
	}
	eventually(t, "the same head everywhere", func(ctx context.Context) (bool, error) {
		return sameHead(ctx, clients)
	})
	reorgs := 0
	for _, p := range nodes {
		reorgs += len(p.fields("Switched to the branch with more work", "number"))
	}
	if reorgs == 0 {
		t.Error("no node has switched to the other half's branch")
	}
	for _, p := range nodes {
		p.mustStop()
	}
}

// awaitHeight waits for a block that real proofs of work must bring, which takes
// as long as it takes: the test's own time limit bounds it.
func awaitHeight(t *testing.T, client *ethclient.Client, number uint64) {
	t.Helper()
	for {
		head, err := client.BlockNumber(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if head >= number {
			return
		}
		eventually(t, "another block", func(ctx context.Context) (bool, error) {
			next, err := client.BlockNumber(ctx)
			return next > head, err
		})
	}
}

func sameHead(ctx context.Context, clients []*ethclient.Client) (bool, error) {
	var first common.Hash
	for i, client := range clients {
		head, err := client.HeaderByNumber(ctx, nil)
		if err != nil {
			return false, err
		}
		if i == 0 {
			first = head.Hash()
		} else if head.Hash() != first {
			return false, nil
		}
	}
	return true, nil
}
