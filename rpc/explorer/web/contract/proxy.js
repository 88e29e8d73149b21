// Contracts that run the code of another one.

import { getAddress } from '../lib/eth.js'
import { delegateOf } from '../address/kind.js'
import { useQuery } from '../query.js'
import { call } from '../rpc.js'

// EIP-1967: keccak256('eip1967.proxy.implementation') - 1 and keccak256('eip1967.proxy.beacon') - 1
const IMPLEMENTATION = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'
const BEACON = '0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50'
const MINIMAL = /^0x363d3d373d3d3d363d73([0-9a-f]{40})5af43d82803e903d91602b57fd5bf3/ // EIP-1167

/** {address, code, kind} of what an address runs instead of its own code; null if it runs that. */
export function useImplementation(address, code) {
  return useQuery(async () => {
    const found = await find(address, code)
    return found && { ...found, code: await call('eth_getCode', found.address, 'latest') }
  }, [address, code], { live: true }).data
}

async function find(address, code) {
  const target = delegateOf(code)
  if (target) return { address: getAddress(target), kind: 'Delegated account' }
  const [, minimal] = code.match(MINIMAL) ?? []
  if (minimal) return { address: getAddress(`0x${minimal}`), kind: 'Minimal proxy' }
  const [implementation, beacon] = (await Promise.all([IMPLEMENTATION, BEACON].map((slot) => call('eth_getStorageAt', address, slot, 'latest')))).map(addressIn)
  if (implementation) return { address: implementation, kind: 'Proxy' }
  if (!beacon) return null
  const told = addressIn(await call('eth_call', { to: beacon, data: '0x5c60da1b', gas: '0x7a120' }, 'latest').catch(() => '0x')) // implementation()
  return told && { address: told, kind: 'Proxy by a beacon' }
}

/** The address in a word; null if there is none. */
function addressIn(word) {
  return /^0x0{24}(?!0{40})[0-9a-f]{40}$/.test(word) ? getAddress(`0x${word.slice(26)}`) : null
}
