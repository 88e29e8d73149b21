// The peers: where their chains are beside ours, as a table and as a drawing in which
// the near ones stand near.

import { html, useState } from '../lib/ui.js'
import { count, digits, int, moment, scale, span } from '../format.js'
import { blocks, head, now } from '../live.js'
import { call } from '../rpc.js'
import { Copy, Mark } from './hash.js'
import { Table } from './table.js'

const NEARLY = 2 // blocks: heads that differ by so few are news on their way
const ASKED = 50 // heads that are looked up at a time

/** Asks for the peers and, for each head of theirs, whether it is 'ours', on another 'branch' or 'unknown'. */
export async function askPeers() {
  const peers = await call('monolith_peers')
  const known = new Set(blocks.value.map((b) => b.hash))
  const asked = new Map()
  for (const { head: theirs } of peers) {
    if (theirs && !known.has(theirs.hash) && asked.size < ASKED) asked.set(theirs.hash, theirs.number)
  }
  const found = await Promise.all([...asked].map(async ([hash, number]) => {
    const [theirs, ours] = await Promise.all([call('eth_getHeaderByHash', hash), call('eth_getHeaderByNumber', number)])
    return [hash, ours?.hash === hash ? 'ours' : theirs ? 'branch' : 'unknown']
  }))
  const places = new Map(found)
  return peers.map((peer) => ({ ...peer, place: peer.head && (known.has(peer.head.hash) ? 'ours' : places.get(peer.head.hash) ?? 'unknown') }))
}

/** How a peer's chain is beside ours: {kind, text}. */
function compare({ head: theirs, place }) {
  if (!theirs) return { kind: 'silent', text: 'not told' }
  const ours = head.value
  const lag = Number(ours.number) - Number(theirs.number)
  if (theirs.hash === ours.hash) return { kind: 'same', text: 'same head' }
  if (place === 'ours') return { kind: lag > NEARLY ? 'behind' : 'same', text: `${int(Math.max(0, lag))} behind` }
  if (place === 'branch') return { kind: 'branch', text: 'other branch' }
  if (BigInt(theirs.totalDifficulty) > BigInt(ours.totalDifficulty)) return { kind: lag < -NEARLY ? 'ahead' : 'same', text: lag < 0 ? `${int(-lag)} ahead` : 'more work' }
  return { kind: 'branch', text: 'unknown' }
}

const TAGS = { same: '', behind: 'warn', ahead: 'good', branch: 'bad', silent: '' }

/** The last digits of an id: the first are the same in all. */
const shortID = (id) => `…${id.slice(-8)}`

/** Digits of an id that a mark can be drawn from. */
const markOf = (id) => `0x${[...id.slice(-24)].map((c) => (c.charCodeAt(0) & 15).toString(16)).join('')}`

/** A measured time, in microseconds: 0.49 ms */
function latencyText(us) {
  if (us === null) return '—'
  const ms = Number(us) / 1000
  return ms < 1000 ? `${digits(ms, 2)} ms` : `${digits(ms / 1000, 2)} s`
}

const FASTEST = 100 // µs: at the centre

/** A latency's place on a logarithmic scale up to the slowest, from 0 to 1. */
const far = (us, slowest) => Math.max(0, Math.min(1, Math.log(Number(us) / FASTEST) / Math.log(slowest / FASTEST)))

/** The end of the scale: a power of ten above all that was measured. */
function slowestOf(peers) {
  const most = Math.max(...peers.map((p) => Number(p.latency ?? 0)))
  return 10 ** Math.min(7, Math.max(4, Math.ceil(Math.log10(most || 1))))
}

/** Work against ours. */
function workText({ head: theirs }) {
  const more = BigInt(theirs.totalDifficulty) - BigInt(head.value.totalDifficulty)
  return more === 0n ? 'equal' : `${more < 0n ? '−' : '+'}${scale(more < 0n ? -more : more)}`
}

