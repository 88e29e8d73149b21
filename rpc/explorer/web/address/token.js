// A token, and amounts of it, named as its contract does.

import { html } from '../lib/ui.js'
import { cut, int, units } from '../format.js'
import { Address } from '../parts/hash.js'
import { useQuery } from '../query.js'
import { tokenOf } from '../tokens.js'

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
