import { html } from '../lib/ui.js'
import { decodeError } from '../abi.js'

const WORDS = new Map([
  ['execution reverted', 'Reverted without a reason'],
  ['out of gas', 'Out of gas: it needed more than it was given'],
])

/** What a call that failed says: its reason in words, as far as they are known. */
export function ErrorText({ frame }) {
  const decoded = frame.output && frame.output !== '0x' ? decodeError(frame.to, frame.output) : null
  if (decoded) return html`<bdi class="why">${decoded.text}</bdi>`
  const custom = frame.error === 'execution reverted' && frame.output?.length >= 10
  return html`<span class="why">${custom ? html`Reverted with error <span class="mono" title=${frame.output.slice(0, 1_000)}>${frame.output.slice(0, 10)}</span>` : WORDS.get(frame.error) ?? String(frame.error).slice(0, 200)}</span>`
}
