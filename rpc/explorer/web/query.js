// Asks the node for what a part of the page shows.

import { useEffect, useRef, useState } from './lib/ui.js'
import { beat } from './live.js'
import { LinkError } from './rpc.js'

const AGAIN = 1_000 // ms: not more often than that, however fast blocks come

/**
 * useQuery runs ask() and gives what came of it: {data, error, loading}. It runs again
 * when one of deps changes, and, if it is live, with the chain, or also every so many
 * ms. What was there stays while a newer answer is awaited, and when the node is away.
 */
export function useQuery(ask, deps, { live = false, every = null } = {}) {
  const [state, setState] = useState({ data: undefined, error: null, loading: true })
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    let gone = false
    let running = false
    let settled = false // an answer that stays
    let timer = null
    let last = 0
    setState({ data: undefined, error: null, loading: true })
    const run = async () => {
      timer = null
      running = true
      last = Date.now()
      try {
        const data = await latest.current()
        settled = !live
        if (!gone) setState({ data, error: null, loading: false })
      } catch (error) {
        // A node that is away is told of once, by the frame: here the old answer stays.
        const away = error instanceof LinkError
        settled = !live && !away
        if (!gone) setState((was) => (away && was.data !== undefined ? was : { data: was.data, error, loading: away }))
      }
      running = false
    }
    const plan = () => {
      if (gone || running || settled || timer !== null) return
      timer = setTimeout(run, last === 0 ? 0 : Math.max(0, last + AGAIN - Date.now()))
    }
    const stop = beat.subscribe(plan)
    const clock = every && setInterval(() => { if (!document.hidden) plan() }, every)
    return () => {
      gone = true
      clearTimeout(timer)
      clearInterval(clock)
      stop()
    }
  }, deps)
  return state
}
