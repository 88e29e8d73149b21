// Transactions that wait to be mined, as they come and go.

import { html, useEffect, useRef, useState } from '../lib/ui.js'
import { count, digits, gas, gasParts, int, span } from '../format.js'
import { head, now } from '../live.js'
import { Chart } from '../parts/chart.js'
import { Figure } from '../parts/figure.js'
import { GasStrip } from '../parts/gas.js'
import { Address, Transaction } from '../parts/hash.js'
import { Method } from '../parts/method.js'
import { Answer } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Amount, GasPrice } from '../parts/text.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { call, hex } from '../rpc.js'

const ASKED = 200
const LISTED = 50
const SENDERS = 50 // whose next nonce is asked for
const GAP = 1_000 // missing nonces that are counted
const OFTEN = 1_500 // ms
const FAREWELL = 2_500 // ms for which one sees what became of a transaction

/** The pool: {pending, queued, transactions, next}; next nonces by sender of queued ones. */
async function look() {
  const pool = await call('monolith_pool', hex(ASKED))
  const senders = [...new Set(pool.transactions.filter((tx) => tx.queued).map((tx) => tx.from))].slice(0, SENDERS)
  const nonces = await Promise.all(senders.map((from) => call('eth_getTransactionCount', from, 'pending')))
  return { ...pool, next: new Map(senders.map((from, i) => [from, Number(nonces[i])])) }
}

export function Pending() {
  const query = useQuery(look, [], { live: true, every: OFTEN })
  return html`<div class="title"><h1>Pending</h1></div>
    <${Answer} query=${query} waiting=${html`<div class="card room"></div>`}>${(pool) => html`<${Pool} pool=${pool} />`}<//>`
}

function Pool({ pool }) {
  const baseFee = BigInt(head.value?.baseFeePerGas ?? 0)
  const limit = Number(head.value?.gasLimit ?? 0)
  const all = pool.transactions.map((tx) => ({ ...tx, tip: tipOf(tx, baseFee) }))
  const pending = all.filter((tx) => !tx.queued)
  const queued = all.filter((tx) => tx.queued)
  const tips = pending.map((tx) => tx.tip).filter((tip) => tip >= 0n).map(Number).sort((a, b) => a - b)
  const wanted = pending.reduce((sum, tx) => sum + Number(tx.gas), 0)
  const [median, unit] = tips.length ? gasParts(Math.round(tips[Math.floor(tips.length / 2)])) : ['—', null]
  const partly = Number(pool.pending) + Number(pool.queued) > all.length
  const rows = useFarewell(pending).slice(0, LISTED)
  return html`<div class="stack">
    <div class="figures">
      <${Figure} name="Pending" value=${int(pool.pending)} note="ready for a block" />
      <${Figure} name="Queued" value=${int(pool.queued)} note="wait for a nonce" />
      <${Figure} name="Gas wanted" value=${limit ? blocksOf(wanted / limit) : '—'} unit="blocks" note=${partly ? `of the newest ${int(pending.length)}` : 'if all is used'} />
      <${Figure} name="Median tip" value=${median} unit=${unit} note="base fee ${gas(baseFee)}" />
    </div>
    <div class="grid two-one">
      <section class="card" aria-label="Best paying first"><header><h2>What pays best</h2><span class="muted small middle">most per gas first; width is gas</span></header>
        <div class="body tall">${pending.length > 0
          ? html`<${GasStrip} of=${pending.toSorted((a, b) => (a.tip < b.tip ? 1 : -1)).map((tx) => ({ hash: tx.hash, gas: Number(tx.gas), failed: tx.tip < 0n, name: `tip ${gas(tx.tip)}` }))} bad="below the base fee" />`
          : html`<div class="gasstrip none">Nothing waits</div>`}</div></section>
      <section class="card padded"><${Tips} tips=${tips} /></section>
    </div>
    <section class="card arriving" aria-label="Pending transactions"><header><h2>Pending</h2>${Number(pool.pending) > LISTED && html`<span class="muted small num">the newest ${int(Math.min(LISTED, pending.length))} of ${int(pool.pending)}</span>`}</header>
      <${Table} caption="Pending transactions, newest first" keyOf=${(tx) => tx.hash} rows=${rows} rowProps=${(tx) => (tx.fate ? { class: 'leaving' } : null)} empty="Nothing waits: every transaction is in a block." columns=${[
        { name: 'Transaction', cell: (tx) => html`<${Transaction} hash=${tx.hash} />` },
        { name: 'Since', cell: (tx) => (tx.fate ? html`<${Fate} of=${tx.fate} />` : html`<${Since} ms=${tx.since} />`) },
        { name: 'Method', className: 'middle', cell: (tx) => html`<${Method} to=${tx.to} input=${tx.input} />` },
        { name: 'From', className: 'middle', cell: (tx) => html`<${Address} value=${tx.from} />` },
        { name: 'Nonce', right: true, className: 'wide', cell: (tx) => int(tx.nonce) },
        { name: 'To', className: 'wide', cell: (tx) => (tx.to ? html`<${Address} value=${tx.to} />` : html`<span class="tag">new contract</span>`) },
        { name: 'Value', right: true, className: 'middle', cell: (tx) => html`<${Amount} wei=${tx.value} />` },
        { name: 'Tip', right: true, cell: (tx) => (tx.tip < 0n ? html`<span class="tag warn" title="It pays at most ${gas(tx.maxFeePerGas ?? tx.gasPrice)}">below base fee</span>` : html`<${GasPrice} wei=${tx.tip} />`) },
      ]} /></section>
    ${queued.length > 0 && html`<section class="card" aria-label="Queued transactions"><header><h2>Queued</h2></header>
      <${Table} caption="Queued transactions" keyOf=${(tx) => tx.hash} rows=${queued.slice(0, LISTED)} columns=${[
        { name: 'Transaction', cell: (tx) => html`<${Transaction} hash=${tx.hash} />` },
        { name: 'Waits for', cell: (tx) => html`<${Gap} next=${pool.next.get(tx.from)} tx=${tx} queued=${queued} />` },
        { name: 'From', className: 'middle', cell: (tx) => html`<${Address} value=${tx.from} />` },
        { name: 'Nonce', right: true, className: 'middle', cell: (tx) => int(tx.nonce) },
        { name: 'Value', right: true, className: 'middle', cell: (tx) => html`<${Amount} wei=${tx.value} />` },
        { name: 'Since', right: true, className: 'middle', cell: (tx) => html`<${Since} ms=${tx.since} />` },
      ]} /></section>`}
  </div>`
}

