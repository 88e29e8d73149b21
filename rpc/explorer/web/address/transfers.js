// Token transfers from and to an address: from the index, or those in the logs of the
// latest blocks.

import { html } from '../lib/ui.js'
import { decodeLog } from '../abi.js'
import { int } from '../format.js'
import { head, status } from '../live.js'
import { Address, Transaction } from '../parts/hash.js'
import { Answer, Empty } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Age } from '../parts/text.js'
import { useQuery } from '../query.js'
import { call, hex } from '../rpc.js'
import { Direction } from './direction.js'
import { Pages, usePages } from './pages.js'
import { Token, Units } from './token.js'
import { NoIndex, indexed } from './transactions.js'

const LENGTH = 25
const LOOKED = 1_000 // blocks whose logs are searched when there is no index
const LISTED = 50
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

export function Transfers({ address }) {
  if (!status.value) return html`<${Empty}>Asking the node …<//>`
  return indexed() ? html`<${History} address=${address} />` : html`<${Recent} address=${address} />`
}

function History({ address }) {
  const pages = usePages()
  const query = useQuery(() => call('monolith_addressTransfers', address, pages.cursor, hex(LENGTH)), [address, pages.cursor], { live: pages.cursor === null })
  return html`<${Answer} query=${query}>${({ transfers, next }) => html`<${List} address=${address} rows=${transfers} /><${Pages} of=${pages} next=${next} />`}<//>`
}

function Recent({ address }) {
  const query = useQuery(() => latestTransfers(address), [address], { live: true })
  return html`<${NoIndex} shown="the latest ${int(LOOKED)} blocks" />
    <${Answer} query=${query}>${(rows) => html`<${List} address=${address} rows=${rows.slice(0, LISTED)} />`}<//>`
}

/** Transfers in the logs of the latest blocks, newest first, shaped like the index's. */
export async function latestTransfers(address) {
  const word = `0x${address.slice(2).toLowerCase().padStart(64, '0')}`
  const range = { fromBlock: hex(Math.max(0, Number(head.value?.number ?? 0) - LOOKED)), toBlock: 'latest' }
  const found = (await Promise.all([[TRANSFER, word], [TRANSFER, null, word]].map((topics) => call('eth_getLogs', { ...range, topics })))).flat()
  const rows = new Map()
  for (const log of found) {
    const args = decodeLog(log)?.args
    if (args?.length !== 3) continue
    const nft = log.topics.length === 4
    rows.set(`${log.blockHash}${log.logIndex}`, {
      hash: log.transactionHash, blockNumber: log.blockNumber, logIndex: log.logIndex, timestamp: log.blockTimestamp ?? null, contract: log.address,
      standard: nft ? 'ERC-721' : 'ERC-20', from: args[0].value, to: args[1].value, value: nft ? null : hex(args[2].value), id: nft ? hex(args[2].value) : null,
    })
  }
  return [...rows.values()].sort((a, b) => Number(b.blockNumber) - Number(a.blockNumber) || Number(b.logIndex) - Number(a.logIndex))
}

const ZERO = `0x${'0'.repeat(40)}`

function List({ address, rows }) {
  const own = address.toLowerCase()
  const way = (t) => (t.from.toLowerCase() === own ? (t.to.toLowerCase() === own ? 'self' : 'out') : 'in')
  const other = (t) => (way(t) === 'in' ? t.from : t.to)
  return html`<${Table} caption="Token transfers" empty="No tokens came or went." keyOf=${(t) => `${t.hash}${t.logIndex}${t.id}`} rows=${rows} columns=${[
    { name: '', className: 'towards', cell: (t) => html`<${Direction} of=${way(t)} />` },
    { name: 'Amount', right: true, cell: (t) => html`<${Units} contract=${t.contract} value=${t.value} id=${t.id} />` },
    { name: 'Token', cell: (t) => html`<${Token} contract=${t.contract} />` },
    { name: 'With', className: 'middle', cell: (t) => (other(t).toLowerCase() === ZERO ? html`<span class="tag">${way(t) === 'in' ? 'minted' : 'burnt'}</span>` : html`<${Address} value=${other(t)} />`) },
    { name: 'Transaction', className: 'middle', cell: (t) => html`<${Transaction} hash=${t.hash} />` },
    { name: 'Age', className: 'wide', cell: (t) => (t.timestamp ? html`<${Age} time=${t.timestamp} suffix="" />` : '') },
  ]} />`
}
