// A token, and amounts of it, named as its contract does.

import { formatUnits } from '../lib/eth.js'
import { html } from '../lib/ui.js'
import { int } from '../format.js'
import { Address } from '../parts/hash.js'
import { useQuery } from '../query.js'
import { tokenOf } from '../tokens.js'

const DIGITS = 12 // of an amount, beyond which it is shortened

/** A token's symbol as a link. */
export function Token({ contract }) {
  const { data } = useQuery(() => tokenOf(contract), [contract])
  return html`<span class="token"><${Address} value=${contract} name=${data?.symbol ?? data?.name ?? null} /></span>`
}

/** An amount of a token, or the number of a single piece. */
export function Units({ contract, value, id = null }) {
  const { data } = useQuery(() => tokenOf(contract), [contract])
  const piece = id !== null && html`<span class="num" title=${int(id)}>#${cut(int(id))}</span>`
  if (value === null) return piece
  const text = units(value, data?.decimals ?? 0)
  return html`<span class="num nowrap" title="${int(value)} of the smallest unit">${piece} ${id !== null && '× '}${text}</span>`
}

const MOST = 77 // decimals: a word has no more digits

/** 1234500000000000000, 18 → 1.2345 */
export function units(value, decimals) {
  if (decimals > MOST) return cut(int(value))
  const [whole, rest = ''] = formatUnits(BigInt(value), decimals).split('.')
  const shown = rest.slice(0, 6).replace(/0+$/, '')
  if (whole === '0' && rest && !shown) return '< 0.000001'
  return `${cut(int(whole))}${shown ? `.${shown}` : ''}`
}

/** Of a number that nobody reads, its size: 1.16 × 10⁷⁷ */
function cut(text) {
  const digits = text.replaceAll(',', '')
  if (digits.length <= DIGITS + 3) return text
  const power = String(digits.length - 1).replace(/\d/g, (d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[d])
  return `${digits[0]}.${digits.slice(1, 3)} × 10${power}`
}
