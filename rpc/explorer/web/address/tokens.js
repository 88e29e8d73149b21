// The tokens that an address has.

import { html } from '../lib/ui.js'
import { clip, int, units } from '../format.js'
import { status } from '../live.js'
import { Address } from '../parts/hash.js'
import { Answer, Empty } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { call, callAlone } from '../rpc.js'
import { tokenOf } from '../tokens.js'
import { NoIndex, indexed } from './transactions.js'
import { latestTransfers } from './transfers.js'

const IDS = 8 // ids of a token that are shown
const KNOWN = 30 // tokens that are asked for a balance when there is no index

export function Tokens({ address }) {
  const query = useQuery(async () => {
    if (!status.value) return null
    return (indexed() ? await callAlone('monolith_addressTokens', address) : await seen(address)).filter((t) => t.balance === null || BigInt(t.balance) > 0n)
  }, [address, status.value === null], { live: true })
  return html`${status.value && !indexed() && html`<${NoIndex} shown="the logs of the latest blocks" />`}
    <${Answer} query=${query}>${(rows) => (rows === null ? html`<${Empty}>Asking the node …<//>` : html`
    <${Table} caption="Tokens" empty="No tokens here." keyOf=${(t) => t.contract} rows=${rows} columns=${[
      { name: 'Token', cell: (t) => html`<span class="token"><${Address} value=${t.contract} name=${clip(t.symbol ?? t.name ?? '', 24) || null} /></span>` },
      { name: 'Name', className: 'middle', cell: (t) => html`<bdi class="muted">${clip(t.name ?? '', 32)}</bdi>` },
      { name: 'Balance', right: true, cell: (t) => (t.balance === null ? html`<span class="muted">not told</span>` : html`<strong class="num" title="${int(t.balance)} of the smallest unit">${units(t.balance, Number(t.decimals ?? 0))}</strong>`) },
      { name: 'Pieces', className: 'middle', cell: (t) => html`<${Ids} of=${t.ids} />` },
      { name: 'Standard', className: 'wide', cell: (t) => html`<span class="tag">${t.standard}</span>` },
      { name: 'Last', className: 'wide', right: true, cell: (t) => html`<a href=${paths.block(Number(t.lastBlock))}>${int(t.lastBlock)}</a>` },
    ]} />`)}<//>`
}

const Ids = ({ of }) => html`<span class="row ids">${of.slice(0, IDS).map((id) => html`<span class="tag num" title=${int(id)}>#${clip(int(id), 12)}</span>`)}${of.length > IDS && html`<span class="muted small num">and ${of.length - IDS} more</span>`}</span>`

/** Tokens that moved in the latest blocks, with what their contracts say is there. */
async function seen(address) {
  const transfers = await latestTransfers(address)
  const contracts = [...new Set(transfers.filter((t) => t.to.toLowerCase() === address.toLowerCase()).map((t) => t.contract))].slice(0, KNOWN)
  const owner = address.slice(2).toLowerCase().padStart(64, '0')
  return Promise.all(contracts.map(async (contract) => {
    const [token, balance] = await Promise.all([tokenOf(contract), call('eth_call', { to: contract, data: `0x70a08231${owner}`, gas: '0x7a120' }, 'latest').catch(() => null)])
    const own = transfers.filter((t) => t.contract === contract)
    return {
      contract, standard: own[0].standard, name: token?.name ?? null, symbol: token?.symbol ?? null, decimals: token?.decimals ?? null,
      balance: balance?.length === 66 ? balance : null, ids: held(own, address), lastBlock: own[0].blockNumber,
    }
  }))
}

/** The pieces whose last transfer, of those that are known, went to the address. */
function held(transfers, address) {
  const last = new Map()
  for (const t of transfers) if (t.id !== null && !last.has(t.id)) last.set(t.id, t.to.toLowerCase())
  return [...last].filter(([, to]) => to === address.toLowerCase()).map(([id]) => id)
}