/** Drawing and table; what is under the pointer in one is marked in the other. */
export function Peers({ peers }) {
  const [lit, setLit] = useState(null)
  const list = peers.map((peer) => ({ ...peer, ...compare(peer) }))
  const shown = list.find((p) => p.id === lit) ?? null
  const slowest = slowestOf(peers)
  return html`<div class="peers">
    <${Around} peers=${list} slowest=${slowest} shown=${shown} choose=${setLit} />
    <div class="listed"><${Table} caption="Peers" keyOf=${(p) => p.id} rows=${list}
      rowProps=${(p) => ({ className: p.id === lit ? 'lit' : '', onPointerEnter: () => setLit(p.id), onPointerLeave: () => setLit(null), onFocusIn: () => setLit(p.id), onFocusOut: () => setLit(null) })} columns=${[
      { name: 'Peer', cell: (p) => html`<span class="who"><${Mark} value=${markOf(p.id)} size="24" /><span class="names"><span class="hash"><span class="text" title=${p.id}>${shortID(p.id)}</span><${Copy} text=${p.id} what="Copy peer id" /></span>
        <span class="client" title=${p.client}>${p.client || 'does not say what it is'}</span></span></span>` },
      { name: 'Dialled', className: 'way', cell: (p) => html`<span title=${p.direction === 'inbound' ? 'it dialled this node' : 'this node dialled it'}>${p.direction === 'inbound' ? '→ in' : '← out'}</span>${p.trusted && html` <span class="tag accent">trusted</span>`}` },
      { name: 'Since', className: 'since', cell: (p) => html`<span title=${moment(p.since)}>${span((now.value - Number(p.since)) / 1000)}</span>` },
      { name: 'Latency', right: true, className: 'delay', cell: (p) => html`<span class="latency"><span>${latencyText(p.latency)}</span><span class="share" aria-hidden="true"><i style=${{ width: p.latency === null ? '0' : `${4 + 96 * far(p.latency, slowest)}%` }}></i></span></span>` },
      { name: 'Head', right: true, className: 'where', cell: (p) => html`<span class="theirs" title=${p.head?.hash}>${p.head && html`<span>${int(p.head.number)}</span>`}<span class="tag ${TAGS[p.kind]}">${p.text}</span></span>` },
      { name: 'Work', right: true, className: 'work', cell: (p) => (p.head ? html`<span title="total difficulty ${int(p.head.totalDifficulty)}">${workText(p)}</span>` : '—') },
    ]} /></div>
  </div>`
}

const SIZE = 200 // half of the drawing
const NEAR = 46
const FAR = 176
const RINGS = [1e3, 1e4, 1e5, 1e6, 1e7] // µs
const KINDS = [['same', 'in step'], ['behind', 'behind'], ['ahead', 'ahead'], ['branch', 'other branch'], ['silent', 'silent']]

/** This node and the peers around it: the longer a message takes, the farther. */
function Around({ peers, slowest, shown, choose }) {
  const radius = (us) => (us === null ? FAR + 14 : NEAR + (FAR - NEAR) * far(us, slowest))
  const rings = RINGS.filter((us) => us <= slowest)
  // By id, so that a peer that comes or goes moves the others but little.
  const around = peers.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const press = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!step) return
    event.preventDefault()
    const i = around.findIndex((p) => p.id === shown?.id)
    choose(around.at((i + (i < 0 && step < 0 ? 0 : step)) % around.length).id)
  }
  const few = peers.length <= 12
  return html`<figure class="around">
    <svg viewBox="${-SIZE} ${-SIZE} ${2 * SIZE} ${2 * SIZE}" tabindex="0" role="img" onKeyDown=${press} onBlur=${() => choose(null)}
      aria-label="${count(peers.length, 'peer')} around this node: ${KINDS.map(([kind, name]) => [peers.filter((p) => p.kind === kind).length, name]).filter(([n]) => n > 0).map(([n, name]) => `${n} ${name}`).join(', ')}">
      ${rings.map((us) => html`<circle key=${us} class="ring" r=${radius(us)} />`)}
      ${around.map((peer, i) => {
        const turn = (i + 0.5) / around.length
        const [dx, dy] = [Math.sin(2 * Math.PI * turn), -Math.cos(2 * Math.PI * turn)]
        const r = radius(peer.latency)
        const look = `${peer.kind} ${peer.trusted ? 'trusted' : ''} ${shown ? (shown.id === peer.id ? 'lit' : 'dim') : ''}`
        // The arrow points at who was dialled.
        const tip = peer.direction === 'inbound' ? r - 20 : r - 12
        const back = peer.direction === 'inbound' ? 8 : -8
        return html`<g key=${peer.id} class="peer ${look}" onPointerEnter=${() => choose(peer.id)} onPointerLeave=${() => choose(null)}>
          <line x1=${26 * dx} y1=${26 * dy} x2=${r * dx} y2=${r * dy} />
          <path class="arrow" d="M${tip * dx} ${tip * dy}L${(tip + back) * dx - 3.5 * dy} ${(tip + back) * dy + 3.5 * dx}L${(tip + back) * dx + 3.5 * dy} ${(tip + back) * dy - 3.5 * dx}Z" />
          <circle class="grip" cx=${r * dx} cy=${r * dy} r="14" />
          ${peer.trusted && html`<circle class="trust" cx=${r * dx} cy=${r * dy} r=${few ? 13 : 10} />`}
          <circle class="body" cx=${r * dx} cy=${r * dy} r=${few ? 9 : 6} />
          ${few && html`<text x=${r * dx} y=${r * dy + (dy > 0 ? 24 : -15)}>${peer.id.slice(-5)}</text>`}
        </g>`
      })}
      ${rings.map((us) => html`<text key=${us} class="scale" y=${4 - radius(us)}>${latencyText(us)}</text>`)}
      <circle class="self" r="24" /><text class="me" y="4">you</text>
    </svg>
    <figcaption>${shown
      ? html`<span class="mono">${shortID(shown.id)}</span> ${latencyText(shown.latency)} · ${shown.text}`
      : KINDS.filter(([kind]) => kind === 'same' || peers.some((p) => p.kind === kind)).map(([kind, name]) => html`<span class="key"><i class=${kind}></i>${name}</span>`)}
    </figcaption>
  </figure>`
}
