// The data of a call: what they say, or the bytes.

import { html, useState } from '../lib/ui.js'
import { decodeCall } from '../abi.js'
import { count } from '../format.js'
import { callShaped, textOf } from '../words.js'
import { Arguments, Signature } from './args.js'
import { Choice } from './choice.js'
import { Copy } from './hash.js'

const SHOWN = 20_000 // characters: more is there to be copied

export function Input({ to, data }) {
  const [chosen, setChosen] = useState(null)
  const decoded = to ? decodeCall(to, data) : null
  const text = textOf(data)
  if (data === '0x') return html`<span class="muted">none</span>`
  const views = [
    decoded && { name: 'Decoded', show: () => html`<${Signature} of=${decoded} /><${Arguments} of=${decoded.args} />` },
    text && { name: 'Text', show: () => html`<pre class="said"><bdi>${text.slice(0, SHOWN)}</bdi></pre>` },
    { name: 'Hex', show: () => html`<pre class="said hex">${to && callShaped(data) ? words(data) : data.slice(0, SHOWN)}</pre>` },
  ].filter(Boolean)
  if (text && callShaped(data)) views.reverse() // more likely no text
  const view = views.find((v) => v.name === chosen) ?? views[0]
  return html`<div class="input">
    <div class="row">${views.length > 1 && html`<${Choice} label="Input as" options=${views} chosen=${view} choose=${(v) => setChosen(v.name)} />`}
      <span class="muted small num">${count(data.length / 2 - 1, 'byte')}</span><${Copy} text=${data} what="Copy input" /></div>
    ${view.show()}
  </div>`
}

/** A call's data as the machine reads them: four bytes, then words. */
const words = (data) => [data.slice(0, 10), ...data.slice(10, SHOWN).match(/.{1,64}/g) ?? []].join('\n')
