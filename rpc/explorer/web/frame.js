// The frame around every page: name of the network, search, ways to everywhere, and
// whether the node answers.

import { html, useEffect, useRef, useState } from './lib/ui.js'
import { moment, span } from './format.js'
import { fault, heard, link, now, skew, status } from './live.js'
import { go, place } from './routes.js'
import { find } from './search.js'
import { AddNetwork } from './parts/addnetwork.js'
import { Faucet } from './parts/faucet.js'

const PAGES = [
  ['/', 'Overview'],
  ['/blocks', 'Blocks'],
  ['/pending', 'Pending'],
  ['/miners', 'Miners'],
  ['/network', 'Network'],
]

export function Frame({ children }) {
  const main = useRef(null)
  const { path } = place.value
  const first = useRef(true)
  useEffect(() => {
    // After going elsewhere, readers begin at the page.
    if (!first.current) main.current.focus({ preventScroll: true })
    first.current = false
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [path])
  useEffect(() => { document.title = title(path, main.current) })
  return html`<div class="shell">
    <a class="skip" href="#main">To the page</a>
    <header class="top"><div class="inner">
      <a class="brand" href="/"><span class="slab"></span><span class="who">Monolith<span class="net">${status.value ? `${status.value.name} · chain ${Number(status.value.chainId)}` : '\u00a0'}</span></span></a>
      <${Search} />
      <nav aria-label="Pages">${PAGES.map(([href, name]) => html`<a href=${href} aria-current=${path === href ? 'page' : null}>${name}</a>`)}</nav>
      <div class="tools"><${Link} /><${Faucet} /><${AddNetwork} /><${Theme} /></div>
    </div></header>
    <main id="main" ref=${main} tabindex="-1">${children}</main>
    <footer class="foot"><span>${status.value?.clientVersion}</span><span>${location.origin} · JSON-RPC and WebSocket</span></footer>
    <${Trouble} />
  </div>`
}

const TITLE = 80 // characters

/** What the browser calls the page: its heading, and the network's name. */
function title(path, main) {
  const heading = path === '/' ? 'Monolith' : main.querySelector('h1')?.textContent.trim().slice(0, TITLE)
  return [heading, status.value?.name].filter(Boolean).join(' · ')
}

function Search() {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState(null)
  const field = useRef(null)
  useEffect(() => {
    const press = (event) => {
      if (event.key !== '/' || event.target.closest('input, textarea, select')) return
      event.preventDefault()
      field.current.focus()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
  const search = async (event) => {
    event.preventDefault()
    if (!text.trim()) return
    try {
      const href = await find(text)
      setText('')
      field.current.blur()
      go(href)
    } catch (error) {
      setProblem(error.message)
    }
  }
  return html`<form class="search" role="search" onSubmit=${search}>
    <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><circle cx="7" cy="7" r="4.5" /><path d="M10.5 10.5L14 14" /></svg>
    <label class="hidden-label" for="search">Search</label>
    <input class="field" id="search" ref=${field} value=${text} placeholder="Block, hash or address ( / )" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="search"
      aria-invalid=${problem !== null} onInput=${(event) => { setText(event.target.value); setProblem(null) }} />
    ${problem && html`<output class="note bad">${problem}</output>`}
  </form>`
}

const LINKS = {
  connecting: ['', 'Connecting'],
  live: ['good', 'Live'],
  polling: ['warn', 'Polling'],
  lost: ['bad', 'No answer'],
}

function Link() {
  const [kind, text] = LINKS[link.value]
  return html`<span class="link" role="status"><span class="dot ${kind}"></span>${text}</span>`
}

/** Says over the page what is wrong with the node, as long as it is. */
function Trouble() {
  if (link.value === 'lost') {
    return html`<div class="banner" role="alert"><span class="dot bad"></span><span>The node does not answer since ${moment(heard.value).slice(11)}. What you see is ${span((now.value - skew.value - heard.value) / 1000)} old; trying again.</span></div>`
  }
  if (fault.value) return html`<div class="banner" role="alert"><span class="dot bad"></span><span>${fault.value}</span></div>`
  const late = status.value?.blockTime && status.value.head && !status.value.syncing && (now.value - Number(status.value.head.timestamp) * 1000) > 20 * Number(status.value.blockTime)
  if (late && Number(status.value.head.number) > 0) {
    return html`<div class="banner warn" role="status"><span class="dot warn"></span><span>No new block for ${span(now.value / 1000 - Number(status.value.head.timestamp))}: is anybody mining?</span></div>`
  }
  return null
}

function Theme() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme)
  const change = () => {
    const other = theme === 'dark' ? 'light' : 'dark'
    document.documentElement.dataset.theme = other
    try { localStorage.setItem('theme', other) } catch { /* it lasts as long as the page, then */ }
    setTheme(other)
  }
  return html`<button class="button plain" type="button" onClick=${change} aria-label="Change to ${theme === 'dark' ? 'light' : 'dark'} colours">
    <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><circle cx="8" cy="8" r="5.5" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" /></svg>
  </button>`
}
