// What is there instead of data: not yet, nothing, or an error.

import { html } from '../lib/ui.js'
import { LinkError } from '../rpc.js'

/** Takes the place of a text that is awaited. */
export const Waiting = ({ children = '—' }) => html`<span class="waiting" aria-busy="true">${children}</span>`

export const Empty = ({ children }) => html`<p class="empty">${children}</p>`

/** Says why there is no answer. */
export const Failure = ({ error }) => html`
  <p class="note bad" role="alert">${error instanceof LinkError ? `No answer from the node: ${error.message}` : error.message}</p>`

/** Shows children(data) of a query, or what is there instead of it. */
export function Answer({ query, children, waiting = html`<p class="empty">Asking the node …</p>` }) {
  if (query.data !== undefined) return children(query.data)
  return query.error && !query.loading ? html`<div class="body"><${Failure} error=${query.error} /></div>` : waiting
}
