// A value out of a contract, as decoded by abi.js.

import { html } from '../lib/ui.js'
import { int } from '../format.js'
import { Address, Copy } from './hash.js'

const SHOWN = 4 // elements of a list that are not folded away
const BYTES = 66 // characters of bytes that are shown whole: a word
const LINE = 160 // characters of a string
const MAX = 2n ** 256n - 1n

/** Draws a value of a type, whatever it is. */
export function Value({ type, value, short = false, within = false }) {
  if (Array.isArray(value)) return html`<${List} type=${type.replace(/\[\d*\]$/, '')} value=${value} short=${short} />`
  if (value?.fields) return html`<${Fields} of=${value.fields} short=${short} />`
  if (typeof value === 'bigint' || typeof value === 'number') return html`<${Integer} value=${BigInt(value)} />`
  if (typeof value === 'boolean') return html`<span class="tag ${value ? 'good' : ''}">${String(value)}</span>`
  if (type === 'address') return html`<${Address} value=${value} short=${short || within} copy=${!short} />`
  if (type.startsWith('bytes')) return html`<${Bytes} value=${value} short=${short} />`
  return html`<${Text} value=${visible(String(value))} short=${short} />`
}

const Integer = ({ value }) => (value === MAX
  ? html`<span class="num" title=${int(value)}>2²⁵⁶ − 1 <span class="muted">(all there can be)</span></span>`
  : html`<span class="num integer" title="${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}">${int(value)}</span>`)

function Bytes({ value, short }) {
  const size = value.length / 2 - 1
  const ends = short ? 6 : 28
  if (size === 0) return html`<span class="muted">no bytes</span>`
  const text = value.length <= (short ? 18 : BYTES) ? value : `${value.slice(0, 2 + ends)}…${value.slice(-ends / 2)}`
  return html`<span class="hash" title="${int(size)} bytes"><span class="text">${text}</span><${Copy} text=${value} what="Copy bytes" /></span>
    ${value.length > BYTES && html`<span class="muted small nowrap">${int(size)} bytes</span>`}`
}

/** A text in which what cannot be seen, or turns the rest around, shows. */
const visible = (text) => text.replace(/(?![\n\t\u200d])[\p{Cc}\p{Cf}]/gu, '\ufffd')

function Text({ value, short }) {
  if (value === '') return html`<span class="muted">empty text</span>`
  const line = short ? LINE / 4 : LINE
  if (value.length <= line) return html`<bdi class="said">${value}</bdi>`
  if (short) return html`<bdi class="said">${value.slice(0, line)}…</bdi>`
  return html`<details class="fold"><summary><bdi class="said">${value.slice(0, line)}…</bdi> <span class="muted small nowrap">${int(value.length)} characters</span></summary>
    <pre class="said">${value.slice(0, 20_000)}</pre></details>`
}

function List({ type, value, short }) {
  if (value.length === 0) return html`<span class="muted">empty list</span>`
  const items = (from, to) => html`<ol class="items" start=${from}>${value.slice(from, to).map((element, i) => html`<li><span class="at muted num">${from + i}</span><div><${Value} type=${type} value=${element} short=${short} within /></div></li>`)}</ol>`
  const shown = short ? 0 : SHOWN
  if (value.length <= shown + 1) return items(0, value.length)
  return html`<div>${shown > 0 && items(0, shown)}<details class="fold"><summary class="muted small">${shown > 0 ? `${int(value.length - shown)} more` : `${int(value.length)} elements`}</summary>${items(shown, 1_000)}
    ${value.length > 1_000 && html`<p class="muted small">and ${int(value.length - 1_000)} more</p>`}</details></div>`
}

const Fields = ({ of, short }) => html`<dl class="fields">${of.map(({ name, type, value }, i) => html`<dt title=${type}>${name || i}</dt><dd><${Value} type=${type} value=${value} short=${short} within /></dd>`)}</dl>`
