import { html } from '../lib/ui.js'
import { methodName } from '../abi.js'

/** What a transaction or a call {to, input} does, in a word. */
export function Method({ to, input }) {
  if (!to) return html`<span class="tag">create</span>`
  const name = methodName(input, to)
  if (!name) return html`<span class="muted">${input === '0x' ? 'transfer' : 'data'}</span>`
  return html`<span class="tag method ${name.startsWith('0x') ? 'mono' : ''}" title=${name}>${name}</span>`
}
