// What tokens say of themselves.

import { decodeAbiParameters, hexToString } from './lib/eth.js'
import { clip } from './format.js'
import { LinkError, call } from './rpc.js'

const GAS = '0x7a120' // a stranger's code: what it says must be cheap to say
const NAME = 40 // characters
const known = new Map()

/** {name, symbol, decimals, standard}, or null if a contract is no token. */
export function tokenOf(address) {
  const key = address.toLowerCase()
  if (!known.has(key)) {
    const asked = ask(key)
    known.set(key, asked)
    // What is no token now may become one; a node that was away will be back.
    asked.then((token) => { if (token === null) known.delete(key) }, () => known.delete(key))
  }
  return known.get(key)
}

async function ask(address) {
  const [name, symbol, decimals, supply, nft, multi] = await Promise.all([
    view(address, '0x06fdde03').then(text),
    view(address, '0x95d89b41').then(text),
    view(address, '0x313ce567').then((data) => word(data, 'uint256')),
    view(address, '0x18160ddd').then((data) => word(data, 'uint256')),
    supports(address, '80ac58cd'),
    supports(address, 'd9b67a26'),
  ])
  if (nft || multi) return { name, symbol, decimals: 0, standard: nft ? 'ERC-721' : 'ERC-1155' }
  if (supply === null || (symbol === null && decimals === null)) return null
  return { name, symbol, decimals: decimals !== null && decimals < 78n ? Number(decimals) : 0, standard: 'ERC-20' }
}

const supports = async (address, id) => (await view(address, `0x01ffc9a7${id.padEnd(64, '0')}`)) === `0x${'1'.padStart(64, '0')}`

/** What a contract answers, or null if it does not. */
async function view(to, data) {
  try {
    return await call('eth_call', { to, data, gas: GAS }, 'latest')
  } catch (error) {
    if (error instanceof LinkError) throw error
    return null
  }
}

function word(data, type) {
  return data?.length === 66 ? decodeAbiParameters([{ type }], data)[0] : null
}

/** A name: a string, or, of early tokens, 32 bytes. */
function text(data) {
  try {
    const found = data.length === 66 ? hexToString(data, { size: 32 }) : decodeAbiParameters([{ type: 'string' }], data)[0]
    return clip(found, NAME) || null
  } catch {
    return null
  }
}
