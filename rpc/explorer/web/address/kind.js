// What an address is.

import { useRef } from '../lib/ui.js'
import { useQuery } from '../query.js'
import { call } from '../rpc.js'

const DELEGATION = '0xef0100' // EIP-7702: the account's code is that of another

/** The account whose code a delegated account runs; null if there is none. */
export const delegateOf = (code) => (code?.startsWith(DELEGATION) && code.length === 48 ? `0x${code.slice(8)}` : null)

/** The code of an address. It changes only together with the nonce, and the old one stays until then. */
export function useCode(address, nonce) {
  const last = useRef(undefined)
  const { data } = useQuery(() => call('eth_getCode', address, 'latest'), [address, nonce ?? 0])
  last.current = data ?? last.current
  return last.current
}

/** {name, kind} of an address that the rules of the chain gave a meaning (eth_config), or null. */
export function useSystem(address) {
  const { data } = useQuery(() => call('eth_config'), [])
  const find = (list) => Object.entries(list ?? {}).find(([, at]) => at.toLowerCase() === address.toLowerCase())?.[0]
  const precompile = find(data?.current?.precompiles)
  if (precompile) return { name: precompile, kind: 'Precompiled contract' }
  const system = find(data?.current?.systemContracts)
  return system ? { name: system, kind: 'System contract' } : null
}

/** {hash, creator} of the transaction that made a contract; null if nobody knows. */
export const useOrigin = (address) => useQuery(() => call('ots_getContractCreator', address).catch(() => null), [address])
