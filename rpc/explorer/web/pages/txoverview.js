// What a transaction is, in a list.

import { html } from '../lib/ui.js'
import { count, int } from '../format.js'
import { head } from '../live.js'
import { Facts } from '../parts/facts.js'
import { GasBar } from '../parts/gas.js'
import { Address } from '../parts/hash.js'
import { Input } from '../parts/input.js'
import { Split } from '../parts/split.js'
import { Amount, GasPrice, Moment } from '../parts/text.js'
import { paths } from '../routes.js'

const TYPES = {
  '0x0': ['Legacy', 'one price for gas'],
  '0x1': ['EIP-2930', 'one price for gas, and a list of what it will use'],
  '0x2': ['EIP-1559', 'a highest price for gas, and a tip'],
  '0x3': ['EIP-4844', 'carries blobs'],
  '0x4': ['EIP-7702', 'lets accounts act as contracts'],
}

export function Overview({ found: { tx, receipt, block }, state = [] }) {
  const [type, meaning] = Object.hasOwn(TYPES, tx.type) ? TYPES[tx.type] : [`Type ${Number(tx.type)}`, '']
  const depth = block && head.value ? Math.max(0, Number(head.value.number) - Number(block.number)) + 1 : null
  return html`<${Facts} of=${[
    ['Block', block
      ? html`<a class="strong num" href=${paths.block(Number(block.number))}>${int(block.number)}</a><span class="tag num">${depth ? count(depth, 'confirmation') : '—'}</span>`
      : html`<span class="tag warn pulse">in the pool</span>`],
    ['Time', block && html`<${Moment} time=${block.timestamp} />`],
    ['From', html`<${Address} value=${tx.from} short=${false} copy />`],
    tx.to ? ['To', html`<${Address} value=${tx.to} short=${false} copy />`] : ['Created', receipt?.contractAddress ? html`<${Address} value=${receipt.contractAddress} short=${false} copy />` : 'a contract'],
    ['Value', html`<${Amount} wei=${tx.value} />`],
    ['Fee', receipt && html`<${Fee} receipt=${receipt} block=${block} />`],
    ['Gas', receipt
      ? html`<${GasBar} used=${receipt.gasUsed} limit=${tx.gas} target=${false} /><span class="num">${int(receipt.gasUsed)} <span class="muted">of ${int(tx.gas)}</span></span>`
      : html`<span class="num">${int(tx.gas)} <span class="muted">at most</span></span>`],
    ['Gas price', html`<${Price} tx=${tx} receipt=${receipt} block=${block} />`],
    ['Type', html`<span class="tag">${type}</span><span class="muted">${meaning}</span>`],
    ['Nonce', html`<span class="num">${int(tx.nonce)}</span>`],
    ['Position', block && html`<span class="num">${int(Number(tx.transactionIndex) + 1)} <span class="muted">of ${int(block.transactions)} in the block</span></span>`],
    ['Authorizations', tx.authorizationList?.length > 0 && html`<${Authorizations} of=${tx.authorizationList} state=${state} />`],
    ['Access list', tx.accessList?.length > 0 && html`<${AccessList} of=${tx.accessList} />`],
    [tx.to ? 'Input' : 'Code', html`<${Input} to=${tx.to} data=${tx.input} />`],
  ]} />`
}

/** What was paid for the gas: burnt, and to the miner. */
function Fee({ receipt, block }) {
  const used = BigInt(receipt.gasUsed)
  const fee = used * BigInt(receipt.effectiveGasPrice)
  const burnt = used * BigInt(block.baseFeePerGas ?? 0)
  return html`<${Amount} wei=${fee} />${fee > 0n && html`<${Split} of=${[['burnt', burnt], ['tip', fee - burnt]]} />`}`
}

function Price({ tx, receipt, block }) {
  const capped = tx.maxFeePerGas !== undefined
  const tip = receipt && block ? BigInt(receipt.effectiveGasPrice) - BigInt(block.baseFeePerGas ?? 0) : null
  return html`${receipt ? html`<${GasPrice} wei=${receipt.effectiveGasPrice} />` : !capped && html`<${GasPrice} wei=${tx.gasPrice} />`}
    ${tip !== null && html`<span class="muted">base fee <${GasPrice} wei=${block.baseFeePerGas ?? 0} /> + tip <${GasPrice} wei=${tip} /></span>`}
    ${capped && html`<span class="muted">offered: at most <${GasPrice} wei=${tx.maxFeePerGas} />, tip <${GasPrice} wei=${tx.maxPriorityFeePerGas} /></span>`}`
}

/** Whose code accounts will act by; which accounts, their changed code tells. */
const Authorizations = ({ of, state }) => html`<ul class="lines">${of.map((a) => {
  const accounts = state.filter(({ code }) => code?.to === `0xef0100${a.address.slice(2)}`)
  return html`<li>${accounts.length > 0 ? accounts.map(({ address }) => html`<${Address} value=${address} />`) : html`<span class="muted">an account</span>`}
    ${/^0x0{40}$/.test(a.address) ? html`<span>acts for itself again</span>` : html`<span class="muted">acts by the code of</span> <${Address} value=${a.address} />`}
    <span class="muted num">nonce ${int(a.nonce)}${Number(a.chainId) === 0 ? ', on any chain' : ''}</span></li>`
})}</ul>`

const AccessList = ({ of }) => html`<details class="fold"><summary>${count(of.length, 'account')}, ${count(of.reduce((sum, entry) => sum + entry.storageKeys.length, 0), 'slot')}</summary>
  <ul class="lines">${of.slice(0, 100).map((entry) => html`<li><${Address} value=${entry.address} />${entry.storageKeys.slice(0, 100).map((key) => html`<div class="mono small">${key}</div>`)}</li>`)}</ul></details>`
