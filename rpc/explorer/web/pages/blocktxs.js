// The transactions of a block: how they share its gas, and a table of them.

import { html, useState } from '../lib/ui.js'
import { count, int, percent, shorten } from '../format.js'
import { methodName } from '../abi.js'
import { GasStrip } from '../parts/gas.js'
import { Address, Transaction } from '../parts/hash.js'
import { Method } from '../parts/method.js'
import { Outcome } from '../parts/outcome.js'
import { Answer } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Amount, Share } from '../parts/text.js'

const SHOWN = 50

export function BlockTransactions({ block, query }) {
  const [page, setPage] = useState(0)
  const total = Number(block.transactions)
  if (total === 0) return html`<section class="card" aria-label="Transactions"><div class="body"><div class="gasstrip none">No transactions</div></div></section>`
  const pages = Math.ceil(total / SHOWN)
  return html`<section class="card" aria-label="Transactions">
    <header><h2>${count(total, 'transaction')}</h2><${Legend} receipts=${query.data?.receipts} /></header>
    <${Answer} query=${query} waiting=${html`<div class="body"><div class="gasstrip none"></div></div><div class="room" style=${{ minHeight: `${2.25 + 2.75 * Math.min(SHOWN, total)}rem` }}></div>`}>${({ block: whole, receipts }) => {
      const txs = join(whole.transactions, receipts)
      const shown = txs.slice(page * SHOWN, (page + 1) * SHOWN)
      return html`
        ${receipts && html`<div class="body"><${GasStrip} of=${txs} /></div>`}
        <${Table} caption="Transactions of the block" keyOf=${(tx) => tx.hash} rows=${shown} columns=${columns(Math.max(...txs.map((tx) => tx.gas)))} />
        ${pages > 1 && html`<nav class="pages" aria-label="Pages of transactions">
          <span class="muted num">${int(page * SHOWN + 1)} to ${int(Math.min(total, (page + 1) * SHOWN))} of ${int(total)}</span>
          <span class="row">
            <button class="button" type="button" disabled=${page === 0} onClick=${() => setPage(page - 1)}>← Before</button>
            <button class="button" type="button" disabled=${page === pages - 1} onClick=${() => setPage(page + 1)}>Next →</button>
          </span></nav>`}`
    }}<//>
  </section>`
}

function Legend({ receipts }) {
  if (!receipts) return null
  const failed = receipts.filter((r) => r.status === '0x0').length
  return html`<span class="row small muted"><span class="legend"><i class="good"></i>${int(receipts.length - failed)} succeeded</span>${failed > 0 && html`<span class="legend"><i class="bad"></i>${int(failed)} failed</span>`}</span>`
}

/** Transactions with what their receipts say; of a block beside the chain there are none. */
function join(txs, receipts) {
  return txs.map((tx, i) => {
    const receipt = receipts?.[i]
    return {
      ...tx, name: `${shorten(tx.hash)} ${tx.to ? methodName(tx.input, tx.to) : 'new contract'}`.trim(),
      gas: receipt ? Number(receipt.gasUsed) : 0,
      fee: receipt ? BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice) : null,
      failed: receipt?.status === '0x0', known: Boolean(receipt), created: receipt?.contractAddress ?? null,
    }
  })
}

const columns = (most) => [
  { name: '', className: 'status', cell: (tx) => tx.known && html`<${Outcome} failed=${tx.failed} />` },
  { name: '#', right: true, className: 'wide', cell: (tx) => int(tx.transactionIndex) },
  { name: 'Transaction', cell: (tx) => html`<${Transaction} hash=${tx.hash} />` },
  { name: 'Method', className: 'middle', cell: (tx) => html`<${Method} to=${tx.to} input=${tx.input} />` },
  { name: 'From', className: 'middle', cell: (tx) => html`<${Address} value=${tx.from} />` },
  { name: 'To', className: 'middle', cell: (tx) => html`<${To} tx=${tx} />` },
  { name: 'Value', right: true, cell: (tx) => html`<${Amount} wei=${tx.value} />` },
  { name: 'Fee', right: true, className: 'wide', cell: (tx) => tx.fee !== null && html`<${Amount} wei=${tx.fee} />` },
  { name: 'Gas', className: 'wide', cell: (tx) => tx.known && html`<${Share} of=${tx.gas} whole=${most} label="${int(tx.gas)} gas, ${percent(tx.gas / Number(tx.gas ? most : 1))} of the most" />` },
]

/** Whom a transaction is for, or the contract that it made. */
export const To = ({ tx }) => (tx.to
  ? html`<${Address} value=${tx.to} />`
  : tx.created ? html`<${Address} value=${tx.created} />` : html`<span class="tag">new contract</span>`)
