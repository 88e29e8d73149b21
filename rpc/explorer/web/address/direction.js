import { html } from '../lib/ui.js'

const WAYS = {
  in: ['In', 'M8 2.5v10M4 8.5l4 4 4-4'],
  out: ['Out', 'M8 13.5v-10M4 7.5l4-4 4 4'],
  self: ['To itself', 'M12.5 8a4.5 4.5 0 1 1-2-3.7M10.8 1.5v3.2H7.6'],
  create: ['New contract', 'M8 3v10M3 8h10'],
}

/** A mark of where something went, as seen from the address of the page. */
export function Direction({ of, failed = false }) {
  const [name, path] = WAYS[of]
  const title = failed ? `${name}, failed` : name
  return html`<span class="direction ${of} ${failed ? 'failed' : ''}" role="img" aria-label=${title} title=${title}>
    <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${failed ? 'M4 4l8 8M12 4l-8 8' : path} /></svg>
  </span>`
}
