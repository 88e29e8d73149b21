// Hashes and addresses: whole or shortened, as links, to be copied.

import { getAddress } from '../lib/eth.js'
import { html, useEffect, useMemo, useState } from '../lib/ui.js'
import { shorten } from '../format.js'
import { paths } from '../routes.js'

const CELLS = 5

/** A picture of an address, by which people recognise it: symmetric, of its own colour. */
export function Mark({ value, size = 18 }) {
  const drawing = useMemo(() => {
    const hex = value.slice(2).toLowerCase()
    const hue = parseInt(hex.slice(0, 4), 16) % 360
    let path = ''
    for (let x = 0; x < 3; x++) {
      for (let y = 0; y < CELLS; y++) {
        if (parseInt(hex[4 + x * CELLS + y], 16) % 2) continue
        path += `M${x} ${y}h1v1h-1z`
        if (x < 2) path += `M${CELLS - 1 - x} ${y}h1v1h-1z`
      }
    }
    return { path, ground: `hsl(${hue} 45% 88%)`, ink: `hsl(${(hue + 20) % 360} 60% 38%)` }
  }, [value])
  return html`<svg class="mark" width=${size} height=${size} viewBox="-.5 -.5 6 6" aria-hidden="true">
    <rect x="-.5" y="-.5" width="6" height="6" fill=${drawing.ground} /><path d=${drawing.path} fill=${drawing.ink} />
  </svg>`
}

/** Copies a text. */
export function Copy({ text, what = 'Copy' }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return undefined
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async () => {
    // Browsers have no clipboard for pages that come neither over TLS nor from this machine.
    if (navigator.clipboard) await navigator.clipboard.writeText(text)
    else copyOldWay(text)
    setDone(true)
  }
  return html`<button class="copy ${done ? 'done' : ''}" type="button" onClick=${copy} title=${what} aria-label=${done ? 'Copied' : what}>
    <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true">
      ${done ? html`<path d="M2.5 8.5l3.5 3.5 7.5-8" />` : html`<rect x="5" y="5" width="8.5" height="9" rx="1.5" /><path d="M3 11V3.5A1.5 1.5 0 0 1 4.5 2H10" />`}
    </svg>
  </button>`
}

function copyOldWay(text) {
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** A hash that leads nowhere. */
export const Hash = ({ value, short = false, copy = false }) => html`
  <span class="hash" title=${short ? value : null}>
    <span class="text">${short ? shorten(value) : value}</span>${copy && html`<${Copy} text=${value} what="Copy hash" />`}
  </span>`

export const BlockHash = ({ value, short = false, copy = false }) => html`
  <span class="hash" title=${short ? value : null}>
    <a class="text" href=${paths.block(value)}>${short ? shorten(value) : value}</a>${copy && html`<${Copy} text=${value} what="Copy hash" />`}
  </span>`

export const Transaction = ({ hash, short = true, copy = false }) => html`
  <span class="hash" title=${short ? hash : null}>
    <a class="text" href=${paths.transaction(hash)}>${short ? shorten(hash) : hash}</a>${copy && html`<${Copy} text=${hash} what="Copy hash" />`}
  </span>`

/** An address with its picture; name is shown instead of the digits if there is one. */
export function Address({ value, short = true, copy = false, name = null, link = true }) {
  const address = getAddress(value)
  const text = name ?? (short ? shorten(address, 5) : address)
  return html`<span class="hash" title=${short || name ? address : null}>
    <${Mark} value=${address} />
    ${link ? html`<a class=${name ? '' : 'text'} href=${paths.address(address)}>${text}</a>` : html`<span class=${name ? '' : 'text'}>${text}</span>`}
    ${copy && html`<${Copy} text=${address} what="Copy address" />`}
  </span>`
}
