// What a call, a log or an error says, argument by argument.

import { html } from '../lib/ui.js'
import { Value } from './value.js'

/** [{name, type, value, indexed?}], as decoded by abi.js. */
export const Arguments = ({ of }) => (of.length === 0
  ? html`<p class="muted">No arguments.</p>`
  : html`<dl class="args">${of.map(({ name, type, value, indexed }, i) => html`
      <dt><span>${name || i}</span><span class="muted small mono">${type}</span>${indexed && html`<span class="tag">indexed</span>`}</dt>
      <dd><${Value} type=${type} value=${value} short=${false} /></dd>`)}</dl>`)

/** The signature of what is called, its name standing out. */
export const Signature = ({ of: { name, signature } }) => html`
  <p class="signature mono" title=${signature}><b>${name}</b>${signature.slice(name.length)}</p>`