/** So many blocks full of gas. */
const blocksOf = (n) => (n > 0 && n < 0.01 ? '< 0.01' : digits(n, 2))

/** What a miner gets per gas now; negative if the base fee is more than is offered. */
function tipOf(tx, baseFee) {
  const most = BigInt(tx.maxFeePerGas ?? tx.gasPrice) - baseFee
  const offered = tx.maxPriorityFeePerGas === undefined ? most : BigInt(tx.maxPriorityFeePerGas)
  return most < offered ? most : offered
}

const Since = ({ ms }) => (ms === null ? '—' : html`<span class="num nowrap">${span((now.value - Number(ms)) / 1000)}</span>`)

const Fate = ({ of: { block } }) => (block === null
  ? html`<span class="tag">replaced</span>`
  : html`<a class="tag good num" href=${paths.block(block)}>in ${int(block)}</a>`)

/** Which nonces are missing before a transaction. */
function Gap({ next, tx, queued }) {
  if (next === undefined) return html`<span class="muted">an earlier nonce</span>`
  const there = new Set(queued.filter((other) => other.from === tx.from).map((other) => Number(other.nonce)))
  const missing = []
  for (let nonce = next; nonce < Number(tx.nonce) && missing.length < GAP; nonce++) if (!there.has(nonce)) missing.push(nonce)
  if (missing.length === 0) return html`<span class="muted">its turn</span>`
  const [first, last] = [missing[0], missing.at(-1)]
  const text = missing.length === 1 ? `nonce ${int(first)}` : last - first === missing.length - 1 && missing.length < GAP ? `nonces ${int(first)} to ${int(last)}` : `nonces from ${int(first)}`
  return html`<span class="tag warn num">${text}</span>`
}

/** Those that wait, and for a moment those that have just left, with what became of them. */
function useFarewell(pending) {
  const [gone, setGone] = useState([])
  const last = useRef([])
  const timers = useRef(new Set())
  useEffect(() => () => { for (const timer of timers.current) clearTimeout(timer) }, [])
  const here = new Set(pending.map((tx) => tx.hash))
  useEffect(() => {
    const left = last.current.filter((tx) => !here.has(tx.hash))
    last.current = pending
    if (left.length > 0) part(left)
  }, [[...here].join()])
  const part = async (left) => {
    const found = await Promise.all(left.map((tx) => call('eth_getTransactionByHash', tx.hash).catch(() => undefined)))
    const parted = left.map((tx, i) => ({ ...tx, fate: { block: found[i]?.blockNumber ? Number(found[i].blockNumber) : null } }))
      .filter((tx, i) => found[i] !== undefined && (found[i] === null || found[i].blockNumber)) // others are only too old for the list
    setGone((list) => [...parted, ...list].slice(0, ASKED))
    const timer = setTimeout(() => {
      timers.current.delete(timer)
      setGone((list) => list.filter((tx) => !parted.includes(tx)))
    }, FAREWELL)
    timers.current.add(timer)
  }
  return [...pending, ...gone.filter((tx) => !here.has(tx.hash))].sort((a, b) => Number(b.since ?? 0) - Number(a.since ?? 0))
}

const BARS = 24

/** How many offer which tip; each bar is a factor above the one before. */
function Tips({ tips }) {
  const low = Math.max(1, tips[0] ?? 1)
  const high = Math.max(low, tips.at(-1) ?? 1)
  const factor = Math.max(1.02, (high / low) ** (1 / (BARS - 1)))
  const start = low === high ? low / factor ** (BARS / 2) : low // a single tip stands in the middle
  const values = Array(BARS).fill(0)
  for (const tip of tips) values[Math.min(BARS - 1, Math.max(0, Math.round(Math.log(Math.max(tip, 1) / start) / Math.log(factor))))]++
  const at = (i) => gas(Math.round(start * factor ** i))
  return html`<${Chart} name="Tips offered" headline=${tips.length === 0 ? '—' : low === high ? gas(Math.round(low)) : `${gas(Math.round(low))} to ${gas(Math.round(high))}`} values=${values} format=${(n) => count(n, 'transaction')} label=${(i) => `about ${at(i)}`} ends=${tips.length ? [at(0), at(BARS - 1)] : []} />`
}
