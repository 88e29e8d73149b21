// The ABIs that the reader gave, by address. They stay in this browser, for this chain
// (its genesis block); without storage they last as long as the page.

import { computed, effect, signal } from './lib/ui.js'
import { index, keep, prepare } from './abitypes.js'
import { status } from './live.js'

/** Moves when ABIs come or go. */
export const version = signal(0)

const genesis = computed(() => status.value?.genesis ?? null)
const books = new Map()

const keyOf = (address) => `abi ${genesis.value} ${address.toLowerCase()}`
const prefix = () => `abi ${genesis.value} `

effect(() => {
  if (genesis.value === null) return
  books.clear()
  for (const [key, text] of stored()) if (key.startsWith(prefix())) learn(key.slice(prefix().length), text)
  version.value = version.peek() + 1
})

// Another window of this page may give and take ABIs.
addEventListener('storage', ({ key, newValue }) => {
  if (genesis.value === null || !key?.startsWith(prefix())) return
  const address = key.slice(prefix().length)
  if (newValue === null) books.delete(address)
  else learn(address, newValue)
  version.value++
})

function stored() {
  try {
    return Object.entries(localStorage)
  } catch {
    return [] // storage may be forbidden
  }
}

function learn(address, text) {
  try {
    const { name, items } = JSON.parse(text)
    books.set(address, bookFrom(name, items.map(prepare)))
  } catch {
    // Not written by this version of the page: as if there were none.
  }
}

const bookFrom = (name, entries) => ({ name, entries, index: index(entries) })

/** The book of an address: {name, entries, index}, or null. */
export const bookOf = (address) => books.get(address.toLowerCase()) ?? null

export const allBooks = () => books.values()

/** The ABI that was given for an address: {name, entries}, or null. */
export function abiOf(address) {
  version.value
  return bookOf(address)
}

/** Keeps an ABI for an address. */
export function addABI(address, { name, entries }) {
  books.set(address.toLowerCase(), bookFrom(name, entries))
  try {
    localStorage.setItem(keyOf(address), JSON.stringify({ name, items: keep(entries) }))
  } catch { /* it lasts as long as the page, then */ }
  version.value++
}

export function removeABI(address) {
  books.delete(address.toLowerCase())
  try {
    localStorage.removeItem(keyOf(address))
  } catch { /* there was no storage to keep it */ }
  version.value++
}
