// The chain's history in small charts.

import { html, useRef, useState } from '../lib/ui.js'
import { amount, bytes, digits, gas, int, percent, scale } from '../format.js'
import { blocks, head, status } from '../live.js'
import { Chart } from '../parts/chart.js'
import { Choice } from '../parts/choice.js'
import { useQuery } from '../query.js'
import { call, hex } from '../rpc.js'

const SAMPLES = 120
const RANGES = [
  { name: `${SAMPLES} blocks`, span: SAMPLES },
  { name: '1,200', span: 10 * SAMPLES },
  { name: '12,000', span: 100 * SAMPLES },
  { name: 'All', span: Infinity },
]
const GAS_TARGET = 0.5 // of the limit: the base fee rises above it (EIP-1559)
const WINDOW = 10 // blocks that a hash rate is estimated from

/** The charts of a range of blocks: all of the latest, or samples of a longer history. */
export function Charts() {
  const [range, setRange] = useState(RANGES[0])
  const height = Number(head.value?.number ?? 0)
  const step = range.span === SAMPLES ? 1 : Math.max(1, Math.ceil(Math.min(range.span, height + 1) / SAMPLES))
  const samples = useSamples(step, height)
  const list = step === 1 ? blocks.value.toReversed() : samples
  const pairs = list.map((b, i) => [b, list[i - 1] ?? null])
  const common = {
    label: (i) => `Block ${int(list[i].number)}`,
    ends: list.length ? [int(list[0].number), int(list.at(-1).number)] : [],
  }
  const last = status.value?.engine === 'instant' ? Sizes : Works
  return html`<section class="stack" aria-label="Charts">
    <div class="row"><h2>History</h2><${Choice} label="Range of the charts" options=${RANGES} chosen=${range} choose=${setRange} />
      ${step > 1 && html`<span class="muted small num">every ${int(step)}th block</span>`}</div>
    <div class="grid charts">
      <div class="card"><${Chart} ...${common} name="Block interval" rule=${status.value?.blockTime ? Number(status.value.blockTime) / 1000 : null} format=${(v) => `${digits(v)} s`} values=${pairs.map(interval)} /></div>
      <div class="card"><${Chart} ...${common} name="Transactions per block" format=${int} values=${list.map((b) => Number(b.transactions))} /></div>
      <div class="card"><${Chart} ...${common} name="Gas used" rule=${GAS_TARGET} format=${percent} values=${list.map((b) => Number(b.gasUsed) / Number(b.gasLimit) || 0)} /></div>
      <div class="card"><${Chart} ...${common} name="Base fee" line format=${(v) => gas(Math.round(v))} values=${list.map((b) => Number(b.baseFeePerGas))} /></div>
      <${last} common=${common} list=${list} pairs=${pairs} />
    </div>
  </section>`
}

const Works = ({ common, list, pairs }) => html`
  <div class="card"><${Chart} ...${common} name="Difficulty" line format=${scale} values=${list.map((b) => Number(b.difficulty))} /></div>
  <div class="card"><${Chart} ...${common} name="Hash rate, estimated" line format=${(v) => scale(v, 'H/s')} values=${smooth(pairs.map(rate))} /></div>`

/** A chain without work has other things to show. */
const Sizes = ({ common, list }) => html`
  <div class="card"><${Chart} ...${common} name="Tips per block" format=${(v) => amount(Math.round(v))} values=${list.map((b) => Number(b.fees))} /></div>
  <div class="card"><${Chart} ...${common} name="Block size" format=${bytes} values=${list.map((b) => Number(b.size))} /></div>`

/** Samples of the chain, oldest first. There is a new one after each step; until it has come the old ones stay. */
function useSamples(step, height) {
  const kept = useRef({ step: 1, list: [] })
  const query = useQuery(async () => (step === 1 ? [] : (await call('monolith_blocks', 'latest', hex(SAMPLES), hex(step))).reverse()), [step, Math.floor(height / step)])
  if (query.data) kept.current = { step, list: query.data }
  return kept.current.step === step ? kept.current.list : []
}

/** Seconds from one block to another; the genesis block's time says nothing. */
const since = ([b, before]) => (before && Number(before.number) > 0 ? Number(b.timestamp) - Number(before.timestamp) : null)

const distance = ([b, before]) => Number(b.number) - Number(before.number)

const interval = (pair) => (since(pair) === null ? null : since(pair) / distance(pair))

const rate = (pair) => (since(pair) > 0 ? (Number(pair[0].difficulty) * distance(pair)) / since(pair) : null)

/** Means over the values before: single intervals say little of a hash rate. */
function smooth(values) {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - WINDOW + 1), i + 1).filter((v) => v !== null)
    return near.length ? near.length / near.reduce((sum, v) => sum + 1 / v, 0) : null
  })
}
