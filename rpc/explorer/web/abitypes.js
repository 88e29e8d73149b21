// ABIs as they are given: Solidity's JSON, artifacts of compilers and tools, or signatures
// that people read; and the entries that the page makes of them. Names and types are a
// stranger's: only identifiers and types of the ABI specification pass.

import { keccak256, parseAbi } from './lib/eth.js'

const IDENTIFIER = /^[a-zA-Z_$][\w$]{0,99}$/
const ELEMENTARY = /^(?:address|bool|string|tuple|bytes(?:[1-9]|[12]\d|3[012])?|u?int\d{1,3})$/
const KINDS = ['function', 'event', 'error', 'constructor']
const DEPTH = 8
const LIMIT = 2_000 // entries of an ABI
const SIZE = 4_000_000 // characters

/**
 * An entry of an ABI: {kind, name, inputs, outputs, mutability, signature, id}. Parameters
 * are {name, type, components, indexed}. signature is for people, id the selector of a
 * function or error, the topic of an event.
 */
export function prepare(item) {
  if (item === null || typeof item !== 'object') throw new Error('An entry of the ABI is not an object.')
  const kind = item.type ?? 'function'
  const name = kind === 'constructor' ? 'constructor' : item.name
  if (!KINDS.includes(kind) || !IDENTIFIER.test(name)) throw new Error(`“${String(name).slice(0, 40)}” is not a name that a ${String(kind).slice(0, 20)} can have.`)
  const inputs = params(item.inputs ?? [], name)
  const outputs = params(item.outputs ?? [], name)
  const entry = {
    kind, name, inputs, outputs,
    mutability: item.stateMutability ?? (item.constant ? 'view' : item.payable ? 'payable' : 'nonpayable'),
    signature: `${name}(${inputs.map(readableParam).join(', ')})`,
    id: null,
  }
  if (kind !== 'constructor' && !item.anonymous) {
    const hash = keccak256(new TextEncoder().encode(canonical(entry)))
    entry.id = kind === 'event' ? hash : hash.slice(0, 10)
  }
  return entry
}

/** Entries by kind and id, in their order; what only has other names for the same is left out. */
export function index(entries) {
  const by = new Map()
  for (const entry of entries) {
    if (!entry.id) continue
    const key = `${entry.kind} ${entry.id}`
    const same = by.get(key) ?? []
    if (!same.some((other) => layout(other) === layout(entry))) by.set(key, [...same, entry])
  }
  return by
}

/** Of two events of one topic only what is indexed may differ. */
const layout = ({ inputs }) => inputs.map((p) => (p.indexed ? 1 : 0)).join('')

function params(list, of, depth = 0) {
  if (!Array.isArray(list) || depth > DEPTH) throw new Error(`The parameters of ${of} are not a list.`)
  return list.map((param) => {
    const [, base, arrays] = String(param?.type).match(/^(\w+)((?:\[(?:[1-9]\d{0,4})?\])*)$/) ?? []
    const type = { uint: 'uint256', int: 'int256', function: 'bytes24', byte: 'bytes1' }[base] ?? base
    const bits = Number(type?.match(/^u?int(\d+)$/)?.[1] ?? 256)
    if (!ELEMENTARY.test(type) || bits % 8 !== 0 || bits === 0 || bits > 256 || arrays.length > 60) {
      throw new Error(`${of} has a parameter of type “${String(param?.type).slice(0, 40)}”, which is none of the ABI.`)
    }
    const made = { name: IDENTIFIER.test(param.name) ? param.name : '', type: type + arrays }
    if (type === 'tuple') {
      made.components = params(param.components ?? [], of, depth + 1)
      if (made.components.length === 0) throw new Error(`${of} has a tuple without components.`)
    }
    if (param.indexed) made.indexed = true
    return made
  })
}

/** What selectors and topics are hashes of: transfer(address,uint256) */
export const canonical = ({ name, inputs }) => `${name}(${inputs.map(typeOf).join(',')})`

const typeOf = ({ type, components }) => (components ? type.replace('tuple', `(${components.map(typeOf).join(',')})`) : type)

/** A type for people: (address to, uint256 amount)[] */
export const readable = ({ type, components }) => (components ? type.replace('tuple', `(${components.map(readableParam).join(', ')})`) : type)

