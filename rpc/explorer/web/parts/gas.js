// Gas as pictures: how much of a limit was used, and who used it.

import { html } from '../lib/ui.js'
import { count, int, percent } from '../format.js'
import { paths } from '../routes.js'

const PIECES = 300 // the screen has no room for more

/** Gas used of a block's limit, with a mark at the target, which keeps the base fee. */
export function GasBar({ used, limit, target = true }) {
  const share = Number(used) / Number(limit) || 0
  const label = `${int(used)} of ${int(limit)} gas, ${percent(share)}`
  return html`<span class="gasbar ${target ? 'target' : ''}" title=${label} role="img" aria-label=${label}>
    <i class="bar"><i style=${{ width: `${100 * Math.min(1, share)}%` }}></i></i><span class="num">${percent(share)}</span></span>`
}

/**
 * How the transactions of a block share its gas: a piece for each of [{hash, gas, failed,
 * name}], or for neighbours together where there are too many; bad is what a failed one is.
 */
export function GasStrip({ of, bad = 'failed' }) {
  const total = of.reduce((sum, tx) => sum + tx.gas, 0) || 1
  const pieces = of.length <= PIECES ? of.map((tx) => ({ gas: tx.gas, failed: Number(tx.failed), txs: [tx] })) : gather(of, total)
  let x = 0
  return html`<svg class="gasstrip" viewBox="0 0 1000 40" preserveAspectRatio="none" role="list" aria-label="Gas of each transaction">
    ${pieces.map((piece) => {
      const width = (1000 * piece.gas) / total
      const at = x
      x += width
      const one = piece.txs.length === 1 ? piece.txs[0] : null
      const share = percent(piece.gas / total)
      const title = one ? `${one.name}: ${int(one.gas)} gas, ${share}${one.failed ? `, ${bad}` : ''}` : `${count(piece.txs.length, 'transaction')}: ${int(piece.gas)} gas, ${share}${piece.failed ? `, ${int(piece.failed)} ${bad}` : ''}`
      const drawing = html`<rect class=${piece.failed ? 'failed' : ''} x=${at} width=${Math.max(width - Math.min(2, width * 0.15), 0.5)} height="40"><title>${title}</title></rect>`
      return html`<g role="listitem">${one ? html`<a href=${paths.transaction(one.hash)} aria-label=${title} tabindex=${pieces.length > 40 ? -1 : 0}>${drawing}</a>` : drawing}</g>`
    })}
  </svg>`
}

/** Neighbours together, so that each piece is wide enough to be seen. */
function gather(txs, total) {
  const pieces = []
  let piece = null
  for (const tx of txs) {
    if (!piece || piece.gas > total / PIECES) {
      piece = { gas: 0, failed: 0, txs: [] }
      pieces.push(piece)
    }
    piece.gas += tx.gas
    piece.failed += Number(tx.failed)
    piece.txs.push(tx)
  }
  return pieces
}
