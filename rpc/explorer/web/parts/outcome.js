import { html } from '../lib/ui.js'

/** Whether something succeeded, as a mark that needs no colour. */
export const Outcome = ({ failed, name = failed ? 'Failed' : 'Succeeded' }) => html`
  <svg class="outcome ${failed ? 'bad' : 'good'}" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" role="img" aria-label=${name}><title>${name}</title>
    ${failed ? html`<path d="M4 4l8 8M12 4l-8 8" />` : html`<path d="M3 8.5l3.5 3.5L13 4.5" />`}</svg>`
