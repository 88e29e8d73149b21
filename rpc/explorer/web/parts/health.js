// How the services of the node are: in words, in colours, and in a line.

import { html } from '../lib/ui.js'
import { link } from '../live.js'
import { call } from '../rpc.js'
import { useQuery } from '../query.js'

// What the registry calls a state: what it is called here, as a sentence ends, its tone.
const STATES = new Map([
  ['serving', ['healthy', 'is healthy', 'good']],
  ['starting', ['starting', 'is starting', 'warn']],
  ['syncing', ['syncing', 'is syncing', 'accent']],
  ['degraded', ['complaining', 'complains', 'warn']],
  ['stopped', ['stopped', 'has stopped', 'bad']],
  ['failed', ['failed', 'has failed', 'bad']],
])

/** {word, says, tone, well} of a service's state. */
export function stateOf({ state }) {
  const [word, says, tone] = STATES.get(state) ?? [state, `is ${state}`, 'warn']
  return { word, says, tone, well: tone === 'good' || tone === 'accent' }
}

const EVERY = 3_000 // ms: a service falls ill between blocks, too

export const useServices = () => useQuery(() => call('monolith_services'), [], { live: true, every: EVERY })

/** One cell for each service; leads to the page of the node. */
export function Health() {
  const { data: services } = useServices()
  const unwell = services?.filter((s) => !stateOf(s).well) ?? []
  const away = link.value === 'lost'
  const said = away ? 'The node does not answer' : services ? verdict(services) : '\u00a0'
  return html`<a class="health card ${away ? 'bad' : unwell.length ? worst(unwell) : ''}" href="/network" aria-label="Services of the node: ${said}">
    <span class="verdict">${said}</span>
    <span class="cells ${away ? 'past' : ''}" aria-hidden="true">${services?.map((service) => {
      const { word, tone, well } = stateOf(service)
      return html`<span key=${service.name} class="cell ${well ? '' : tone}" title="${service.name}: ${word}"><span class="dot ${tone}"></span>${service.name}</span>`
    })}</span>
  </a>`
}

const worst = (unwell) => (unwell.some((s) => stateOf(s).tone === 'bad') ? 'bad' : 'warn')

/** What is to be said of all in one sentence. */
export function verdict(services) {
  const unwell = services.filter((s) => !stateOf(s).well)
  if (unwell.length === 0) return `All ${services.length} services are well`
  if (unwell.length === 1) return `${unwell[0].name} ${stateOf(unwell[0]).says}`
  return `${unwell.length} of ${services.length} services are unwell`
}
