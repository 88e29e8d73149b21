// What a transaction moved: coins within calls, and tokens, as their logs tell.

import { decodeAbiParameters } from './lib/eth.js'

const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef' // ERC-20 and ERC-721
const SINGLE = '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62' // ERC-1155
const BATCH = '0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb'

const addressOf = (topic) => `0x${topic.slice(26)}`

/** Tokens that logs say were moved: {contract, from, to, value: bigint|null, id: bigint|null}. */
export function tokenTransfers(logs) {
  return logs.flatMap((log) => {
    try {
      return ofLog(log)
    } catch {
      return [] // looks like a transfer, but is none
    }
  })
}

function ofLog({ address: contract, topics, data }) {
  const [event, a, b, c] = topics
  if (event === TRANSFER && topics.length === 3 && data.length === 66) return [{ contract, from: addressOf(a), to: addressOf(b), value: BigInt(data), id: null }]
  if (event === TRANSFER && topics.length === 4) return [{ contract, from: addressOf(a), to: addressOf(b), value: null, id: BigInt(c) }]
  if (topics.length !== 4) return []
  const ends = { contract, from: addressOf(b), to: addressOf(c) }
  if (event === SINGLE) {
    const [id, value] = decodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], data)
    return [{ ...ends, id, value }]
  }
  if (event === BATCH) {
    const [ids, values] = decodeAbiParameters([{ type: 'uint256[]' }, { type: 'uint256[]' }], data)
    return ids.map((id, i) => ({ ...ends, id, value: values[i] ?? 0n }))
  }
  return []
}

const CARRY = new Set(['CALL', 'CALLCODE', 'CREATE', 'CREATE2', 'SELFDESTRUCT'])

/** Coins that calls within a call moved: {from, to, value}. */
export function coinTransfers(root) {
  const found = []
  const left = root.error ? [] : [...root.calls ?? []].reverse()
  while (left.length > 0) {
    const frame = left.pop()
    if (frame.error) continue // undone, with all it did
    if (CARRY.has(frame.type) && frame.to && BigInt(frame.value ?? 0) > 0n) found.push({ from: frame.from, to: frame.to, value: BigInt(frame.value) })
    for (let i = (frame.calls?.length ?? 0) - 1; i >= 0; i--) left.push(frame.calls[i])
  }
  return found
}
