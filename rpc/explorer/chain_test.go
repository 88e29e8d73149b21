package explorer_test

import (
	"github.com/chromedp/chromedp/kb"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// testBlocks: the list of blocks goes back to the first, also by key, and to a number.
func testBlocks(p *page) {
	p.node.mine(60)
	p.open("/blocks", 200)
	p.awaitText("tbody tr a", "60")
	p.fits()
	p.node.mine(1)
	p.awaitText("tbody tr a", "61")
	p.key("]")
	p.awaitText("tbody tr a", "36")
	p.key("]")
	p.awaitText("tbody tr:last-child a", "0")
	p.enter("#jump", "20")
	p.key(kb.Enter)
	p.awaitText("tbody tr a", "20")
	p.screenshot("light")
}

// testBlock: a block that is to come comes by itself, and when a reorganisation replaces
// it, the page says so; the one that was replaced is still there under its hash.
func testBlock(p *page) {
	p.open("/block/1", 200)
	p.awaitText("main", "to go")
	p.screenshot("future")
	p.node.send(map[string]any{"to": "0x7000000000000000000000000000000000000007", "value": "0x1"})
	p.awaitText("main", "Confirmations")
	p.await("document.querySelectorAll('.gasstrip rect').length === 1")
	p.fits()
	p.screenshot("light")
	hash := ask[struct{ Hash string }](p.node, "eth_getBlockByNumber", "0x1", false).Hash
	ask[any](p.node, "anvil_reorg", map[string]any{"depth": 1})
	p.awaitText("main", "While you looked")
	p.key("[")
	p.awaitText("h1", "Block 0")
	p.open("/block/"+hash, 200)
	p.awaitText("main", "not part of the chain")
	p.fits()
	p.screenshot("replaced")
}

// testPending: a transaction that waits is seen in the pool, and where it waits it is
// seen to be mined, and taken out again by a reorganisation.
func testPending(p *page) {
	ask[any](p.node, "evm_setAutomine", false)
	hash := p.node.send(map[string]any{"to": "0x7000000000000000000000000000000000000007", "value": "0x1"})
	p.open("/pending", 200)
	p.await(`document.querySelector('tbody a[href="/tx/` + hash + `"]')`)
	p.fits()
	p.screenshot("light")
	p.click(`tbody a[href="/tx/` + hash + `"]`)
	p.awaitText("main", "in the pool")
	p.node.mine(1)
	p.awaitText("main", "Success")
	p.screenshot("mined")
	ask[any](p.node, "anvil_reorg", map[string]any{"depth": 1})
	p.awaitText("main", "A reorganisation took this transaction out")
}

// testTabs: calls, logs and changes of the state have tabs with addresses of their own.
func testTabs(p *page) {
	hash := p.node.send(map[string]any{"data": "0x" + chaintest.CounterCode()})
	counter := ask[struct{ ContractAddress string }](p.node, "eth_getTransactionReceipt", hash).ContractAddress
	hash = p.node.send(map[string]any{"to": counter, "data": "0xd09de08a"}) // increment()
	p.open("/tx/"+hash+"#state", 200)
	p.awaitText("[role=tabpanel]", "Slot")
	p.fits()
	p.click("#tab-calls")
	p.awaitText("[role=treeitem]", "CALL")
	p.fits()
	p.screenshot("calls")
	p.click("#tab-raw")
	p.awaitText("[role=tabpanel]", "blockHash")
	hash = p.node.send(map[string]any{"to": counter, "data": "0x01020304", "gas": "0x186a0"}) // no such method
	p.open("/tx/"+hash, 200)
	p.awaitText("main", "Failed")
	p.awaitText(".reason", "Reverted without a reason")
	p.screenshot("failed")
}

// testMiners: who mined the blocks is counted, and goes on being counted.
func testMiners(p *page) {
	p.node.mine(10)
	p.open("/miners", 200)
	p.awaitText("tbody", "100 %")
	p.awaitText(".figures", "of 10 blocks")
	p.fits()
	p.screenshot("light")
	p.node.mine(1)
	p.awaitText(".figures", "of 11 blocks")
}
