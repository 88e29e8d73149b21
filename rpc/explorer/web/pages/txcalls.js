// The calls of a transaction as a tree: who called whom, and what came of it.

import { html, useMemo, useState } from '../lib/ui.js'
import { decodeCall } from '../abi.js'
import { amount, int, percent } from '../format.js'
import { Arguments, Signature } from '../parts/args.js'
import { Address, Mark } from '../parts/hash.js'
import { ErrorText } from '../parts/errortext.js'
import { Method } from '../parts/method.js'
import { Outcome } from '../parts/outcome.js'
import { Amount, Share } from '../parts/text.js'

const STEP = 200 // rows: more are drawn when asked for
const DEEP = 24 // levels that are indented

/** How many calls there are, the first included. */
export function sizeOf(root) {
  let size = 0
  const left = [root]
  while (left.length > 0) {
    size++
    left.push(...left.pop().calls ?? [])
  }
  return size
}

/** Calls in the order in which they were made, but for those within closed ones. */
function rowsOf(root, closed) {
  const rows = []
  const left = [{ frame: root, depth: 0 }]
  while (left.length > 0) {
    const row = left.pop()
    rows.push(row)
    if (closed.has(row.frame)) continue
    const calls = row.frame.calls ?? []
    for (let i = calls.length - 1; i >= 0; i--) left.push({ frame: calls[i], depth: row.depth + 1 })
  }
  return rows
}

export function Calls({ root }) {
  const [closed, setClosed] = useState(new Set())
  const [opened, setOpened] = useState(new Set())
  const [shown, setShown] = useState(STEP)
  const rows = useMemo(() => rowsOf(root, closed), [root, closed])
  const parents = useMemo(() => rowsOf(root, new Set()).filter((r) => r.frame.calls?.length > 0).map((r) => r.frame), [root])
  const total = Number(root.gasUsed) || 1
  return html`<div class="calls-head">
      <span class="muted small">Calls, with the gas that each used, calls within it included</span>
      ${parents.length > 1 && html`<button class="button plain" type="button" onClick=${() => setClosed(closed.size > 0 ? new Set() : new Set(parents.slice(1)))}>${closed.size > 0 ? 'Open all' : 'Close all'}</button>`}
    </div>
    <div class="calls" role="tree" aria-label="Calls">
      ${rows.slice(0, shown).map(({ frame, depth }, i) => html`<${Call} key=${i} frame=${frame} depth=${depth} total=${total}
        closed=${closed.has(frame)} toggle=${() => setClosed(other(closed, frame))} open=${opened.has(frame)} show=${() => setOpened(other(opened, frame))} />`)}
    </div>
    ${rows.length > shown && html`<div class="body"><button class="button" type="button" onClick=${() => setShown(shown + STEP)}>Show ${int(Math.min(STEP, rows.length - shown))} more of ${int(rows.length)}</button></div>`}`
}

/** A set with something put in or taken out. */
function other(set, item) {
  const changed = new Set(set)
  if (!changed.delete(item)) changed.add(item)
  return changed
}

const KINDS = { CALL: '', STATICCALL: 'reads', DELEGATECALL: 'borrows code', CALLCODE: 'borrows code', CREATE: 'creates', CREATE2: 'creates', SELFDESTRUCT: 'ends' }

function Call({ frame, depth, total, closed, toggle, open, show }) {
  const inner = frame.calls?.length ?? 0
  const gas = Number(frame.gasUsed ?? 0)
  const value = BigInt(frame.value ?? 0)
  const creates = frame.type.startsWith('CREATE')
  return html`<div class="call ${frame.error ? 'failed' : ''}" role="treeitem" aria-level=${depth + 1} aria-expanded=${inner > 0 ? !closed : null}>
    <div class="line">
      <span class="depth" style=${{ '--depth': Math.min(depth, DEEP) }} aria-hidden="true"></span>
      ${inner > 0
        ? html`<button class="twist ${closed ? 'closed' : ''}" type="button" onClick=${toggle} aria-label="${closed ? 'Open' : 'Close'} ${int(inner)} calls"><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path d="M2 3.5h8L6 9z" fill="currentColor" /></svg></button>`
        : html`<span class="twist"></span>`}
      <span class="tag kind ${creates ? 'accent' : ''}" title=${Object.hasOwn(KINDS, frame.type) ? KINDS[frame.type] : ''}>${frame.type}</span>
      <span class="ends"><span title="from ${frame.from}"><${Mark} value=${frame.from} /></span><span class="muted" aria-label="to">→</span>${frame.to ? html`<${Address} value=${frame.to} />` : html`<span class="muted">nothing</span>`}</span>
      <button class="what" type="button" onClick=${show} aria-expanded=${open} title="Arguments and answer">${creates ? html`<span class="muted small">new contract</span>` : html`<${Method} to=${frame.to} input=${frame.input} />`}</button>
      ${frame.error && html`<span class="error"><${Outcome} failed /><${ErrorText} frame=${frame} /></span>`}
      ${value > 0n && html`<span class="tag warn num" title="${amount(value)} sent along"><${Amount} wei=${value} /></span>`}
    </div>
    <span class="gas num" title="${int(gas)} gas, ${percent(gas / total)}"><${Share} of=${gas} whole=${total} label="${percent(gas / total)} of the gas" /><span>${int(gas)}</span></span>
    ${open && html`<${Details} frame=${frame} />`}
  </div>`
}

const BYTES = 4_000 // characters

function Details({ frame }) {
  const decoded = frame.to && !frame.type.startsWith('CREATE') ? decodeCall(frame.to, frame.input) : null
  return html`<div class="details">
    ${decoded ? html`<${Signature} of=${decoded} /><${Arguments} of=${decoded.args} />` : html`<dl class="args"><dt><span>input</span></dt><dd><${Hex} of=${frame.input} /></dd></dl>`}
    <dl class="args"><dt><span>answer</span></dt><dd><${Hex} of=${frame.output} /></dd>
      <dt><span>gas</span></dt><dd class="num">${int(frame.gasUsed ?? 0)} <span class="muted">of ${int(frame.gas ?? 0)}</span></dd></dl>
  </div>`
}

const Hex = ({ of = '0x' }) => (of === '0x' ? html`<span class="muted">none</span>` : html`<pre class="said hex">${of.slice(0, BYTES)}${of.length > BYTES && ' …'}</pre>`)
