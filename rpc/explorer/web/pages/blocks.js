// All blocks, newest first. The address tells below which number a page begins
// (?before=N); without it the page moves with the chain.

import { html, useEffect, useRef, useState } from '../lib/ui.js'
import { bytes, count, int } from '../format.js'
import { blocks, head } from '../live.js'
import { Address } from '../parts/hash.js'
import { Answer } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Age, Amount, GasPrice } from '../parts/text.js'
import { GasBar } from '../parts/gas.js'
import { useQuery } from '../query.js'
import { go, paths, place } from '../routes.js'
import { call, hex } from '../rpc.js'

const SHOWN = 25

export function Blocks() {
  const given = place.value.query.get('before') ?? ''
  const before = /^\d{1,15}$/.test(given) ? Number(given) : null
  return html`<div class="title"><h1>Blocks</h1><${Jump} /></div>
    ${before === null ? html`<${Newest} />` : html`<${Older} key=${before} before=${before} />`}`
}

/** The first page, which lives. */
function Newest() {
  const list = blocks.value
  const waiting = { data: list.length ? list : undefined, error: null, loading: true }
  return html`<section class="card arriving" aria-label="Latest blocks"><${Answer} query=${waiting} waiting=${html`<div class="room"></div>`}>${(known) => html`
    <${List} list=${known} /><${Pages} list=${known.slice(0, SHOWN)} />`}<//></section>`
}

function Older({ before }) {
  // One block more than is shown: the last interval ends at it.
  const query = useQuery(() => call('monolith_blocks', hex(Math.max(0, before - 1)), hex(SHOWN + 1)), [before], { live: head.value === null || before > Number(head.value.number) })
  return html`<section class="card" aria-label="Blocks below ${int(before)}"><${Answer} query=${query} waiting=${html`<div class="room"></div>`}>${(list) => html`
    <${List} list=${list} /><${Pages} list=${list.slice(0, SHOWN)} />`}<//></section>`
}

const List = ({ list }) => html`
  <${Table} caption="Blocks, newest first" keyOf=${(b) => b.hash} rows=${list.slice(0, SHOWN).map((block, i) => ({ ...block, before: list[i + 1] ?? null }))} columns=${[
    { name: 'Block', cell: (b) => html`<a class="strong" href=${paths.block(Number(b.number))}>${int(b.number)}</a>` },
    { name: 'Age', cell: (b) => html`<${Age} time=${b.timestamp} suffix="" />` },
    { name: 'Interval', right: true, className: 'wide', cell: (b) => interval(b) },
    { name: 'Txs', right: true, cell: (b) => int(b.transactions) },
    { name: 'Gas used', className: 'gas', cell: (b) => html`<${GasBar} used=${b.gasUsed} limit=${b.gasLimit} />` },
    { name: 'Base fee', right: true, className: 'wide', cell: (b) => html`<${GasPrice} wei=${b.baseFeePerGas} />` },
    { name: 'Miner', className: 'middle', cell: (b) => (Number(b.number) === 0 ? html`<span class="tag">Genesis</span>` : html`<${Address} value=${b.miner} />`) },
    { name: 'Reward', right: true, className: 'middle', cell: (b) => html`<${Amount} wei=${BigInt(b.subsidy) + BigInt(b.fees)} />` },
    { name: 'Size', right: true, className: 'wide', cell: (b) => bytes(b.size) },
  ]} />`

/** Seconds since the block before; those of the first say when the chain was made. */
function interval(block) {
  if (block.before === null || Number(block.number) <= 1) return html`<span class="muted">—</span>`
  return html`${int(Number(block.timestamp) - Number(block.before.timestamp))} s`
}

/** Ways to newer and older blocks, by the keys [ and ] too. */
function Pages({ list }) {
  const top = Number(list[0].number)
  const low = Number(list.at(-1).number)
  const newest = Number(head.value?.number ?? top)
  const newer = top >= newest ? null : top + SHOWN >= newest ? '/blocks' : `/blocks?before=${top + SHOWN + 1}`
  const older = low > 0 ? `/blocks?before=${low}` : null
  useKeys({ '[': newer, ']': older })
  return html`<nav class="pages" aria-label="Pages of blocks">
    <span class="muted num">${int(low)} to ${int(top)} of ${count(newest + 1, 'block')}</span>
    <span class="row">
      <${Way} href=${newer && '/blocks'} name="Latest" /><${Way} href=${newer} name="← Newer" hint="[" /><${Way} href=${older} name="Older →" hint="]" />
    </span>
  </nav>`
}

const Way = ({ href, name, hint }) => (href
  ? html`<a class="button" href=${href} title=${hint && `Key ${hint}`}>${name}</a>`
  : html`<button class="button" type="button" disabled>${name}</button>`)

/** Keys that lead to addresses: {key: href or null}. */
export function useKeys(ways) {
  const latest = useRef(ways)
  latest.current = ways
  useEffect(() => {
    const press = (event) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest?.('input, textarea, select')) return
      const href = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : null
      if (href) go(href)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
}

function Jump() {
  const [text, setText] = useState('')
  const number = text.replaceAll(/[,_\s]/g, '')
  const valid = /^\d{1,15}$/.test(number)
  const jump = (event) => {
    event.preventDefault()
    if (valid) go(`/blocks?before=${Math.min(Number(number), Number(head.value?.number ?? 0)) + 1}`)
  }
  return html`<form class="row jump" onSubmit=${jump}>
    <label class="muted small" for="jump">From block</label>
    <input class="field num" id="jump" inputmode="numeric" autocomplete="off" value=${text} aria-invalid=${text !== '' && !valid} onInput=${(event) => setText(event.target.value)} />
    <button class="button" disabled=${!valid}>Go</button>
  </form>`
}
