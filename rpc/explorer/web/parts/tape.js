// The block tape: the latest blocks side by side, newest first. A block's fill tells of the
// gas it used, the stripe on top is its miner's colour; below stands the time it took.

import { html } from '../lib/ui.js'
import { count, int, percent } from '../format.js'
import { paths } from '../routes.js'

const LENGTH = 24

export function Tape({ blocks, orphans }) {
  const shown = blocks.slice(0, LENGTH)
  const lowest = Number(shown.at(-1)?.number ?? 0)
  const gone = orphans.filter((b) => Number(b.number) >= lowest)
  return html`<div class="tape" role="list" aria-label="Latest blocks, newest first" tabindex="0">
    ${shown.map((block, i) => html`<${Slab} key=${block.hash} block=${block} place=${i} gap=${i + 1 < blocks.length && Number(block.number) > 1 ? Number(block.timestamp) - Number(blocks[i + 1].timestamp) : null}
      replaced=${gone.filter((b) => b.number === block.number).length} />`)}
  </div>`
}

function Slab({ block, place, gap, replaced }) {
  const used = Number(block.gasUsed) / Number(block.gasLimit) || 0
  const txs = Number(block.transactions)
  // Most blocks of a small network are nearly empty: the square root lets one see it.
  const title = `Block ${int(block.number)}: ${count(txs, 'transaction')}, ${percent(used)} of the gas${replaced ? `; took the place of ${count(replaced, 'other block')}` : ''}`
  return html`<div class="slot" role="listitem" style=${{ '--place': place }}>
    <a class="slab ${replaced ? 'replacing' : ''}" href=${paths.block(Number(block.number))} title=${title} aria-label=${title}>
      <i class="stripe" style=${{ background: minerColour(block.miner) }}></i>
      <i class="fill" style=${{ height: `${100 * Math.sqrt(used)}%` }}></i>
      <span class="txs">${txs}</span><span class="of">${txs === 1 ? 'tx' : 'txs'}</span>
      <span class="number">${int(block.number)}</span>
    </a>
    <span class="gap">${gap === null ? '' : `${gap} s`}</span>
  </div>`
}

/** One colour for each miner, the same everywhere. */
export const minerColour = (address) => `hsl(${parseInt(address.slice(2, 6), 16) % 360} 55% 52%)`
