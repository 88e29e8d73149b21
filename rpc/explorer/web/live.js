// The chain's head as it moves: new blocks are announced over WebSocket, and what they
// mean is then asked for. Without WebSocket the node is asked every few seconds. A page
// that nobody looks at asks nothing and keeps no connection.

import { batch, computed, signal } from './lib/ui.js'
import { LinkError, RPCError, call } from './rpc.js'

/** How many recent blocks are kept, newest first. */
const RECENT = 120

/** 'connecting' | 'live' (WebSocket) | 'polling' | 'lost' */
export const link = signal('connecting')
/** What monolith_status answered last; null before the first answer. Its head is blocks' first. */
export const status = signal(null)
/** Summaries of the latest blocks, newest first, each the parent of the one before it. */
export const blocks = signal([])
/** Blocks that a reorganisation took off the chain, newest first. */
export const orphans = signal([])
/** Counts refreshes: whoever shows what may have changed asks again when it moves. */
export const beat = signal(0)
/** The present, in ms of the node's clock, moved every second. */
export const now = signal(Date.now())
/** The node's clock minus this browser's, in ms. */
export const skew = signal(0)
/** When the node was last heard of, ms of this browser's clock. */
export const heard = signal(Date.now())
/** Why the page cannot work with this node, if so. */
export const fault = signal(null)

export const head = computed(() => blocks.value[0] ?? null)

const GATHER = 250 // ms: blocks that follow each other so quickly are shown together
const POLL = 4_000
const QUIET = 5_000 // the same while blocks are announced: whether the node is there, peers, the pool
const SILENCE = 5_000 // who takes longer to answer is away, for all that one sees
const SLEPT = 10_000 // a second that takes so long was a sleep
const RETRIES = [500, 1_000, 2_000, 4_000, 8_000, 60_000]

let socket = null
let subscribed = false
let failures = 0 // of the socket, since it last worked
let retry = null
let asking = null // the refresh that is under way: {since}
let wanted = false
let planned = null
let lastRefresh = 0
let lastTick = 0
let lastNew = 0 // how many blocks the last refresh has brought

export function start() {
  document.addEventListener('visibilitychange', () => (document.hidden ? rest() : wake()))
  addEventListener('online', wake)
  addEventListener('pageshow', (event) => { if (event.persisted) wake() })
  setInterval(tick, 1_000)
  if (document.hidden) refresh()
  else wake()
}

function tick() {
  const at = Date.now()
  const slept = at - lastTick > SLEPT
  lastTick = at
  if (document.hidden) return
  if (slept) {
    wake()
    return
  }
  now.value = at + skew.value
  if (asking && at - asking.since > SILENCE) link.value = 'lost'
  if (at - lastRefresh > (link.value === 'live' ? QUIET : POLL)) refresh()
}

/** Begins, or begins anew: after a sleep old connections may be dead without knowing it. */
function wake() {
  lastTick = Date.now()
  now.value = lastTick + skew.value
  failures = 0
  asking = null
  connect()
  refresh()
}

/** Nobody looks. */
function rest() {
  clearTimeout(planned)
  planned = null
  wanted = false
  disconnect()
}

function disconnect() {
  clearTimeout(retry)
  retry = null
  subscribed = false
  const old = socket
  socket = null
  old?.close()
}

