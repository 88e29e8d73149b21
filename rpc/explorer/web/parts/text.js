// Amounts and times within a text; the exact value is their title.

import { html } from '../lib/ui.js'
import { amount, exactAmount, gas, int, moment, span } from '../format.js'
import { now } from '../live.js'

export const Amount = ({ wei }) => html`<span class="num nowrap" title=${exactAmount(wei)}>${amount(wei)}</span>`

export const GasPrice = ({ wei }) => html`<span class="num nowrap" title="${int(wei)} wei">${gas(wei)}</span>`

/** How long ago a block's time (unix seconds) was; it goes on. */
export const Age = ({ time, suffix = ' ago' }) => {
  const at = Number(time) * 1000
  return html`<time class="num nowrap" datetime=${new Date(at).toISOString()} title=${moment(at)}>${span((now.value - at) / 1000)}${suffix}</time>`
}

/** The moment itself, and how long ago it was. */
export const Moment = ({ time }) => html`<span><span class="num">${moment(Number(time) * 1000)}</span> <span class="muted">(<${Age} time=${time} />)</span></span>`

/** A part of a whole, as a bar. */
export const Share = ({ of, whole, label }) => html`
  <span class="share" role="img" aria-label=${label} title=${label}><i style=${{ width: `${whole ? Math.min(100, (100 * of) / whole) : 0}%` }}></i></span>`
