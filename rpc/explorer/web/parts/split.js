import { html } from '../lib/ui.js'
import { Amount } from './text.js'

const CLASSES = ['one', 'two']

/** Two amounts that make a whole, [[name, wei], …], as a bar and in words. */
export function Split({ of }) {
  const total = of.reduce((sum, [, wei]) => sum + wei, 0n)
  return html`<div class="parts">
    <span class="split" aria-hidden="true">${of.map(([, wei], i) => html`<i class=${CLASSES[i]} style=${{ width: `${total > 0n ? Number((wei * 10_000n) / total) / 100 : 0}%` }}></i>`)}</span>
    ${of.map(([name, wei], i) => html`<span class="legend"><i class=${CLASSES[i]}></i>${name} <${Amount} wei=${wei} /></span>`)}
  </div>`
}
