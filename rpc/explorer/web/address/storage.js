// Slots of a contract's storage.

import { getAddress, hexToString, isAddress, keccak256 } from '../lib/eth.js'
import { html, useState } from '../lib/ui.js'
import { clip, int } from '../format.js'
import { Address, Hash } from '../parts/hash.js'
import { Answer } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { useQuery } from '../query.js'
import { call, hex } from '../rpc.js'

const FIRST = 8 // slots that are shown

export function Storage({ address }) {
  const [asked, setAsked] = useState([])
  const slots = [...asked, ...Array.from({ length: FIRST }, (_, i) => ({ name: String(i), slot: hex(i) }))]
  const query = useQuery(async () => Promise.all(slots.map(async (s) => ({ ...s, word: await call('eth_getStorageAt', address, s.slot, 'latest') }))), [address, asked.length], { live: true })
  return html`
    <${Ask} found=${(slot) => setAsked([slot, ...asked])} />
    <${Answer} query=${query}>${(rows) => html`<${Table} caption="Storage" keyOf=${(s) => s.name} rows=${rows} columns=${[
      { name: 'Slot', cell: (s) => html`<span class="num" title=${s.slot}>${s.name}</span>` },
      { name: 'Word', className: 'middle', cell: (s) => html`<${Hash} value=${s.word} copy />` },
      { name: 'May mean', cell: (s) => html`<${Meaning} word=${s.word} />` },
    ]} />`}<//>`
}

/** What a word looks like: an address, a short text or a number. */
function Meaning({ word }) {
  const n = BigInt(word)
  if (n === 0n) return html`<span class="muted">empty</span>`
  const zeros = word.slice(2).match(/^0*/)[0].length
  if (zeros >= 24 && zeros < 32) return html`<${Address} value=${getAddress(`0x${word.slice(26)}`)} />`
  const length = Number(n & 0xffn) / 2 // Solidity's short strings: the text, and twice its length in the last byte
  if (length >= 1 && length <= 31 && Number.isInteger(length)) {
    const text = hexToString(`0x${word.slice(2, 2 + 2 * length)}`)
    if (/^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(text) && /^0*$/.test(word.slice(2 + 2 * length, 64))) return html`<bdi>“${clip(text, 31)}”</bdi>`
  }
  return html`<span class="num" title=${int(n)}>${n < 10n ** 27n ? int(n) : 'bytes'}</span>`
}

/** Asks for a slot by number, or for an entry of a mapping by its key. */
function Ask({ found }) {
  const [slot, setSlot] = useState('')
  const [key, setKey] = useState('')
  const [problem, setProblem] = useState(null)
  const submit = (event) => {
    event.preventDefault()
    try {
      found(slotOf(slot, key))
      setProblem(null)
    } catch (error) {
      setProblem(error.message)
    }
  }
  const type = (set) => (event) => { set(event.target.value); setProblem(null) }
  return html`<form class="ask" onSubmit=${submit}>
    <label><span class="label">Slot</span><input class="field" value=${slot} onInput=${type(setSlot)} placeholder="0" inputmode="text" autocomplete="off" spellcheck="false" aria-invalid=${problem !== null} /></label>
    <label class="wider"><span class="label">Key, if it is a mapping</span><input class="field" value=${key} onInput=${type(setKey)} placeholder="0x… or a number" autocomplete="off" spellcheck="false" /></label>
    <button class="button primary" type="submit">Read</button>
    ${problem && html`<output class="note bad">${problem}</output>`}
  </form>`
}

function slotOf(slotText, keyText) {
  const slot = word(slotText.trim() || '0', 'slot')
  const key = keyText.trim()
  if (!key) return { name: slotText.trim() || '0', slot: hex(BigInt(slot)) }
  // A mapping has the value of a key in the slot keccak256(key . slot of the mapping).
  return { name: `${clip(slotText.trim() || '0', 12)}[${clip(key, 14)}]`, slot: keccak256(`0x${word(key, 'key').slice(2)}${slot.slice(2)}`) }
}

function word(text, what) {
  if (text.length === 42 && text !== text.toLowerCase() && !isAddress(text)) throw new Error('The capitals of this address do not fit: is a digit wrong?')
  if (!/^(?:\d+|0x[0-9a-f]+)$/i.test(text)) throw new Error(`A ${what} is a number, or bytes in hexadecimal.`)
  const n = BigInt(text)
  if (n >= 2n ** 256n) throw new Error(`This ${what} is longer than a word of 32 bytes.`)
  return `0x${n.toString(16).padStart(64, '0')}`
}
