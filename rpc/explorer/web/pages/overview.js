// The living chain at a glance.

import { html, useState } from '../lib/ui.js'
import { count, digits, duration, gas, gasParts, int, percent, scale, scaled } from '../format.js'
import { blocks, head, orphans, status } from '../live.js'
import { Chart } from '../parts/chart.js'
import { Choice } from '../parts/choice.js'
import { Figure } from '../parts/figure.js'
import { Address, Transaction } from '../parts/hash.js'
import { Health } from '../parts/health.js'
import { Answer, Empty, Waiting } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Tape } from '../parts/tape.js'
import { Age, Amount, Share } from '../parts/text.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { call, hex } from '../rpc.js'

const SAMPLES = 120
const RANGES = [
  { name: `${SAMPLES} blocks`, span: SAMPLES },
  { name: '1,200', span: 10 * SAMPLES },
  { name: '12,000', span: 100 * SAMPLES },
  { name: 'All', span: Infinity },
]
const LISTED = 10
const GAS_TARGET = 0.5 // of the limit: the base fee rises above it (EIP-1559)

export function Overview() {
  return html`<div class="overview">
    <section class="hero" aria-label="The chain now"><${Newest} /><${Figures} /></section>
    <section class="card" aria-label="Block tape"><${Tape} blocks=${blocks.value} orphans=${orphans.value} /></section>
    <${Health} />
    <${Charts} />
    <div class="grid halves"><${LatestBlocks} /><${LatestTransactions} /></div>
  </div>`
}

