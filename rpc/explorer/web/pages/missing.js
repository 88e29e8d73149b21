import { html } from '../lib/ui.js'

/** There is no such page. */
export const Missing = ({ what = 'page' }) => html`
  <div class="title"><h1>No such ${what}</h1></div>
  <div class="card"><p class="empty">There is nothing at this address. The search above finds blocks by number or hash, transactions by hash, and addresses. <a href="/">To the overview</a></p></div>`
