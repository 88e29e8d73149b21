// The transaction as a picture: sender, receiver, and what moved between whom.

import { html } from '../lib/ui.js'
import { int } from '../format.js'
import { Arrow, TokenArrow } from '../parts/flow.js'
import { Method } from '../parts/method.js'
import { Amount } from '../parts/text.js'
import { coinTransfers, tokenTransfers } from '../transfers.js'

const ROWS = 8

export function Picture({ tx, receipt, root, pending }) {
  const failed = receipt?.status === '0x0'
  const value = BigInt(tx.value)
  const method = tx.to && tx.input === '0x' ? null : html`<${Method} to=${tx.to} input=${tx.input} />`
  const moved = [...(root ? coinTransfers(root) : []), ...tokenTransfers(receipt?.logs ?? [])]
  return html`<section class="card picture" role="list" aria-label="What was moved">
    <${Arrow} large from=${tx.from} fromRole="sender" to=${tx.to ?? receipt?.contractAddress} toRole=${tx.to ? (tx.input === '0x' ? 'receiver' : 'called') : 'new contract'}
      kind=${failed ? 'bad' : pending ? 'moving' : 'good'} what=${value > 0n || !method ? html`<${Amount} wei=${tx.value} />` : method} below=${value > 0n && method} />
    ${moved.slice(0, ROWS).map((m) => (m.contract ? html`<${TokenArrow} of=${m} />` : html`<${Arrow} from=${m.from} to=${m.to} what=${html`<${Amount} wei=${m.value} />`} />`))}
    ${moved.length > ROWS && html`<p class="muted small center">and ${int(moved.length - ROWS)} more: see <a href="#logs">logs</a> and <a href="#calls">calls</a></p>`}
  </section>`
}
