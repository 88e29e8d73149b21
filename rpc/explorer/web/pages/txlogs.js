// What the contracts of a transaction wrote into its logs.

import { html, useState } from '../lib/ui.js'
import { decodeLog } from '../abi.js'
import { int } from '../format.js'
import { Arguments, Signature } from '../parts/args.js'
import { Address } from '../parts/hash.js'
import { Choice } from '../parts/choice.js'
import { Empty } from '../parts/states.js'

const STEP = 50
const BYTES = 5_000 // characters of data that are shown
const DECODED = { name: 'Decoded' }
const RAW = { name: 'Raw' }

export function Logs({ logs }) {
  const [shown, setShown] = useState(STEP)
  if (logs.length === 0) return html`<${Empty}>No contract wrote a log.<//>`
  return html`<ol class="logs">${logs.slice(0, shown).map((log) => html`<${Log} key=${log.logIndex} log=${log} />`)}</ol>
    ${logs.length > shown && html`<div class="body"><button class="button" type="button" onClick=${() => setShown(shown + STEP)}>Show more of ${int(logs.length)}</button></div>`}`
}

function Log({ log }) {
  const [view, setView] = useState(DECODED)
  const decoded = decodeLog(log)
  return html`<li class="log">
    <span class="index num" title="Number of the log in the block">${int(log.logIndex)}</span>
    <div class="stack">
      <div class="row between"><${Address} value=${log.address} />${decoded && html`<${Choice} label="Log as" options=${[DECODED, RAW]} chosen=${view} choose=${setView} />`}</div>
      ${decoded && view === DECODED ? html`<${Signature} of=${decoded} /><${Arguments} of=${decoded.args} />` : html`<${Bytes} log=${log} />`}
    </div>
  </li>`
}

const Bytes = ({ log: { topics, data } }) => html`<dl class="args">
  ${topics.map((topic, i) => html`<dt><span>topic ${i}</span></dt><dd class="mono">${topic}</dd>`)}
  <dt><span>data</span></dt><dd>${data === '0x' ? html`<span class="muted">none</span>` : html`<pre class="said hex">${data.slice(2, BYTES).match(/.{1,64}/g).join('\n')}${data.length > BYTES && '\n…'}</pre>`}</dd>
</dl>`
