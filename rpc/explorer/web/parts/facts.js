import { html } from '../lib/ui.js'

/** A list of properties: [[name, value], …]; those without a value (null, false) are left out. */
export const Facts = ({ of }) => html`
  <dl class="facts">${of.filter((fact) => fact && fact[1] !== null && fact[1] !== undefined && fact[1] !== false).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
