import { html, render } from './lib/ui.js'
import { Frame } from './frame.js'
import { start } from './live.js'
import { Block } from './pages/block.js'
import { Blocks } from './pages/blocks.js'
import { AddressPage } from './pages/address.js'
import { Miners } from './pages/miners.js'
import { Missing } from './pages/missing.js'
import { NetworkPage } from './pages/network.js'
import { Overview } from './pages/overview.js'
import { Pending } from './pages/pending.js'
import { Transaction } from './pages/transaction.js'
import { follow, place } from './routes.js'
import { findWallets } from './wallet.js'

// The pages by the first part of the address; the rest is handed over.
const PAGES = {
  '': Overview,
  network: NetworkPage,
  blocks: Blocks,
  block: Block,
  tx: Transaction,
  address: AddressPage,
  pending: Pending,
  miners: Miners,
}

function Page() {
  const [first, ...rest] = place.value.path.split('/').slice(1)
  const Shown = Object.hasOwn(PAGES, first) ? PAGES[first] : Missing
  return html`<${Frame}><${Shown} key=${place.value.path} id=${rest.join('/')} /><//>`
}

follow()
findWallets()
start()
document.getElementById('app').replaceChildren()
render(html`<${Page} />`, document.getElementById('app'))
