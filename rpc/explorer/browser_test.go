package explorer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// browserTest is a test of the page in a browser.
type browserTest struct {
	name   string
	screen screen
	flags  []string // of its node
	run    func(*page)
}

// browserTests are all of them: a test gets an empty tab, and a node for itself.
func browserTests() []browserTest {
	dev := []string{"--dev"}
	return []browserTest{
		{"load", desktop(), dev, testLoad},
		{"load on a phone", phone(), dev, testLoad},
		{"empty chain", desktop(), []string{"--dev", "--mine=false"}, testEmpty},
		{"live update", desktop(), dev, testLive},
		{"reorganisation", desktop(), dev, testReorg},
		{"deep link", desktop(), dev, testDeepLink},
		{"deep link on a phone", phone(), dev, testDeepLink},
		{"transaction", desktop(), dev, testTransaction},
		{"transaction on a phone", phone(), dev, testTransaction},
		{"tabs of a transaction", desktop(), dev, testTabs},
		{"tabs of a transaction on a phone", phone(), dev, testTabs},
		{"blocks", desktop(), dev, testBlocks},
		{"block to come", desktop(), dev, testBlock},
		{"block to come on a phone", phone(), dev, testBlock},
		{"pending", desktop(), dev, testPending},
		{"miners", desktop(), dev, testMiners},
		{"miners on a phone", phone(), dev, testMiners},
		{"search", desktop(), dev, testSearch},
		{"faucet", desktop(), dev, testFaucet},
		{"wallet", desktop(), dev, testWallet},
		{"all pages", desktop(), dev, testPages},
		{"all pages on a phone", phone(), dev, testPages},
		{"address", desktop(), dev, testAddress},
		{"address on a phone", phone(), dev, testAddress},
		{"address without the index", desktop(), []string{"--dev", "--index.addresses=false"}, testUnindexed},
		{"contract", desktop(), dev, testContract},
		{"contract on a phone", phone(), dev, testContract},
		{"contract through a wallet", desktop(), dev, testContractWallet},
		{"services", desktop(), dev, testServices},
		{"services on a phone", phone(), dev, testServices},
		{"no such page", desktop(), dev, testMissing},
		{"node stops", desktop(), dev, testStop},
	}
}

// TestBrowser looks at the page of the program itself in Chromium. It is skipped where
// there is none. With SCREENSHOTS=folder it leaves pictures.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the node")
	}
	browser := startChromium(t)
	program := buildNode(t)
	for _, test := range browserTests() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(browser.newPage(t, startNode(t, program, test.flags...), test.screen))
		})
	}
}

// testLoad: the page shows the head, fits the screen, and has a title.
func testLoad(p *page) {
	p.node.mine(30)
	p.node.send(map[string]any{"to": "0x7000000000000000000000000000000000000007", "value": "0x1"})
	p.open("/", 200)
	p.awaitText(".link", "Live")
	p.awaitText(".height", "31")
	p.awaitText(".brand", "chain 1337")
	p.await("document.querySelectorAll('.tape .slab').length > 20")
	p.await("document.querySelector('a[href^=\"/tx/\"]')")
	p.fits()
	p.screenshot("light")
	p.prefer("dark")
	p.screenshot("dark")
}

// testEmpty: a chain that has nothing but its genesis block is shown as well.
func testEmpty(p *page) {
	p.open("/", 200)
	p.awaitText(".height", "0")
	p.awaitText("main", "No transactions")
	p.screenshot("light")
}

// testLive: a new block is there without the page being loaded again.
func testLive(p *page) {
	p.open("/", 200)
	p.awaitText(".link", "Live")
	evaluate[bool](p, "window.loaded = true")
	for i := range 3 {
		p.node.mine(1)
		p.awaitText(".height", fmt.Sprint(i+1))
		p.await(fmt.Sprintf(`document.querySelector('.tape .slab .number').innerText === '%d'`, i+1))
	}
	if !evaluate[bool](p, "window.loaded === true") {
		p.t.Error("the page was loaded again")
	}
}

// testReorg: blocks that took the place of others are marked, and the page follows them.
func testReorg(p *page) {
	p.node.mine(5)
	p.open("/", 200)
	p.awaitText(".link", "Live")
	ask[any](p.node, "anvil_reorg", map[string]any{"depth": 2})
	p.await("document.querySelectorAll('.tape .slab.replacing').length === 2")
	p.awaitText(".height", "6")
	p.screenshot("light")
}

// testDeepLink: a block's address can be opened, and gone back to.
func testDeepLink(p *page) {
	p.node.mine(2)
	p.open("/block/1", 200)
	p.awaitText("h1", "Block 1")
	p.fits()
	p.press("Network")
	p.awaitText("h1", "This node")
	p.awaitText("main", "addressindex")
	p.fits()
	p.screenshot("light")
	evaluate[bool](p, "(history.back(), true)")
	p.awaitText("h1", "Block 1")
}

// testTransaction: what a transaction did is told, call by call and slot by slot.
func testTransaction(p *page) {
	p.open("/tx/"+p.node.send(map[string]any{"to": p.node.deploy(), "data": increment}), 200)
	p.awaitText("h1", "Transaction")
	p.awaitText("main", "Success")
	p.fits()
	p.screenshot("light")
}

// increment is a call of what node.deploy deploys.
const increment = "0xd09de08a"