function connect() {
  disconnect()
  const own = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/`)
  socket = own
  own.onopen = () => own.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
  own.onmessage = ({ data }) => {
    if (own !== socket) return
    const message = JSON.parse(data)
    if (message.method === 'eth_subscription') {
      plan()
    } else if (message.id === 1 && message.result) {
      failures = 0
      subscribed = true
      plan() // what came between the first question and the subscription
    } else if (message.id === 1) {
      own.close()
    }
  }
  own.onclose = () => {
    if (own !== socket) return
    socket = null
    subscribed = false
    retry = setTimeout(connect, RETRIES[Math.min(failures, RETRIES.length - 1)])
    failures++
    plan() // tells whether the node is there at all
  }
}

/** Refreshes soon, once for all blocks of a moment. */
function plan() {
  if (document.hidden) return
  if (asking) wanted = true
  else planned ??= setTimeout(refresh, Math.max(0, lastRefresh + GATHER - Date.now()))
}

/** Asks for the status and the blocks that are new. */
async function refresh() {
  clearTimeout(planned)
  planned = null
  if (asking) {
    wanted = true
    return
  }
  const own = { since: Date.now() }
  asking = own
  wanted = false
  lastRefresh = own.since
  let failure = null
  let found = null
  try {
    found = await ask()
  } catch (error) {
    failure = error
  }
  if (own !== asking) return // of before a sleep
  asking = null
  if (failure instanceof LinkError) {
    link.value = 'lost'
    return
  }
  batch(() => {
    // A node that is back may have its socket back, too.
    if (link.value === 'lost' && !socket && !document.hidden) {
      failures = 0
      connect()
    }
    heard.value = Date.now()
    fault.value = failure?.message ?? null
    if (found) take(found)
    if (subscribed) link.value = 'live'
    else if (failures > 0 || link.value === 'lost') link.value = 'polling'
    if (found) beat.value++
  })
  if (failure && !(failure instanceof RPCError)) throw failure
  if (wanted) plan()
}

/** Asks for the status, and for blocks down to one that is known if that is not far. */
async function ask() {
  const known = blocks.value
  const count = known.length === 0 ? RECENT : Math.min(RECENT, lastNew + 2)
  let [answer, fresh] = await Promise.all([call('monolith_status'), call('monolith_blocks', 'latest', hex(count))])
  const before = status.value
  if (before && answer.started !== before.started && !(await sameChain(answer, known))) {
    // Nothing that is shown, or kept anywhere on the page, is of this chain.
    location.reload()
    return new Promise(() => {})
  }
  if (known.length > 0 && !joins(fresh, known)) {
    const gap = Number(fresh[0].number) - Number(known[0].number)
    if (gap > 0 && gap < RECENT / 2) fresh = await call('monolith_blocks', 'latest', hex(2 * gap + 4))
    if (!joins(fresh, known)) fresh = await call('monolith_blocks', 'latest', hex(RECENT))
  }
  return { answer, fresh, known }
}

/** Whether a node that was started again has the chain that it had. */
async function sameChain(answer, known) {
  if (answer.genesis !== status.value.genesis || answer.chainId !== status.value.chainId) return false
  const oldest = known.at(-1)
  if (Number(known[0].number) === 0) return true
  const probe = Number(oldest.number) === 0 ? known.at(-2) : oldest
  const header = await call('eth_getHeaderByNumber', probe.number)
  return header?.hash === probe.hash
}

/** Shows what was found. */
function take({ answer, fresh, known }) {
  lastNew = 0
  if (known[0]?.hash !== fresh[0].hash) merge(fresh, known)
  // A block may have come between the two answers: the blocks decide what the head is.
  const top = blocks.value[0]
  status.value = { ...answer, head: top, totalDifficulty: top.totalDifficulty }
  skew.value = Number(answer.time) - heard.value
  now.value = heard.value + skew.value
}

/** Whether a list reaches down to a block that is known, or to the first. */
function joins(fresh, known) {
  const hashes = new Set(known.map((b) => b.hash))
  return fresh.some((b) => hashes.has(b.hash) || hashes.has(b.parentHash)) || Number(fresh.at(-1).number) === 0
}

/** Puts new blocks on those that they stand on; others of the same heights are orphans. */
function merge(fresh, known) {
  const lowest = Number(fresh.at(-1).number)
  const below = known.filter((b) => Number(b.number) < lowest)
  const linked = fresh.at(-1).parentHash === below[0]?.hash
  const hashes = new Set(fresh.map((b) => b.hash))
  const gone = known.filter((b) => Number(b.number) >= lowest && !hashes.has(b.hash))
  const old = new Set(known.map((b) => b.hash))
  lastNew = fresh.filter((b) => !old.has(b.hash)).length
  blocks.value = [...fresh, ...(linked ? below : [])].slice(0, RECENT)
  // One that is on the chain again is no orphan any more.
  orphans.value = [...gone, ...orphans.value.filter((b) => !hashes.has(b.hash))].slice(0, RECENT)
}

const hex = (n) => `0x${n.toString(16)}`
