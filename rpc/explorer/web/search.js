// Finds what somebody typed: a number, a hash or an address.

import { getAddress, isAddress } from './lib/eth.js'
import { paths } from './routes.js'
import { call } from './rpc.js'

const TAGS = ['latest', 'earliest', 'safe', 'finalized']

/** The page of what a text means. Throws an Error that says why there is none. */
export async function find(text) {
  const query = text.trim()
  const digits = query.replace(/^#/, '').replaceAll(/[,_\s]/g, '')
  if (/^\d+$/.test(digits)) return block(BigInt(digits))
  if (TAGS.includes(query.toLowerCase())) return paths.block(query.toLowerCase())
  const hex = /^0x/i.test(query) ? `0x${query.slice(2)}` : `0x${query}`
  if (!/^0x[0-9a-f]+$/i.test(hex)) throw new Error('Not a block number, a hash or an address.')
  if (hex.length === 42) {
    if (!isAddress(hex, { strict: true }) && hex !== hex.toLowerCase()) throw new Error('The capitals of this address do not fit: is a digit wrong?')
    return paths.address(getAddress(hex))
  }
  if (hex.length === 66) return hash(hex.toLowerCase())
  if (/^0x/i.test(query) && hex.length <= 18) return block(BigInt(hex))
  throw new Error(`A hash has 64 digits, an address 40; this has ${hex.length - 2}.`)
}

async function block(number) {
  const found = number < 2n ** 64n && (await call('eth_getHeaderByNumber', `0x${number.toString(16)}`))
  if (!found) throw new Error(`There is no block ${number} yet.`)
  return paths.block(number)
}

async function hash(value) {
  const [transaction, header] = await Promise.all([call('eth_getTransactionByHash', value), call('eth_getHeaderByHash', value)])
  if (transaction) return paths.transaction(value)
  if (header) return paths.block(value)
  throw new Error('No transaction and no block of this chain has that hash.')
}
