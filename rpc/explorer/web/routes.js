// The page's addresses, and going from one to another without loading it again.

import { signal } from './lib/ui.js'

/** Where the page is: path and query of its address. */
export const place = signal(read())

function read() {
  return { path: location.pathname, query: new URLSearchParams(location.search) }
}

/** Goes to an address of the page; replace leaves no way back to the present one. */
export function go(href, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', href)
  place.value = read()
}

/** Follows links to the page's own addresses. */
export function follow() {
  addEventListener('popstate', () => { place.value = read() })
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="/"]')
    if (!link || link.hasAttribute('target') || link.hasAttribute('download') || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(link.getAttribute('href'))
    scrollTo(0, 0)
  })
}

export const paths = {
  block: (id) => `/block/${id}`,
  transaction: (hash) => `/tx/${hash}`,
  address: (address) => `/address/${address}`,
}
