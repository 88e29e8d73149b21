// Parts of a page of which one is shown; the address tells which (#logs).

import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib/ui.js'

/**
 * Tabs of [{id, name, count?, show()}]. The first is shown when the address names none;
 * arrow keys go from one to the next.
 */
export function Tabs({ label, of }) {
  const fragment = useFragment()
  const shown = of.find((tab) => tab.id === fragment) ?? of[0]
  const list = useRef(null)
  useLayoutEffect(() => {
    // A narrow window has no room for all of them: the chosen one is in the middle.
    const box = list.current.getBoundingClientRect()
    const tab = list.current.querySelector('[aria-selected="true"]').getBoundingClientRect()
    list.current.scrollLeft += tab.left + tab.width / 2 - (box.left + box.width / 2)
  }, [shown.id])
  const press = (event) => {
    const at = of.indexOf(shown)
    const next = { ArrowLeft: of[at - 1] ?? of.at(-1), ArrowRight: of[at + 1] ?? of[0], Home: of[0], End: of.at(-1) }[event.key]
    if (!next) return
    event.preventDefault()
    const links = event.currentTarget.children
    location.hash = next.id
    links[of.indexOf(next)].focus()
  }
  return html`<div class="card tabbed">
    <div class="tabs" ref=${list} role="tablist" aria-label=${label} onKeyDown=${press}>
      ${of.map((tab) => html`<a key=${tab.id} id="tab-${tab.id}" role="tab" href="#${tab.id}" aria-selected=${tab === shown} aria-controls="panel-${tab.id}" tabindex=${tab === shown ? 0 : -1}>
        ${tab.name}${tab.count !== undefined && tab.count !== null && html`<span class="count">${tab.count}</span>`}</a>`)}
    </div>
    <div key=${shown.id} id="panel-${shown.id}" role="tabpanel" aria-labelledby="tab-${shown.id}">${shown.show()}</div>
  </div>`
}

/** What stands behind the # of the address. */
function useFragment() {
  const [fragment, setFragment] = useState(location.hash.slice(1))
  useEffect(() => {
    const change = () => setFragment(location.hash.slice(1))
    addEventListener('hashchange', change)
    return () => removeEventListener('hashchange', change)
  }, [])
  return fragment
}