function Newest() {
  const block = head.value
  const { syncing } = status.value ?? {}
  return html`<div class="card newest">
    <h1>Latest block</h1>
    ${block
      ? html`<a class="height" href=${paths.block(Number(block.number))}>${int(block.number)}</a>
        <div class="by">
          ${syncing
            ? html`<span class="tag warn">Syncing</span><span class="num">${percent(Number(syncing.currentBlock) / Number(syncing.highestBlock) || 0)} of ${int(syncing.highestBlock)}</span>`
            : html`<${Age} time=${block.timestamp} />${Number(block.number) > 0 && html`<span>by</span><${Address} value=${block.miner} />`}`}
        </div>`
      : html`<span class="height"><${Waiting}>0,000<//></span><div class="by"></div>`}
  </div>`
}

function Figures() {
  const s = status.value
  // The genesis block's time is when somebody wrote it, not when mining began.
  const list = blocks.value.filter((b) => Number(b.number) > 0)
  if (!s) return html`<div class="figures">${['Block time', 'Hash rate', 'Difficulty', 'Base fee', 'Transactions', 'Pending', 'Peers', 'Gas used'].map((name) => html`<${Figure} name=${name} value="—" />`)}</div>`
  const seconds = list.length > 1 ? Number(list[0].timestamp) - Number(list.at(-1).timestamp) : 0
  const steps = list.length - 1
  const txs = list.slice(0, steps).reduce((sum, b) => sum + Number(b.transactions), 0)
  const used = steps > 0 ? list.slice(0, steps).reduce((sum, b) => sum + Number(b.gasUsed) / Number(b.gasLimit), 0) / steps : 0
  const over = steps > 0 ? `over ${count(steps, 'block')}` : 'no blocks yet'
  const [rate, prefix] = scaled(s.hashrate ?? 0)
  const [difficulty, times] = scaled(s.head.difficulty)
  const [fee, unit] = gasParts(s.head.baseFeePerGas)
  return html`<div class="figures">
    <${Figure} name="Block time" value=${steps > 0 ? digits(seconds / steps) : '—'} unit=${steps > 0 && 's'} note=${s.blockTime ? `target ${digits(Number(s.blockTime) / 1000)} s` : 'on demand'} />
    <${Figure} name="Hash rate" value=${s.hashrate ? rate : '—'} unit=${s.hashrate && `${prefix}H/s`} note=${s.mining?.mining ? `own ${scale(s.mining.hashrate, 'H/s')}` : 'this node does not mine'} />
    <${Figure} name="Difficulty" value=${difficulty} unit=${times} note="total ${scale(s.totalDifficulty)}" />
    <${Figure} name="Base fee" value=${fee} unit=${unit} note="transfer ${gas(BigInt(s.head.baseFeePerGas) * 21000n)}" />
    <${Figure} name="Transactions" value=${seconds > 0 ? digits(txs / seconds) : txs} unit=${seconds > 0 && '/s'} note="${int(txs)} ${over}" />
    <${Figure} name="Gas used" value=${percent(used)} note=${over} />
    <${Figure} name="Pending" value=${int(s.pool.pending)} note="${int(s.pool.queued)} queued" />
    <${Figure} name="Peers" value=${s.network ? int(s.peers) : '—'} note=${s.network ? 'connected' : 'a chain of its own'} />
  </div>`
}

/** The charts of a range of blocks: all of the latest, or samples of a longer history. */
function Charts() {
  const [range, setRange] = useState(RANGES[0])
  const height = Number(head.value?.number ?? 0)
  const step = range.span === SAMPLES ? 1 : Math.max(1, Math.ceil(Math.min(range.span, height + 1) / SAMPLES))
  // Once per step a sampled chart has a new point.
  const sampled = useQuery(async () => (step === 1 ? null : (await call('monolith_blocks', 'latest', hex(SAMPLES), hex(step))).reverse()), [step, Math.floor(height / step)])
  const list = step === 1 ? blocks.value.toReversed() : sampled.data ?? []
  const target = status.value?.blockTime ? Number(status.value.blockTime) / 1000 : null
  const label = (i) => `Block ${int(list[i].number)}`
  const ends = list.length ? [int(list[0].number), int(list.at(-1).number)] : []
  const series = (value) => list.map((b, i) => value(b, list[i - 1] ?? null))
  const common = { label, ends }
  const since = (b, before) => (before && Number(before.number) > 0 ? Number(b.timestamp) - Number(before.timestamp) : null)
  const rate = (b, before) => (since(b, before) > 0 ? (Number(b.difficulty) * (Number(b.number) - Number(before.number))) / since(b, before) : null)
  const interval = (b, before) => (since(b, before) === null ? null : since(b, before) / (Number(b.number) - Number(before.number)))
  return html`<section class="stack" aria-label="Charts">
    <div class="row"><h2>History</h2><${Choice} label="Range of the charts" options=${RANGES} chosen=${range} choose=${setRange} />
      ${step > 1 && html`<span class="muted small num">every ${int(step)}th block</span>`}</div>
    <div class="grid charts">
      <div class="card"><${Chart} ...${common} name="Block interval" rule=${target} format=${(v) => `${digits(v)} s`}
        values=${series(interval)} /></div>
      <div class="card"><${Chart} ...${common} name="Transactions per block" format=${int} values=${series((b) => Number(b.transactions))} /></div>
      <div class="card"><${Chart} ...${common} name="Gas used" rule=${GAS_TARGET} format=${percent} values=${series((b) => Number(b.gasUsed) / Number(b.gasLimit) || 0)} /></div>
      <div class="card"><${Chart} ...${common} name="Base fee" line format=${(v) => gas(Math.round(v))} values=${series((b) => Number(b.baseFeePerGas))} /></div>
      <div class="card"><${Chart} ...${common} name="Difficulty" line format=${scale} values=${series((b) => Number(b.difficulty))} /></div>
      <div class="card"><${Chart} ...${common} name="Hash rate, estimated" line format=${(v) => scale(v, 'H/s')} values=${smooth(series(rate))} /></div>
    </div>
  </section>`
}

const WINDOW = 10

/** Means over the values before: single intervals say little of a hash rate. */
function smooth(values) {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - WINDOW + 1), i + 1).filter((v) => v !== null)
    return near.length ? near.length / near.reduce((sum, v) => sum + 1 / v, 0) : null
  })
}

function LatestBlocks() {
  return html`<section class="card"><header><h2>Blocks</h2><a href="/blocks">All blocks</a></header>
    <${Table} caption="Latest blocks" keyOf=${(b) => b.hash} rows=${blocks.value.slice(0, LISTED)} columns=${[
      { name: 'Block', cell: (b) => html`<a href=${paths.block(Number(b.number))}>${int(b.number)}</a>` },
      { name: 'Age', cell: (b) => html`<${Age} time=${b.timestamp} suffix="" />` },
      { name: 'Txs', right: true, cell: (b) => int(b.transactions) },
      { name: 'Gas', className: 'roomy', cell: (b) => html`<${Share} of=${Number(b.gasUsed)} whole=${Number(b.gasLimit)} label="${percent(Number(b.gasUsed) / Number(b.gasLimit) || 0)} of the gas limit" />` },
      { name: 'Miner', cell: (b) => html`<${Address} value=${b.miner} />` },
    ]} />
  </section>`
}

/** The last transactions in recent blocks, newest first. */
async function latestTransactions() {
  const asked = []
  for (const block of blocks.value) {
    for (let i = Number(block.transactions) - 1; i >= 0 && asked.length < LISTED; i--) {
      asked.push(call('eth_getTransactionByBlockHashAndIndex', block.hash, hex(i)).then((tx) => tx && { ...tx, timestamp: block.timestamp }))
    }
  }
  return (await Promise.all(asked)).filter((tx) => tx !== null)
}

function LatestTransactions() {
  const query = useQuery(latestTransactions, [], { live: true })
  return html`<section class="card"><header><h2>Transactions</h2><a href="/pending">Pending</a></header>
    <${Answer} query=${query}>${(txs) => (txs.length === 0 ? html`<${Empty}>No transactions in the latest blocks.<//>` : html`
      <${Table} caption="Latest transactions" keyOf=${(tx) => tx.hash} rows=${txs} columns=${[
        { name: 'Transaction', cell: (tx) => html`<${Transaction} hash=${tx.hash} />` },
        { name: 'Age', className: 'roomy', cell: (tx) => html`<${Age} time=${tx.timestamp} suffix="" />` },
        { name: 'To', cell: (tx) => (tx.to ? html`<${Address} value=${tx.to} />` : html`<span class="tag">new contract</span>`) },
        { name: 'Value', right: true, cell: (tx) => html`<${Amount} wei=${tx.value} />` },
      ]} />`)}<//>
  </section>`
}
