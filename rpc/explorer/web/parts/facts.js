import { html } from '../lib/ui.js'

/** A list of properties: [[name, value], …]; those that are null are left out. */
export const Facts = ({ of }) => html`
  <dl class="facts">${of.filter((fact) => fact && fact[1] !== null && fact[1] !== undefined).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
