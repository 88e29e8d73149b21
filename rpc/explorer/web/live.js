// The chain's head as it moves: new blocks are announced over WebSocket, and what they
// mean is then asked for. Without WebSocket the node is asked every few seconds.

import { batch, computed, signal } from './lib/ui.js'
import { LinkError, RPCError, call, hex } from './rpc.js'

/** How many recent blocks are kept, newest first. */
export const RECENT = 120

/** 'connecting' | 'live' (WebSocket) | 'polling' | 'lost' */
export const link = signal('connecting')
/** What monolith_status answered last; null before the first answer. */
export const status = signal(null)
/** Summaries of the latest blocks, newest first. */
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

export const head = computed(() => status.value?.head ?? null)

const GATHER = 250 // ms: blocks that follow each other so quickly are shown together
const POLL = 4_000
const QUIET = 15_000 // after so long without a block the rest of the status is asked again
const SLEPT = 10_000 // a second that takes so long was a sleep
const RETRIES = [500, 1_000, 2_000, 4_000, 8_000]

let socket = null
let failures = 0
let retry = null
let refreshing = false
let wanted = false
let planned = null
let lastRefresh = 0

export function start() {
  connect()
  refresh()
  setInterval(tick, 1_000)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) wake() })
  addEventListener('online', wake)
}

let lastTick = Date.now()

function tick() {
  const at = Date.now()
  const slept = at - lastTick > SLEPT
  lastTick = at
  if (document.hidden) return
  now.value = at + skew.value
  if (slept) wake()
  else if (at - lastRefresh > (link.value === 'live' ? QUIET : POLL)) refresh()
}

/** After a sleep the old connection may be dead without knowing it. */
function wake() {
  now.value = Date.now() + skew.value
  failures = 0
  connect()
  refresh()
}

function connect() {
  clearTimeout(retry)
  retry = null
  socket?.close()
  const own = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/`)
  socket = own
  own.onopen = () => own.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
  own.onmessage = ({ data }) => {
    if (own !== socket) return
    const message = JSON.parse(data)
    if (message.id === 1) {
      failures = 0
      if (message.result && link.value !== 'lost') link.value = 'live'
      refresh() // what came between the first question and the subscription
    } else if (message.method === 'eth_subscription') {
      plan()
    }
  }
  own.onclose = () => {
    if (own !== socket) return
    socket = null
    if (link.value === 'live') link.value = 'polling'
    refresh() // tells whether the node is there at all
    retry = setTimeout(connect, RETRIES[Math.min(failures++, RETRIES.length - 1)])
  }
}

/** Refreshes soon, once for all blocks of a moment. */
function plan() {
  if (planned !== null || document.hidden) return
  planned = setTimeout(refresh, Math.max(0, lastRefresh + GATHER - Date.now()))
}

/** Asks for the status and the blocks that are new. */
export async function refresh() {
  clearTimeout(planned)
  planned = null
  if (refreshing) {
    wanted = true
    return
  }
  refreshing = true
  lastRefresh = Date.now()
  try {
    await update()
  } catch (error) {
    if (error instanceof LinkError) {
      link.value = 'lost'
    } else if (error instanceof RPCError) {
      fault.value = error.message
      heard.value = Date.now()
    } else {
      throw error
    }
  } finally {
    refreshing = false
    if (wanted) {
      wanted = false
      plan()
    }
  }
}

async function update() {
  const known = blocks.value
  const asked = known.length === 0 ? RECENT : 2
  let [answer, fresh] = await Promise.all([call('monolith_status'), call('monolith_blocks', 'latest', hex(asked))])
  if (known.length > 0 && !joins(fresh, known)) {
    const gap = Number(fresh[0].number) - Number(known[0].number)
    fresh = await call('monolith_blocks', fresh[0].number, hex(gap > 0 && gap < RECENT / 2 ? 2 * gap + 4 : RECENT))
    if (!joins(fresh, known)) fresh = await call('monolith_blocks', fresh[0].number, hex(RECENT))
  }
  batch(() => {
    if (known[0]?.hash !== fresh[0].hash || known.length === 0) merge(fresh, known)
    status.value = answer
    skew.value = Number(answer.time) - Date.now()
    now.value = Date.now() + skew.value
    heard.value = Date.now()
    fault.value = null
    link.value = socket?.readyState === WebSocket.OPEN ? 'live' : 'polling'
    beat.value++
  })
}

/** Whether a list reaches down to a block that is known. */
function joins(fresh, known) {
  const hashes = new Set(known.map((b) => b.hash))
  return fresh.some((b) => hashes.has(b.hash) || hashes.has(b.parentHash)) || Number(fresh.at(-1).number) === 0
}

function merge(fresh, known) {
  const lowest = Number(fresh.at(-1).number)
  const kept = known.filter((b) => Number(b.number) < lowest)
  const linked = kept.length === 0 || fresh.at(-1).parentHash === kept[0].hash
  blocks.value = [...fresh, ...(linked ? kept : [])].slice(0, RECENT)
  const hashes = new Set(fresh.map((b) => b.hash))
  const gone = known.filter((b) => Number(b.number) >= lowest && !hashes.has(b.hash))
  if (gone.length > 0) orphans.value = [...gone, ...orphans.value].slice(0, RECENT)
}