const readableParam = (param) => `${readable(param)}${param.name ? ` ${param.name}` : ''}`

/** A parameter without names: values of tuples are then lists, whatever strangers call their fields. */
export const bare = ({ type, components }) => (components ? { type, components: components.map(bare) } : { type })

/** Entries that JSON can keep. */
export const keep = (entries) => entries.map(({ kind, name, inputs, outputs, mutability }) => ({ type: kind, name, inputs, outputs, stateMutability: mutability }))

/**
 * The contracts in a text: [{name, entries}]; name is null where the text gives none.
 * Throws an Error that says what is wrong with the text.
 */
export function parseABI(text) {
  if (text.length > SIZE) throw new Error('This is more than 4 MB: no ABI is as long.')
  text = text.replace(/^\uFEFF/, '').trim()
  if (!text) throw new Error('There is nothing here yet.')
  const found = /^[[{"]/.test(text) ? fromJSON(text) : [{ name: null, items: fromText(text) }]
  const contracts = found.map(({ name, items }) => ({ name, entries: prepareAll(items) })).filter(({ entries }) => entries.length > 0)
  if (contracts.length === 0) throw new Error('No function, event or error is in it.')
  return contracts
}

function prepareAll(items) {
  if (items.length > LIMIT) throw new Error(`This ABI has ${items.length} entries; up to ${LIMIT} are read.`)
  if (items.every((item) => typeof item === 'string')) items = fromText(items.join('\n'))
  return items.filter((item) => !['fallback', 'receive'].includes(item?.type)).map(prepare)
}

function fromJSON(text) {
  let json
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`This begins like JSON, but is not: ${error.message.slice(0, 160)}`)
  }
  if (typeof json === 'string') return [{ name: null, items: fromText(json) }]
  if (Array.isArray(json)) return [{ name: null, items: json }]
  const own = listed(json.abi) ?? listed(json.output?.abi) ?? listed(json.result)
  if (own) return [{ name: typeof json.contractName === 'string' ? json.contractName.slice(0, 60) : null, items: own }]
  const found = []
  for (const [file, value] of Object.entries(json.contracts ?? json.output?.contracts ?? {})) {
    const direct = listed(value?.abi)
    if (direct) found.push({ name: file.split(':').at(-1).slice(0, 60), items: direct })
    else for (const [name, contract] of Object.entries(value ?? {})) if (listed(contract?.abi)?.length) found.push({ name: name.slice(0, 60), items: listed(contract.abi) })
  }
  if (found.length === 0) throw new Error('No “abi” is in this JSON: an ABI is a list, or the part “abi” of a compiler\'s output.')
  return found
}

/** An ABI within JSON: a list, or, as some tools write it, the text of one. */
function listed(abi) {
  if (typeof abi !== 'string') return Array.isArray(abi) ? abi : null
  try {
    const list = JSON.parse(abi)
    return Array.isArray(list) ? list : null
  } catch {
    return null
  }
}

/** Signatures one a line, or an interface as Solidity has it. */
function fromText(text) {
  const structs = []
  const rest = text
    .replace(/\/\/.*|\/\*[^]*?\*\//g, '')
    .replace(/\bstruct\s+\w+\s*\{[^}]*\}/g, (struct) => { structs.push(flat(struct)); return '' })
    .replace(/\b(?:pragma|import|using)\b[^;]*;|\b(?:interface|contract|library)\b[^{]*\{|\}/g, '')
    .replace(/\s+(?=(?:external|public|view|pure|payable|nonpayable|returns)\b)/g, ' ')
    .replace(/\b(?:virtual|override)\b/g, '')
    .replace(/\([^()]*\)/g, flat)
  return fromLines(structs, rest.split(/[\n;]/).map(flat).filter((line) => line))
}

const flat = (text) => text.replace(/\s+/g, ' ').trim()

function fromLines(structs, lines) {
  return lines.map((line) => {
    const whole = /^(?:function|event|error|constructor|fallback|receive)\b/.test(line) ? line : `function ${line}`
    try {
      return parseAbi([...structs, whole])[0]
    } catch (error) {
      throw new Error(`“${line.slice(0, 120)}” is no signature: ${(error.shortMessage ?? error.message).split('\n')[0].slice(0, 160)}`)
    }
  })
}
