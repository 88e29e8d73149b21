// Asks the node for what a part of the page shows.

import { useEffect, useRef, useState } from './lib/ui.js'
import { beat, link, now } from './live.js'
import { LinkError } from './rpc.js'

const AGAIN = 1_000 // ms: not more often than that, however fast blocks come

/**
 * useQuery runs ask() and gives what came of it: {data, error, loading}. It runs again
 * when one of deps changes, and, if it is live, with the chain, or also every so many
 * ms. What was there stays while a newer answer is awaited, and when the node is away.
 * One answer is awaited at a time, so that none overtakes another.
 */
export function useQuery(ask, deps, { live = false, every = null } = {}) {
  const [state, setState] = useState({ data: undefined, error: null, loading: true })
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    let gone = false
    let running = false
    let stale = false // the chain has moved since the question
    let settled = false // an answer that stays
    let timer = null
    let last = 0
    setState((was) => (was.data === undefined && was.error === null ? was : { data: undefined, error: null, loading: true }))
    const run = async () => {
      timer = null
      running = true
      stale = false
      last = Date.now()
      let failure = null
      try {
        const data = await latest.current()
        settled = !live
        if (!gone) setState({ data, error: null, loading: false })
      } catch (error) {
        failure = error
        // A node that is away is told of once, by the frame: here the old answer stays.
        const away = error instanceof LinkError
        settled = !live && !away
        if (!gone) setState((was) => (away && was.data !== undefined ? was : { data: was.data, error, loading: away }))
      }
      running = false
      if (stale && !(failure instanceof LinkError)) plan()
    }
    const plan = () => {
      if (gone || settled || timer !== null) return
      if (running) stale = true
      else timer = setTimeout(run, Math.max(0, last + AGAIN - Date.now()))
    }
    const stops = [beat.subscribe(plan)]
    // The page's clock stands while nobody looks.
    if (every) stops.push(now.subscribe(() => { if (link.value !== 'lost' && last > 0 && Date.now() - last >= every) plan() }))
    return () => {
      gone = true
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, deps)
  return state
}
