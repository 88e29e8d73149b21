// Reads what contracts were told and what they say: calls, logs and errors, by the ABIs
// that the reader gave for an address, else by the standards everybody knows.

import { decodeAbiParameters, encodeAbiParameters } from './lib/eth.js'
import { clip, int } from './format.js'
import { bare, index, prepare, readable } from './abitypes.js'
import { allBooks, bookOf, version } from './abibook.js'
import { PANICS, standards } from './standards.js'

export { abiOf, addABI, removeABI, version } from './abibook.js'

const TEXT = 300 // characters of a stranger's sentence

const standard = index([...standards.values()].flat().map(prepare))
const builtin = index(['Error(string)', 'Panic(uint256)'].map((signature) => {
  const [name, type] = signature.slice(0, -1).split('(')
  return prepare({ type: 'error', name, inputs: [{ name: name === 'Panic' ? 'code' : 'message', type }] })
}))

/** What a call says: {name, signature, args: [{name, type, value}]}, or null. */
export function decodeCall(address, data) {
  return decodeInput('function', address, data)
}

/**
 * What an error says: {name, signature, args, text}, or null; text is a sentence. Besides
 * the ABI of address, the ABIs of all others are looked at: errors are passed on.
 */
export function decodeError(address, data) {
  const decoded = decodeInput('error', address, data)
  return decoded && { ...decoded, text: sentence(decoded) }
}

function decodeInput(kind, address, data) {
  if (typeof data !== 'string' || data.length < 10) return null
  const key = `${kind} ${data.slice(0, 10).toLowerCase()}`
  for (const [entry, strict] of candidates(key, address, kind === 'error')) {
    const args = decodeParams(entry.inputs, `0x${data.slice(10)}`, strict)
    if (args) return { name: entry.name, signature: entry.signature, args }
  }
  return null
}

/** Entries that may fit, best first, with whether they are guesses that must fit exactly. */
function* candidates(key, address, everywhere) {
  version.value // whoever decodes in a component is drawn again when ABIs come
  const own = address && bookOf(address)
  if (own) for (const entry of own.index.get(key) ?? []) yield [entry, false]
  for (const entry of builtin.get(key) ?? []) yield [entry, false]
  for (const entry of standard.get(key) ?? []) yield [entry, true]
  if (everywhere) for (const other of allBooks()) for (const entry of other.index.get(key) ?? []) yield [entry, true]
}

/** Values of parameters: [{name, type, value}], or null if the bytes do not fit. */
export function decodeParams(params, data, strict = false) {
  try {
    if (params.length === 0) return data === '0x' || !strict ? [] : null
    const types = params.map(bare)
    const values = decodeAbiParameters(types, data)
    // Bytes that the values do not lead back to were meant otherwise.
    if (strict && !data.toLowerCase().startsWith(encodeAbiParameters(types, values))) return null
    return params.map((param, i) => ({ name: param.name, type: readable(param), value: tree(param, values[i]) }))
  } catch {
    return null
  }
}

/** A value that describes itself: tuples are {fields: [{name, type, value}]}. */
function tree(param, value) {
  const array = param.type.match(/^(.*)\[\d*\]$/)
  if (array) return value.map((element) => tree({ ...param, type: array[1] }, element))
  if (param.type === 'tuple') return { fields: param.components.map((part, i) => ({ name: part.name, type: readable(part), value: tree(part, value[i]) })) }
  return typeof value === 'number' ? BigInt(value) : value
}

/**
 * What a log says: {name, signature, args: [{name, type, value, indexed}]}, or null. Of an
 * indexed value longer than a word the log has only the hash: it is of type bytes32.
 */
export function decodeLog({ address, topics, data }) {
  if (!Array.isArray(topics) || topics.length === 0 || typeof data !== 'string') return null
  for (const [entry, strict] of candidates(`event ${topics[0].toLowerCase()}`, address, false)) {
    const decoded = fitLog(entry, topics.slice(1), data, strict)
    if (decoded) return decoded
  }
  return null
}

/** An event tried on a log: ERC-20's and ERC-721's Transfer differ by what is indexed. */
function fitLog({ name, signature, inputs }, topics, data, strict) {
  const indexed = inputs.filter((p) => p.indexed)
  if (indexed.length !== topics.length) return null
  const rest = decodeParams(inputs.filter((p) => !p.indexed), data, strict)
  const words = indexed.map((p, i) => decodeParams([hashed(p) ? { name: p.name, type: 'bytes32' } : p], topics[i], strict)?.[0])
  if (!rest || words.includes(undefined)) return null
  return { name, signature, args: inputs.map((p) => (p.indexed ? { ...words.shift(), indexed: true } : { ...rest.shift(), indexed: false })) }
}

const hashed = ({ type }) => type === 'string' || type === 'bytes' || type === 'tuple' || type.endsWith(']')

/** The name of the method that a call's data begin with, or else the first four bytes. */
export function methodName(data, address = null) {
  if (typeof data !== 'string' || data.length < 10) return ''
  const id = data.slice(0, 10).toLowerCase()
  for (const [entry] of candidates(`function ${id}`, address, true)) return entry.name
  return id
}

function sentence({ name, args }) {
  if (name === 'Error') return clip(args[0].value, TEXT)
  if (name === 'Panic') {
    const code = args[0].value
    return `${PANICS.get(code) ?? 'unknown panic'} (panic 0x${code.toString(16).padStart(2, '0')})`
  }
  return clip(`${name}(${args.map((arg) => (arg.name ? `${arg.name}: ${brief(arg.value)}` : brief(arg.value))).join(', ')})`, TEXT)
}

/** A value in a line of text. */
function brief(value) {
  if (typeof value === 'bigint') return int(value)
  if (typeof value === 'string' && !/^0x[0-9a-fA-F]*$/.test(value)) return `“${clip(value, 80)}”`
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(brief).join(', ')}${value.length > 8 ? ', …' : ''}]`
  if (value?.fields) return `(${value.fields.map((f) => brief(f.value)).join(', ')})`
  return clip(String(value), 80)
}

/** The data of a call, of values as readInput gives them. */
export const encodeCall = (entry, values) => entry.id + encodeAbiParameters(entry.inputs.map(bare), values).slice(2)
