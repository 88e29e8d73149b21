import { html } from '../lib/ui.js'
import { methodName } from '../abi.js'
import { callShaped, textOf } from '../words.js'

const MESSAGE = 4_000 // characters: longer data is not looked at

/** What a transaction or a call {to, input} does, in a word. */
export function Method({ to, input }) {
  if (!to) return html`<span class="tag">create</span>`
  const name = methodName(input, to)
  if (!name) return html`<span class="muted">${input === '0x' ? 'transfer' : 'data'}</span>`
  if (name.startsWith('0x') && input.length < MESSAGE && !callShaped(input) && textOf(input) !== null) return html`<span class="tag">message</span>`
  return html`<span class="tag method ${name.startsWith('0x') ? 'mono' : ''}" title=${name}>${name}</span>`
}
