// What can be told of a contract by its code alone: it holds the selectors of its functions.

import { prepare } from '../abitypes.js'
import { selectorsIn } from '../address/opcodes.js'
import { standards } from '../standards.js'

const MOST = 0.75 // of a standard's functions: contracts leave some out
const LONE = /^0x0{3}|f{8}$/ // values that are constants rather than selectors

const functions = new Map([...standards].map(([name, items]) => [name, items.filter((item) => item.type === 'function').map(prepare)]))

/**
 * {names, entries}: the standards that a code seems to follow, and the functions of them
 * that are in it. standard is the one that the contract itself tells of (ERC-165), if any.
 */
export function recognise(code, standard = null) {
  const inside = new Set([...selectorsIn(code)].filter((id) => !LONE.test(id)))
  const names = [...functions].filter(([name, list]) => name === standard || list.filter((f) => inside.has(f.id)).length >= MOST * list.length).map(([name]) => name)
  // The same selector is named as the standards do that the contract follows.
  const order = [...functions].sort(([a], [b]) => names.includes(b) - names.includes(a) || (b === standard) - (a === standard))
  const entries = new Map()
  for (const [, list] of order) for (const entry of list) if (inside.has(entry.id) && !entries.has(entry.id)) entries.set(entry.id, entry)
  return { names, entries: [...entries.values()] }
}
