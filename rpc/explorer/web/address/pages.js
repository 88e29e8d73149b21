// Going through a long list by cursors: each page tells where the next begins.

import { html, useState } from '../lib/ui.js'

/** The pages that were passed; cursor is where the present one begins, null the first. */
export function usePages() {
  const [passed, setPassed] = useState([])
  return {
    cursor: passed.at(-1) ?? null,
    number: passed.length + 1,
    older: (next) => setPassed([...passed, next]),
    newer: () => setPassed(passed.slice(0, -1)),
    newest: () => setPassed([]),
  }
}

export function Pages({ of, next }) {
  if (of.cursor === null && next === null) return null
  return html`<nav class="pages" aria-label="Pages of the list">
    <span class="row"><button class="button" type="button" disabled=${of.cursor === null} onClick=${of.newest}>Newest</button>
      <button class="button" type="button" disabled=${of.cursor === null} onClick=${of.newer}>Newer</button></span>
    <span class="muted small num">Page ${of.number}</span>
    <button class="button" type="button" disabled=${next === null} onClick=${() => of.older(next)}>Older</button>
  </nav>`
}
