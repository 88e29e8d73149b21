import { html } from '../lib/ui.js'

/** One number that matters: what it is, its value and unit, and what one should know of it. */
export const Figure = ({ name, value, unit, note, title }) => html`
  <div class="figure" title=${title}>
    <div class="name">${name}</div>
    <div class="value">${value}${unit && html`<span class="unit">${unit}</span>`}</div>
    <div class="hint">${note}</div>
  </div>`