// testSearch: what is typed is found by number and by hash, with the keyboard alone.
func testSearch(p *page) {
	p.node.mine(3)
	hash := p.node.send(map[string]any{"to": "0x7000000000000000000000000000000000000007", "value": "0x1"})
	p.open("/", 200)
	p.awaitText(".link", "Live")
	for text, heading := range map[string]string{"2": "Block 2", "#1": "Block 1", "latest": "Block 4", hash: "Transaction"} {
		p.key("/")
		p.await("document.activeElement.id === 'search'")
		p.key(text + kb.Enter)
		p.awaitText("h1", heading)
		p.await("document.activeElement.id === 'main'") // where readers go on
	}
	p.enter("#search", "999"+kb.Enter)
	p.awaitText("output", "There is no block 999 yet")
}

// testFaucet: an address is given ether, once, and its page shows it.
func testFaucet(p *page) {
	const address = "0x7000000000000000000000000000000000000007"
	p.open("/address/"+address, 200)
	p.awaitText(".balance", "0")
	p.press("Get 10 ETH")
	p.awaitText(".balance", "10 ETH")
	p.press("Get 10 ETH")
	p.awaitText("[role=alert]", "was given something already: ask again in")
	p.screenshot("light")
}

// testWallet: an injected wallet (EIP-1193, EIP-6963) is asked to know the network
// (EIP-3085).
func testWallet(p *page) {
	p.inject(`
		window.asked = []
		const provider = { request: async (question) => { window.asked.push(question); return null } }
		const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info: { uuid: '1', name: 'Test wallet', icon: '', rdns: 'test' }, provider } }))
		addEventListener('eip6963:requestProvider', announce)`)
	p.open("/", 200)
	p.awaitText(".link", "Live")
	p.press("Add network")
	p.press("Add")
	p.awaitText("dialog[open]", "Added")
	asked := evaluate[string](p, "JSON.stringify(asked)")
	for _, want := range []string{"wallet_addEthereumChain", `"chainId":"0x539"`, `"symbol":"ETH"`, `"rpcUrls":["` + p.node.url + `"]`} {
		if !strings.Contains(asked, want) {
			p.t.Errorf("the wallet was asked %s, without %s", asked, want)
		}
	}
	if shown := p.text("dialog[open]"); !strings.Contains(shown, p.node.url) {
		p.t.Errorf("there is no address to enter by hand in %s", shown)
	}
	p.screenshot("light")
}

// testPages opens every kind of page, each of which fits the screen.
func testPages(p *page) {
	counter := p.node.deploy()
	hash := p.node.send(map[string]any{"to": counter, "data": increment})
	for _, page := range []struct{ name, path, heading string }{
		{"blocks", "/blocks", "Blocks"},
		{"block", "/block/1", "Block 1"},
		{"transaction", "/tx/" + hash, "Transaction"},
		{"account", "/address/" + ask[[]string](p.node, "eth_accounts")[0], "Account"},
		{"contract", "/address/" + counter, "Contract"},
		{"pending", "/pending", ""},
		{"miners", "/miners", "Miners"},
		{"network", "/network", "This node"},
	} {
		p.prefer("light")
		p.open(page.path, 200)
		p.awaitText("h1", page.heading)
		p.awaitText(".link", "Live")
		p.await("!document.querySelector('[aria-busy=true]')")
		p.fits()
		p.screenshot(page.name + "-light")
		p.prefer("dark")
		p.screenshot(page.name + "-dark")
	}
}

// testMissing: an address that there is not is a page that says so, with the right status.
func testMissing(p *page) {
	p.tolerate("status of 404")
	p.open("/nothing", 404)
	p.awaitText("h1", "No such page")
	p.screenshot("light")
}

// testServices: the services are there, in the order of starting; one that has the focus
// tells what it needs and what needs it.
func testServices(p *page) {
	p.open("/network", 200)
	p.awaitText(".verdict.good", "services are well")
	p.await("document.querySelectorAll('.service').length > 5")
	names := evaluate[[]string](p, "[...document.querySelectorAll('.service .name')].map((e) => e.firstChild.nextSibling.textContent)")
	if names[0] != "db" || names[1] != "chain" || names[len(names)-1] != "rpc" {
		p.t.Errorf("services %v", names)
	}
	if text := p.text(".service:nth-child(2)"); !strings.Contains(text, "healthy") {
		p.t.Errorf("chain: %s", text)
	}
	evaluate[bool](p, "(document.querySelector('.service').focus(), true)") // db, which the chain needs, and the wallet does not
	p.await("document.querySelector('.services path.lit') && !document.querySelector('.service:nth-child(2).dim') && [...document.querySelectorAll('.service.dim')].some((e) => e.innerText.includes('wallet'))")
	p.fits()
}

// testStop: the page says that its node is gone, and goes on when that is back.
func testStop(p *page) {
	p.node.mine(3)
	p.open("/", 200)
	p.awaitText(".link", "Live")
	evaluate[bool](p, "window.loaded = true")
	p.tolerate("ERR_CONNECTION_REFUSED")
	p.node.stop()
	p.awaitText("[role=alert]", "The node does not answer")
	p.awaitText(".height", "3")
	p.screenshot("stopped")
	p.node.restart()
	p.awaitText(".link", "Live")
	p.await("!document.querySelector('[role=alert]')")
	p.node.mine(1)
	p.awaitText(".height", "4")
	if !evaluate[bool](p, "window.loaded === true") {
		p.t.Error("the page was loaded again")
	}
}
