package explorer_test

import (
	"fmt"
	"strings"
)

// counterABI is that of Counter.sol, as a reader would paste it.
const counterABI = `interface Counter {
  event Incremented(address indexed by, uint256 count);
  error TooLow(uint256 have, uint256 want);
  function count() external view returns (uint256);
  function increment() external returns (uint256);
  function atLeast(uint256 want) external view;
  function divide(uint256 by) external view returns (uint256);
}`

// paste puts a text into a field at once.
func (p *page) paste(selector, text string) {
	p.t.Helper()
	p.await(fmt.Sprintf("document.querySelector(%q)", selector))
	evaluate[bool](p, fmt.Sprintf(`(() => {
		const field = document.querySelector(%q)
		field.value = %q
		return field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }))
	})()`, selector, text))
}

// testAddress: an address that is wrong is told so; an account of the node sends an
// amount from its page, which shows it without being loaded again.
func testAddress(p *page) {
	p.open("/address/0x1234", 200)
	p.awaitText("h1", "Not an address")
	p.awaitText("main", "An address has 40 digits after 0x; this has 4.")
	const to = "0x7000000000000000000000000000000000000007"
	from := ask[[]string](p.node, "eth_accounts")[0]
	p.open("/address/"+from, 200)
	p.awaitText("h1", "Account")
	p.awaitText(".balance", "10,000 ETH")
	p.press("Send")
	p.enter("dialog[open] input[list]", "0x12")
	p.awaitText("dialog[open]", "is no address")
	p.enter("dialog[open] input[list]", to)
	p.enter("dialog[open] input[inputmode]", "2.5")
	p.awaitText("dialog[open] .simulation", "Would work")
	p.click("dialog[open] button[type=submit]")
	p.awaitText("dialog[open] .progress", "Mined")
	p.press("Close")
	p.awaitText(".balance", "9,997")
	p.awaitText("table", "2.5 ETH")
	p.fits()
	p.screenshot("light")
}

// testUnindexed: without the index of addresses a page says so, and shows what is in the
// latest blocks.
func testUnindexed(p *page) {
	const to = "0x7000000000000000000000000000000000000007"
	p.open("/address/"+to, 200)
	p.awaitText("main", "With --index.addresses the node knows all of it")
	p.node.send(map[string]any{"to": to, "value": "0xde0b6b3a7640000"})
	p.awaitText("table", "1 ETH")
	p.awaitText(".balance", "1 ETH")
}

// testContract: a contract is used through an ABI that is pasted: read, told why it
// refuses, and written to with an account of the node. The ABI is still there after the
// page was loaded again.
func testContract(p *page) {
	counter := p.node.deploy()
	p.open("/address/"+counter+"#contract", 200)
	p.paste("textarea", `[{"type": 1`)
	p.awaitText(".abi-form", "This begins like JSON, but is not")
	p.paste("textarea", counterABI)
	p.awaitText(".abi-form", "4 functions")
	p.press("Use this ABI")
	p.awaitText(".now", "count")
	p.press("divide(uint256 by)")
	p.enter(".fn[open] input", "0")
	p.press("Read")
	p.awaitText("[role=alert]", "division by zero")
	p.press("divide(uint256 by)")
	p.press("increment()")
	p.awaitText(".fn[open] .simulation", "Would work")
	p.press("Send")
	p.awaitText(".fn[open] .progress", "Mined")
	p.await("document.querySelector('.now .integer').innerText === '1'")
	p.press("atLeast(uint256 want)")
	p.enter(".fn[open] input", "5")
	p.press("Read")
	p.awaitText("[role=alert]", "TooLow(have: 1, want: 5)")
	p.fits()
	p.screenshot("light")
	p.prefer("dark")
	p.screenshot("dark")
	p.open("/", 200)
	p.open("/address/"+counter+"#contract", 200)
	p.awaitText(".abi-head", "4 functions")
	p.press("Remove ABI")
	p.awaitText(".abi-head", "No ABI yet")
}

// testContractWallet: a wallet that is on another network is brought to this one, and
// then signs.
func testContractWallet(p *page) {
	counter := p.node.deploy()
	account := ask[[]string](p.node, "eth_accounts")[1]
	p.inject(fmt.Sprintf(`
		window.asked = []
		let chain = '0x1'
		const known = new Set([chain])
		const refuse = (code, message) => { throw Object.assign(new Error(message), { code }) }
		const request = async ({ method, params }) => {
			window.asked.push(method)
			if (method === 'eth_chainId') return chain
			if (method === 'eth_requestAccounts') return [%q]
			if (method === 'wallet_addEthereumChain') { known.add(params[0].chainId); return null }
			if (method === 'wallet_switchEthereumChain') {
				if (!known.has(params[0].chainId)) refuse(4902, 'Unrecognized chain')
				chain = params[0].chainId
				return null
			}
			const response = await fetch('/', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) })
			return (await response.json()).result
		}
		addEventListener('eip6963:requestProvider', () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info: { uuid: 'test', name: 'Test wallet', icon: '', rdns: 'test' }, provider: { request } } })))`, account))
	p.open("/address/"+counter+"#contract", 200)
	p.paste("textarea", counterABI)
	p.press("Use this ABI")
	p.paste(".signer select", "test")
	p.awaitText(".signer", "0x"+account[2:6])
	p.press("increment()")
	p.awaitText(".fn[open] .simulation", "Would work")
	p.press("Send")
	p.awaitText(".fn[open] .progress", "Mined")
	p.await("document.querySelector('.now .integer').innerText === '1'")
	asked := evaluate[string](p, "asked.join(' ')")
	if want := "eth_chainId wallet_switchEthereumChain wallet_addEthereumChain wallet_switchEthereumChain eth_chainId eth_requestAccounts"; !strings.HasPrefix(asked, want) {
		p.t.Errorf("the wallet was asked %s, not %s first", asked, want)
	}
	if !strings.HasSuffix(asked, "eth_sendTransaction") {
		p.t.Errorf("the wallet was asked %s, to send nothing last", asked)
	}
}
