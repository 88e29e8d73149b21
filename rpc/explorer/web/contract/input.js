// Values as people type them, checked against the types that a contract wants.

import { getAddress, isAddress, parseUnits } from '../lib/eth.js'
import { readable } from '../abitypes.js'

const UNITS = new Map([['wei', 0], ['gwei', 9], ['ether', 18], ['eth', 18]])

/** The value of a text for a parameter, as encodeCall takes it. Throws an Error that says what is wrong. */
export function readInput(param, text) {
  if (composed(param)) return fromJSON(param, parseJSON(text))
  if (param.type === 'string') return text
  const trimmed = text.trim()
  if (trimmed === '') throw new Error('Something is to be entered here.')
  return elementary(param.type, trimmed)
}

/** Whether a parameter is entered as JSON. */
export const composed = ({ type, components }) => Boolean(components) || type.endsWith(']')

/** What could be entered, as an example. */
export function exampleOf(param) {
  const array = param.type.match(/^(.*)\[(\d*)\]$/)
  if (array) return `[${Array.from({ length: Math.min(3, Number(array[2] || 2)) }, () => exampleOf({ ...param, type: array[1] })).join(', ')}${Number(array[2]) > 3 ? ', …' : ''}]`
  if (param.components) return `{${param.components.map((part, i) => `"${part.name || i}": ${exampleOf(part)}`).join(', ')}}`
  if (param.type === 'bool') return 'true'
  if (param.type.includes('int')) return '1'
  return param.type === 'string' ? '"text"' : '"0x…"'
}

function elementary(type, value) {
  if (type === 'address') return address(value)
  if (type === 'bool') return truth(value)
  if (type === 'string') {
    if (typeof value !== 'string') throw new Error(`${shown(value)} is no text: put it in quotes.`)
    return value
  }
  if (type.startsWith('bytes')) return bytes(type, value)
  return integer(type, value)
}

function address(value) {
  if (!/^0x[0-9a-f]{40}$/i.test(value)) throw new Error(`${shown(value)} is no address: 0x and 40 digits.`)
  if (!isAddress(value) && value.slice(2) !== value.slice(2).toUpperCase()) throw new Error('The capitals of this address do not fit: is a digit wrong?')
  return getAddress(value.toLowerCase())
}

function truth(value) {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new Error(`${shown(value)} is neither true nor false.`)
}

function bytes(type, value) {
  const size = Number(type.slice(5))
  if (typeof value !== 'string' || !/^0x(?:[0-9a-f]{2})*$/i.test(value)) throw new Error(`${shown(value)} is not bytes: 0x and pairs of hexadecimal digits.`)
  const length = value.length / 2 - 1
  if (size && length !== size) throw new Error(`${type} has ${size} bytes, this has ${length}.`)
  return value.toLowerCase()
}

function integer(type, value) {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error(`${shown(value)} is no whole number.`)
  const n = whole(String(value))
  const bits = BigInt(type.match(/\d+$/)[0])
  const signed = type.startsWith('int')
  const [low, high] = signed ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n]
  if (n < low) throw new Error(signed ? `${type} goes down to ${low} only.` : `${type} is never negative.`)
  if (n > high) throw new Error(`${type} goes up to ${high} only.`)
  return n
}

/** 1000, 1_000, 1,000, 0x3e8, 1e3, 1.5 gwei */
function whole(text) {
  const plain = text.trim().replaceAll(/[_,\s]+(?=\d)/g, '')
  if (/^0x[0-9a-f]+$/i.test(plain) || /^-?\d+$/.test(plain)) return BigInt(plain)
  const [, number, power, unit] = plain.match(/^(-?\d+(?:\.\d+)?)(?:e(\d{1,2})|\s*([a-z]+))$/i) ?? []
  const places = power !== undefined ? Number(power) : UNITS.get(unit?.toLowerCase())
  if (number === undefined || places === undefined) throw new Error(`${shown(text)} is no whole number: 1000, 0x3e8, 1e3 and 2 gwei are.`)
  if ((number.split('.')[1] ?? '').length > places) throw new Error(`${shown(text)} is no whole number.`)
  return parseUnits(number, places)
}

/** An amount of the chain's currency, in wei: 1.5, 2 gwei */
export function readAmount(text) {
  const trimmed = text.trim().replaceAll(/[_,\s]+(?=\d)/g, '')
  if (/^\d+(?:\.\d{1,18})?$/.test(trimmed)) return parseUnits(trimmed, 18)
  if (/^\d+(?:\.\d+)?\s*[a-z]+$/i.test(trimmed)) return whole(trimmed)
  throw new Error(trimmed === '' ? 'An amount is to be entered here.' : `${shown(text)} is no amount: 1.5 and 2 gwei are.`)
}

/** JSON in which addresses need no quotes, and long numbers lose no digits. */
function parseJSON(text) {
  if (text.trim() === '') throw new Error('A list or an object is to be entered here, as JSON.')
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|0x[0-9a-fA-F]*|-?\d{16,}/g, (piece) => (piece.startsWith('"') ? piece : `"${piece}"`))
  try {
    return JSON.parse(quoted)
  } catch (error) {
    throw new Error(`This is not JSON yet: ${error.message.replace(/^JSON\.parse: /, '').slice(0, 120)}`)
  }
}

function fromJSON(param, value, path = '') {
  const array = param.type.match(/^(.*)\[(\d*)\]$/)
  if (array) {
    if (!Array.isArray(value)) throw new Error(`${at(path)}${shown(value)} is no list: [ … ]`)
    if (array[2] && value.length !== Number(array[2])) throw new Error(`${at(path)}${Number(array[2])} elements are wanted, there are ${value.length}.`)
    return value.map((element, i) => fromJSON({ ...param, type: array[1] }, element, `${path}[${i}]`))
  }
  if (param.components) return tuple(param, value, path)
  try {
    return elementary(param.type, value)
  } catch (error) {
    throw new Error(`${at(path)}${error.message}`)
  }
}

function tuple(param, value, path) {
  const parts = param.components
  if (value === null || typeof value !== 'object') throw new Error(`${at(path)}${shown(value)} is not ${readable(param)}`)
  if (Array.isArray(value) && value.length !== parts.length) throw new Error(`${at(path)}${parts.length} values are wanted, there are ${value.length}.`)
  return parts.map((part, i) => {
    const key = Array.isArray(value) ? i : part.name || String(i)
    if (!Object.hasOwn(value, key)) throw new Error(`${at(path)}“${key}” is missing.`)
    return fromJSON(part, value[key], `${path}.${part.name || i}`)
  })
}

const at = (path) => (path ? `${path.replace(/^\./, '')}: ` : '')

const shown = (value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? String(value)
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`
}
