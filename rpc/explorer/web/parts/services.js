// The services of the node and what they are built from, as a drawing. In narrow windows
// the same boxes are a list.

import { html, useMemo, useState } from '../lib/ui.js'
import { moment, span } from '../format.js'
import { link, now } from '../live.js'
import { stateOf, verdict } from './health.js'
import { arrange, reachOf } from './layers.js'

// What each does, for people.
const WORK = new Map([
  ['db', 'stores everything'],
  ['chain', 'checks blocks'],
  ['txpool', 'holds what waits'],
  ['addressindex', 'finds history'],
  ['p2p', 'talks to nodes'],
  ['sync', 'fetches blocks'],
  ['miner', 'searches for blocks'],
  ['wallet', 'keeps keys, signs'],
  ['rpc', 'answers you'],
  ['monitor', 'tells how all are'],
])

const BOX = 112 // px that a box and the room around it are high; network.css has the box
const LANE = 20
const GAP = 0.26 // of a box's width, between layers

/** All services: what is wrong, large, and the drawing. */
export function Services({ services }) {
  const sick = services.filter((s) => !stateOf(s).well)
  return html`<${Verdict} services=${services} sick=${sick} /><${Drawing} services=${services} sick=${sick} />`
}

function Verdict({ services, sick }) {
  if (link.value === 'lost') return html`<p class="verdict bad"><span class="dot bad"></span><b>The node does not answer</b><span class="why">this is how it was</span></p>`
  if (sick.length === 0) return html`<p class="verdict good"><span class="dot good"></span><b>${verdict(services)}</b></p>`
  return html`<ul class="verdicts" role="alert">${sick.map((service) => {
    const { says, tone } = stateOf(service)
    const relying = dependants(services, service.name)
    return html`<li key=${service.name} class="verdict ${tone}"><span class="dot ${tone}"></span><b>${service.name} ${says}</b>
      ${service.error && service.error !== service.state && html`<span class="why">${service.error}</span>`}
      <span class="relying">for ${age(service)}${relying.length > 0 && html` · ${relying.join(', ')} ${relying.length === 1 ? 'relies' : 'rely'} on it`}</span>
    </li>`
  })}</ul>`
}

/** Who needs a service, also by way of others, in order. */
function dependants(services, name) {
  const reach = reachOf(services.map(({ name: n, dependsOn }) => ({ name: n, needs: dependsOn })))
  return services.filter((s) => reach.get(s.name).has(name)).map((s) => s.name)
}

const age = ({ since }) => span((now.value - Number(since)) / 1000)

function Drawing({ services, sick }) {
  const [lit, setLit] = useState(null)
  const shape = JSON.stringify(services.map((s) => [s.name, s.dependsOn]))
  const plan = useMemo(() => arrange(services.map((s) => ({ name: s.name, needs: s.dependsOn })), BOX, LANE), [shape])
  const width = 100 / (plan.layers + (plan.layers - 1) * GAP) // of a box, in percent
  const left = (layer) => layer * width * (1 + GAP)
  const tones = new Map(sick.map((s) => [s.name, stateOf(s).tone]))
  const relies = new Map()
  for (const { name } of sick) for (const user of dependants(services, name)) relies.set(user, [...(relies.get(user) ?? []), name])
  const byName = new Map(services.map((s) => [s.name, s]))
  const near = (name) => lit === null || name === lit || byName.get(lit)?.dependsOn.includes(name) || byName.get(name).dependsOn.includes(lit)
  // Those that matter lie over the others.
  const rank = (line) => (line.from === lit || line.to === lit ? 3 : toneOf(line) ? 2 : line.direct ? 1 : 0)
  const toneOf = ({ from }) => tones.get(from) ?? (relies.has(from) ? tones.get(relies.get(from)[0]) : '')
  const lines = plan.lines.toSorted((a, b) => rank(a) - rank(b))
  return html`<div class="services ${link.value === 'lost' ? 'past' : ''}" style=${{ '--height': `${plan.height}px` }}>
    <svg viewBox="0 0 100 ${plan.height}" preserveAspectRatio="none" aria-hidden="true">
      ${lines.map((line) => html`<path key="${line.from} ${line.to}" d=${path(line.points, left, width)}
        class="${line.direct ? '' : 'implied'} ${toneOf(line)} ${lit === null ? '' : rank(line) === 3 ? 'lit' : 'dim'}" />`)}
    </svg>
    <ol>${services.map((service, i) => {
      const { layer, y } = plan.places.get(service.name)
      const { word, tone, well } = stateOf(service)
      const relying = well ? relies.get(service.name) : null
      const users = services.filter((s) => s.dependsOn.includes(service.name)).map((s) => s.name)
      const look = `${well ? '' : tone} ${relying ? `relies ${tones.get(relying[0])}` : ''} ${near(service.name) ? '' : 'dim'} ${lit === service.name ? 'lit' : ''}`
      return html`<li key=${service.name} class="service ${look} ${service.dependsOn.length ? 'needs' : ''}" tabindex="0"
        style=${{ '--left': `${left(layer)}%`, '--top': `${y}px`, '--width': `${width}%` }}
        onPointerEnter=${() => setLit(service.name)} onPointerLeave=${() => setLit(null)} onFocus=${() => setLit(service.name)} onBlur=${() => setLit(null)}
        title="${service.name} is ${word} since ${moment(service.since)}${service.error ? `: ${service.error}` : ''}">
        <span class="name"><span class="dot ${tone}"></span>${service.name}<span class="order" aria-label="started as number ${i + 1}">${i + 1}</span></span>
        <span class="work">${relying ? `relies on ${relying.join(', ')}` : WORK.get(service.name) ?? '\u00a0'}</span>
        <span class="state"><b>${word}</b> <span class="num">${age(service)}</span></span>
        <span class="links">${service.dependsOn.length ? `needs ${service.dependsOn.join(', ')}` : 'needs nothing'}${html`<span class="hidden-label">, ${users.length ? `needed by ${users.join(', ')}` : 'needed by nobody'}</span>`}</span>
      </li>`
    })}</ol>
  </div>`
}

/** A line from box to box: straight along lanes, curved between layers. */
function path(points, left, width) {
  let x = left(points[0].layer) + width
  let d = `M${x} ${points[0].y}`
  for (let i = 1; i < points.length; i++) {
    const { layer, y } = points[i]
    const to = left(layer)
    const middle = (x + to) / 2
    d += `C${middle} ${points[i - 1].y} ${middle} ${y} ${to} ${y}`
    x = to + width
    if (i < points.length - 1) d += `H${x}`
  }
  return d
}
