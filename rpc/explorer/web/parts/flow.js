// A picture of what moved: from whom to whom, row under row.

import { html, useEffect, useState } from '../lib/ui.js'
import { int, shorten, units } from '../format.js'
import { tokenOf } from '../tokens.js'
import { paths } from '../routes.js'
import { Address, Mark } from './hash.js'

/** Who sends something, or gets it. */
function End({ address, role, large, link = true }) {
  if (!address) return html`<div class="end"><span class="nobody"></span><span class="who">${role}</span></div>`
  if (!large) return html`<div class="end"><${Address} value=${address} /></div>`
  return html`<div class="end large"><${Mark} value=${address} size=${44} /><span class="who"><${Address} value=${address} link=${link} /><span class="muted small">${role}</span></span></div>`
}

/**
 * An arrow from one to the other with what goes along it; kind is 'good', 'bad' (it did
 * not happen) or 'moving' (not yet).
 */
export function Arrow({ from, to, fromRole, toRole, large = false, kind = 'good', what, below }) {
  return html`<div class="flow ${large ? 'large' : ''}" role="listitem">
    <${End} address=${from} role=${fromRole} large=${large} />
    <div class="arrow ${kind} ${below ? 'two' : ''}"><span class="on">${what}</span><span class="shaft"></span>${below && html`<span class="below">${below}</span>`}</div>
    <${End} address=${to} role=${toRole} large=${large} />
  </div>`
}

const ZERO = /^0x0{40}$/

/** Tokens on their way: {contract, from, to, value, id}. */
export function TokenArrow({ of: { contract, from, to, value, id } }) {
  const token = useToken(contract)
  const name = html`<a href=${paths.address(contract)} title="${token?.name ?? 'Token'} at ${contract}"><bdi>${token?.symbol ?? token?.name ?? shorten(contract, 4)}</bdi></a>`
  const fungible = value !== null && id === null
  const what = fungible
    ? html`<span class="num" title=${int(value)}>${token ? units(value, token.decimals) : int(value)}</span> ${name}`
    : html`${value !== null && html`<span class="num">${int(value)} × </span>`}${name} <span class="num" title=${String(id)}>#${shorten(String(id), 6)}</span>`
  return html`<${Arrow} from=${ZERO.test(from) ? null : from} fromRole="minted" to=${ZERO.test(to) ? null : to} toRole="burnt" what=${what} />`
}

/** What a token says of itself, when it has answered. */
function useToken(address) {
  const [token, setToken] = useState(null)
  useEffect(() => {
    let gone = false
    tokenOf(address).then((found) => { if (!gone) setToken(found) }, () => {})
    return () => { gone = true }
  }, [address])
  return token
}
