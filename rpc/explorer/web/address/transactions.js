// The transactions of an address: from the index of addresses, or, without it, those of
// the latest blocks.

import { html } from '../lib/ui.js'
import { methodName } from '../abi.js'
import { clip, count, int } from '../format.js'
import { blocks, status } from '../live.js'
import { Address, Transaction } from '../parts/hash.js'
import { Answer, Empty } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Age, Amount } from '../parts/text.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { call, hex } from '../rpc.js'
import { Direction } from './direction.js'
import { Pages, usePages } from './pages.js'

const LENGTH = 25
const LOOKED = 40 // of the latest blocks with transactions, when there is no index

export const indexed = () => Boolean(status.value?.addressIndex)

export function Transactions({ address }) {
  if (!status.value) return html`<${Empty}>Asking the node …<//>`
  return indexed() ? html`<${History} address=${address} />` : html`<${Recent} address=${address} />`
}

function History({ address }) {
  const pages = usePages()
  const query = useQuery(() => call('monolith_addressTransactions', address, pages.cursor, hex(LENGTH)), [address, pages.cursor], { live: pages.cursor === null })
  return html`<${Answer} query=${query}>${({ transactions, next }) => html`
    <${List} address=${address} rows=${transactions} empty=${pages.cursor === null ? 'No transactions yet.' : 'Nothing older.'} />
    <${Pages} of=${pages} next=${next} />`}<//>`
}

function Recent({ address }) {
  const query = useQuery(() => latest(address.toLowerCase()), [address], { live: true })
  return html`<${NoIndex} shown="the latest ${count(blocks.value.length, 'block')}" />
    <${Answer} query=${query}>${(rows) => html`<${List} address=${address} rows=${rows} empty="None in the latest blocks." />`}<//>`
}

/** Says what is missing without the index, and how to have it. */
export const NoIndex = ({ shown }) => html`<p class="index-off"><span class="dot"></span><span>Only what is in ${shown}. With <code>--index.addresses</code> the node knows all of it.</span></p>`

/** Transactions of an address in the latest blocks, shaped like the index's. */
async function latest(address) {
  const busy = blocks.value.filter((b) => Number(b.transactions) > 0).slice(0, LOOKED)
  const full = await Promise.all(busy.map((b) => bodyOf(b.hash)))
  return full.filter((b) => b !== null).flatMap((b) => b.transactions.toReversed()
    .filter((tx) => tx.from === address || tx.to === address)
    .map((tx) => ({ ...tx, timestamp: b.timestamp, input4: tx.input.slice(0, 10), created: null, status: null, fee: null, transfers: '0x0' })))
}

const bodies = new Map() // blocks do not change: by their hashes

function bodyOf(hash) {
  if (!bodies.has(hash)) {
    if (bodies.size > 2 * LOOKED) bodies.delete(bodies.keys().next().value)
    bodies.set(hash, call('eth_getBlockByHash', hash, true).catch((error) => { bodies.delete(hash); throw error }))
  }
  return bodies.get(hash)
}

function List({ address, rows, empty }) {
  return html`<${Table} caption="Transactions" empty=${empty} keyOf=${(tx) => tx.hash} rows=${rows} columns=${[
    { name: '', className: 'towards', cell: (tx) => html`<${Direction} of=${wayOf(tx, address)} failed=${tx.status === '0x0'} />` },
    { name: 'Transaction', cell: (tx) => html`<${Transaction} hash=${tx.hash} />` },
    { name: 'Method', className: 'middle', cell: (tx) => html`<${Method} tx=${tx} />` },
    { name: 'Block', className: 'wide', cell: (tx) => html`<a href=${paths.block(Number(tx.blockNumber))}>${int(tx.blockNumber)}</a>` },
    { name: 'Age', cell: (tx) => html`<${Age} time=${tx.timestamp} suffix="" />` },
    { name: 'With', className: 'middle', cell: (tx) => html`<${Counterpart} tx=${tx} address=${address} />` },
    { name: 'Value', right: true, cell: (tx) => html`<${Amount} wei=${tx.value} />` },
    { name: 'Fee', right: true, className: 'wide', cell: (tx) => (tx.fee ? html`<span class="muted"><${Amount} wei=${tx.fee} /></span>` : '') },
  ]} />`
}

function wayOf(tx, address) {
  const own = address.toLowerCase()
  if (tx.to === null) return 'create'
  if (tx.from === own) return tx.to === own ? 'self' : 'out'
  return 'in'
}

function Method({ tx }) {
  if (tx.to === null) return html`<span class="tag">new contract</span>`
  if (tx.input4.length < 10) return html`<span class="muted">transfer</span>`
  const name = methodName(tx.input4, tx.to)
  return html`<span class="tag ${name.startsWith('0x') ? 'mono' : ''}" title=${name}>${clip(name, 24)}</span>`
}

function Counterpart({ tx, address }) {
  const other = tx.from === address.toLowerCase() ? tx.to ?? tx.created : tx.from
  return other ? html`<${Address} value=${other} />` : html`<span class="muted">—</span>`
}
