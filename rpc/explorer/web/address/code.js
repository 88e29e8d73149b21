// A contract's code: its bytes, and the instructions they are.

import { keccak256 } from '../lib/eth.js'
import { html, useMemo, useState } from '../lib/ui.js'
import { bytes, int } from '../format.js'
import { Address, Copy, Hash } from '../parts/hash.js'
import { Facts } from '../parts/facts.js'
import { delegateOf } from './kind.js'
import { disassemble } from './opcodes.js'

const BYTES = 4_096 // of the code that are shown at first
const STEPS = 500 // instructions that are shown at a time

export function Code({ code }) {
  const size = code.length / 2 - 1
  const hash = useMemo(() => keccak256(code), [code])
  const [whole, setWhole] = useState(false)
  const shown = whole ? code : code.slice(0, 2 + 2 * BYTES)
  const target = delegateOf(code)
  return html`<${Facts} of=${[
    ['Size', html`<span class="num" title="${int(size)} bytes">${bytes(size)}</span>`],
    ['Hash', html`<${Hash} value=${hash} copy />`],
    target && ['Names', html`<${Address} value=${target} short=${false} copy />`],
  ]} />
  <div class="panel stack">
    <div class="row apart"><h3>Bytes</h3><${Copy} text=${code} what="Copy the code" /></div>
    <pre class="bytes" tabindex="0" aria-label="Bytes of the code">${shown}${shown.length < code.length && '…'}</pre>
    ${shown.length < code.length && html`<div><button class="button" type="button" onClick=${() => setWhole(true)}>Show all ${int(size)} bytes</button></div>`}
    ${!target && html`<${Disassembly} code=${code} />`}
  </div>`
}

function Disassembly({ code }) {
  const [open, setOpen] = useState(false)
  const [shown, setShown] = useState(STEPS)
  const steps = useMemo(() => (open ? disassemble(code) : []), [code, open])
  return html`<details class="fold" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary><h3 class="inline">Instructions</h3></summary>
    <pre class="listing" tabindex="0" aria-label="Instructions">${steps.slice(0, shown).map(({ at, name, data, known }) => html`<span class="instruction ${known ? '' : 'odd'}"><i>${hex4(at)}</i><b>${name}</b>${data && html`<span>${data}</span>`}\n</span>`)}</pre>
    ${steps.length > shown && html`<button class="button" type="button" onClick=${() => setShown(shown + 4 * STEPS)}>More of ${int(steps.length)} instructions</button>`}
  </details>`
}

const hex4 = (n) => n.toString(16).padStart(4, '0')
