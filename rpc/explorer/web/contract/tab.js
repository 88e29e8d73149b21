// A contract as something to use: read and write through an ABI.

import { html, useMemo, useState } from '../lib/ui.js'
import { abiOf, addABI, removeABI } from '../abi.js'
import { count } from '../format.js'
import { Address } from '../parts/hash.js'
import { Empty } from '../parts/states.js'
import { ABIForm, summary } from './abiform.js'
import { KnownAccounts } from './fields.js'
import { Read, ReadNow, Write } from './functions.js'
import { useImplementation } from './proxy.js'
import { recognise } from './recognise.js'
import { SignerChoice } from './signer.js'

const MANY = 8 // functions, from which on they can be searched

export function Contract({ address, code, token }) {
  const own = abiOf(address)
  const implementation = useImplementation(address, code)
  const running = implementation?.code ?? code
  const known = useMemo(() => recognise(running, token?.standard), [running, token])
  const [asking, setAsking] = useState(false)
  const entries = own ? own.entries : known.entries
  if (implementation === undefined) return html`<${Empty}>Asking the node …<//>`
  return html`
    <div class="abi-head">
      ${implementation && html`<${Proxy} address=${address} implementation=${implementation} own=${own} />`}
      <div class="row apart">
        ${own ? html`<span class="row"><span class="dot good"></span><strong>${own.name ?? 'Your ABI'}</strong>${summary(own.entries)}</span>`
          : html`<span class="row"><span class="dot ${known.entries.length ? 'warn' : ''}"></span><span>${known.entries.length ? html`Recognised by its code: ${known.names.length ? known.names.map((name) => html`<span class="tag accent">${name}</span>`) : count(known.entries.length, 'function')}` : 'No ABI yet, and nothing in the code that is known.'}</span></span>`}
        <span class="row">${own && html`<button class="button" type="button" onClick=${() => removeABI(address)}>Remove ABI</button>`}
          ${(own || entries.length > 0) && html`<button class="button" type="button" aria-expanded=${asking} onClick=${() => setAsking(!asking)}>${own ? 'Replace' : 'Give the ABI'}</button>`}</span>
      </div>
      ${(asking || entries.length === 0) && html`<${ABIForm} address=${address} done=${() => setAsking(false)} />`}
    </div>
    ${entries.length > 0 && html`<${Functions} key=${entries.map((e) => e.id).join()} address=${address} entries=${entries} />`}`
}

function Proxy({ address, implementation, own }) {
  const theirs = abiOf(implementation.address)
  return html`<div class="note row apart">
    <span class="row"><span class="tag accent">${implementation.kind}</span><span>runs the code of</span><${Address} value=${implementation.address} /></span>
    ${theirs && own?.entries !== theirs.entries && html`<button class="button" type="button" onClick=${() => addABI(address, theirs)}>Use the ABI of ${theirs.name ?? 'that contract'}</button>`}
  </div>`
}

function Functions({ address, entries }) {
  const [text, setText] = useState('')
  const all = entries.filter((e) => e.kind === 'function')
  const shown = text ? all.filter((e) => e.name.toLowerCase().includes(text.trim().toLowerCase())) : all
  const reads = shown.filter((e) => e.mutability === 'view' || e.mutability === 'pure')
  const now = reads.filter((e) => e.inputs.length === 0)
  const asked = reads.filter((e) => e.inputs.length > 0)
  const writes = shown.filter((e) => !reads.includes(e))
  return html`<${KnownAccounts} />
    ${all.length >= MANY && html`<div class="filter"><input class="field" type="search" value=${text} placeholder="Search functions" aria-label="Search functions" autocomplete="off" onInput=${(event) => setText(event.target.value)} /></div>`}
    <div class="functions">
      <section aria-label="Read"><header><h3>Read</h3></header>
        ${reads.length === 0 && html`<${Empty}>Nothing to read.<//>`}
        <ul>${now.map((e) => html`<${ReadNow} key=${e.id} address=${address} entry=${e} />`)}${asked.map((e) => html`<${Read} key=${e.id} address=${address} entry=${e} />`)}</ul></section>
      <section aria-label="Write"><header><h3>Write</h3></header>
        ${writes.length === 0 ? html`<${Empty}>Nothing to write.<//>` : html`<div class="as"><${SignerChoice} /></div>`}
        <ul>${writes.map((e) => html`<${Write} key=${e.id} address=${address} entry=${e} />`)}</ul></section>
    </div>`
}
