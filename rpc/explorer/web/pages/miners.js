// Who mines: shares of the latest blocks, and what was earned.

import { html } from '../lib/ui.js'
import { count, digits, exactAmount, int, percent, scale, symbol } from '../format.js'
import { blocks } from '../live.js'
import { Choice } from '../parts/choice.js'
import { Figure } from '../parts/figure.js'
import { Address } from '../parts/hash.js'
import { Answer, Empty } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { minerColour } from '../parts/tape.js'
import { Age, Amount } from '../parts/text.js'
import { useQuery } from '../query.js'
import { go, paths, place } from '../routes.js'
import { call, hex } from '../rpc.js'

const RANGES = [100, 1_000, 10_000].map((blocks) => ({ name: `${int(blocks)} blocks`, blocks }))

/** {from, to, miners, seconds}: seconds that these blocks took, 0 if that says nothing. */
async function look(range) {
  const found = await call('monolith_miners', hex(range))
  // The first interval says when the chain was made.
  const first = Math.max(1, Number(found.from) - 1)
  const [[last], [start]] = await Promise.all([call('monolith_blocks', found.to, '0x1'), call('monolith_blocks', hex(first), '0x1')])
  return { ...found, seconds: Number(last.number) > first ? Number(last.timestamp) - Number(start.timestamp) : 0 }
}

export function Miners() {
  const asked = Number(place.value.query.get('blocks'))
  const range = RANGES.find((r) => r.blocks === asked) ?? RANGES[0]
  const query = useQuery(() => look(range.blocks), [range], { live: true })
  return html`<div class="title"><h1>Miners</h1>
      <${Choice} label="Of the last" options=${RANGES} chosen=${range} choose=${(r) => go(r === RANGES[0] ? '/miners' : `/miners?blocks=${r.blocks}`, { replace: true })} /></div>
    <${Answer} query=${query} waiting=${html`<div class="card room"></div>`}>${(found) => (found.miners.length === 0
      ? html`<div class="card"><${Empty}>No block has been mined yet.<//></div>` : html`<${Shares} found=${found} />`)}<//>`
}

function Shares({ found: { from, to, miners, seconds } }) {
  const total = miners.reduce((sum, m) => sum + Number(m.blocks), 0)
  const work = miners.reduce((sum, m) => sum + BigInt(m.difficulty), 0n)
  const paid = miners.reduce((sum, m) => sum + BigInt(m.subsidy) + BigInt(m.fees), 0n)
  const rate = seconds > 0 ? Number(work) / seconds : null
  const rows = miners.map((m) => ({ ...m, share: Number(m.blocks) / total, work: work > 0n ? Number((BigInt(m.difficulty) * 1_000_000n) / work) / 1e6 : 0 }))
  const half = majority(rows)
  return html`<div class="stack">
    <div class="figures">
      <${Figure} name="Miners" value=${int(miners.length)} note="of ${count(total, 'block')}" title="Blocks ${int(from)} to ${int(to)}" />
      <${Figure} name="Largest share" value=${percent(rows[0].share)} note=${rows[0].share > 0.5 ? 'it decides alone' : 'less than half'} />
      <${Figure} name="Majority" value=${int(half)} unit=${half === 1 ? 'miner' : 'miners'} note=${half === 1 ? 'has more than half' : 'together have more than half'} />
      <${Figure} name="Rewards" value=${digits(Number(paid) / 1e18, 5)} unit=${symbol()} title=${exactAmount(paid)} note=${rate ? `network ${scale(rate, 'H/s')}` : ''} />
    </div>
    <section class="card" aria-label="Shares"><div class="body stack">
      <${Strip} rows=${rows} />
      <${Sequence} />
    </div></section>
    <section class="card" aria-label="Miners">
      <${Table} caption="Miners, most blocks first" keyOf=${(m) => m.address} rows=${rows} columns=${[
        { name: 'Miner', cell: (m) => html`<span class="row tight"><i class="swatch" style=${{ background: minerColour(m.address) }}></i><${Address} value=${m.address} /></span>` },
        { name: 'Share of blocks', className: 'grow', cell: (m) => html`<span class="portion"><i><i style=${{ width: `${100 * m.share}%`, background: minerColour(m.address) }}></i></i><span class="num">${percent(m.share)}</span></span>` },
        { name: 'Blocks', right: true, cell: (m) => int(m.blocks) },
        { name: 'Hash rate', right: true, className: 'middle', cell: (m) => (rate ? html`<span title="estimated from the difficulty of its blocks">${scale(rate * m.work, 'H/s')}</span>` : html`<span class="muted">—</span>`) },
        { name: 'Subsidy', right: true, className: 'wide', cell: (m) => html`<${Amount} wei=${m.subsidy} />` },
        { name: 'Tips', right: true, className: 'wide', cell: (m) => html`<${Amount} wei=${m.fees} />` },
        { name: 'Last block', right: true, className: 'middle', cell: (m) => html`<a href=${paths.block(Number(m.lastBlock))}>${int(m.lastBlock)}</a> <span class="muted">(<${Age} time=${m.lastTime} />)</span>` },
      ]} />
    </section>
  </div>`
}

/** How many miners, the largest first, have more than half of the blocks. */
function majority(rows) {
  let sum = 0
  return rows.findIndex((m) => (sum += m.share) > 0.5) + 1
}

const NAMED = 0.08 // of the width: less has no room for its figure
const PIECES = 60

/** All miners side by side, with a mark at one half. */
const Strip = ({ rows }) => html`<figure>
  <figcaption class="muted small">Share of blocks</figcaption>
  <div class="shares">${rows.slice(0, PIECES).map((m) => html`
    <a key=${m.address} href=${paths.address(m.address)} style=${{ flexGrow: m.share, background: minerColour(m.address) }} title="${m.address}: ${percent(m.share)}" aria-label="${m.address}: ${percent(m.share)}">
      ${m.share >= NAMED && html`<span>${percent(m.share)}</span>`}</a>`)}
    <i class="half" title="One half"></i></div>
</figure>`

/** The latest blocks in order, in their miners' colours: who had luck in a row. */
const Sequence = () => html`<figure>
  <figcaption class="muted small">The latest ${int(blocks.value.length)}, newest first</figcaption>
  <div class="sequence">${blocks.value.filter((b) => Number(b.number) > 0).map((b) => html`
    <a key=${b.hash} href=${paths.block(Number(b.number))} style=${{ background: minerColour(b.miner) }} title="Block ${int(b.number)} by ${b.miner}" aria-label="Block ${int(b.number)}" tabindex="-1"></a>`)}</div>
</figure>`
