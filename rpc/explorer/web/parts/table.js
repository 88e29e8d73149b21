import { html } from '../lib/ui.js'
import { Empty } from './states.js'

/**
 * A table. Columns are {name, cell(row), right?, className?}; keyOf(row) tells rows
 * apart, so that those that stay are not drawn again; rowProps(row) are a row's own.
 */
export function Table({ columns, rows, keyOf, caption, empty = 'Nothing here yet.', rowProps = () => null }) {
  if (rows.length === 0) return html`<${Empty}>${empty}<//>`
  return html`<div class="table"><table>
    <caption class="hidden-label">${caption}</caption>
    <thead><tr>${columns.map((c) => html`<th scope="col" class=${classOf(c)}>${c.name}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${keyOf(row)} ...${rowProps(row)}>${columns.map((c) => html`<td class=${classOf(c)}>${c.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`
}

const classOf = ({ right, className = '' }) => `${right ? 'right ' : ''}${className}`
