import { html } from '../lib/ui.js'

/** One of a few options {name, …}. */
export const Choice = ({ label, options, chosen, choose }) => html`<div class="choice" role="group" aria-label=${label}>
  ${options.map((option) => html`<button type="button" aria-pressed=${option === chosen} onClick=${() => choose(option)}>${option.name}</button>`)}</div>`
