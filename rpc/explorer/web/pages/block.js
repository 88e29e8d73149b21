// One block: by its number, its hash or a tag such as latest.

import { html, useEffect, useRef, useState } from '../lib/ui.js'
import { bytes, count, digits, duration, exactAmount, int, moment, percent, scale, symbol } from '../format.js'
import { head, now, status } from '../live.js'
import { Figure } from '../parts/figure.js'
import { Facts } from '../parts/facts.js'
import { GasBar } from '../parts/gas.js'
import { Address, BlockHash, Hash } from '../parts/hash.js'
import { Split } from '../parts/split.js'
import { Answer, Waiting } from '../parts/states.js'
import { Amount, Age, GasPrice, Moment } from '../parts/text.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { RPCError, call, hex } from '../rpc.js'
import { textOf } from '../words.js'
import { BlockTransactions } from './blocktxs.js'
import { useKeys } from './blocks.js'
import { Missing } from './missing.js'

const TAGS = ['latest', 'earliest', 'safe', 'finalized']

export function Block({ id }) {
  if (/^0x[0-9a-f]{64}$/i.test(id)) return html`<${Shown} key=${id} find=${() => byHash(id)} id=${id} />`
  if (TAGS.includes(id)) return html`<${Shown} key=${id} find=${() => byNumber(id)} id=${id} />`
  const number = /^(\d{1,15}|0x[0-9a-f]{1,12})$/i.test(id) ? Number(id) : null
  if (number === null) return html`<${Missing} what="block" />`
  return html`<${Shown} key=${number} find=${() => byNumber(hex(number))} id=${id} number=${number} />`
}

/** {block, place}: place is the block that the chain has at its height. */
async function byNumber(number) {
  try {
    const [block] = await call('monolith_blocks', number, '0x1')
    return { block, place: block }
  } catch (error) {
    if (error instanceof RPCError && error.message === 'header not found') return { block: null, place: null }
    throw error
  }
}

async function byHash(hash) {
  const header = await call('eth_getHeaderByHash', hash)
  if (!header) return { block: null, place: null }
  const { place } = await byNumber(header.number)
  if (place?.hash === header.hash) return { block: place, place }
  return { block: await aside(hash), place }
}

/** Of a block beside the chain, what the chain's own summary would tell. */
async function aside(hash) {
  const block = await call('eth_getBlockByHash', hash, false)
  const subsidy = (block.withdrawals ?? []).reduce((sum, w) => sum + BigInt(w.amount) * 10n ** 9n, 0n)
  return { ...block, transactions: hex(block.transactions.length), subsidy, fees: null, burnt: BigInt(block.baseFeePerGas ?? 0) * BigInt(block.gasUsed), difficulty: null, totalDifficulty: null }
}

function Shown({ find, id, number = null }) {
  const query = useQuery(find, [id], { live: true })
  const former = useFormer(query.data?.block, number !== null)
  const height = query.data?.block ? Number(query.data.block.number) : number
  useKeys({ '[': height > 0 ? paths.block(height - 1) : null, ']': height !== null ? paths.block(height + 1) : null })
  return html`<div class="title">
      <div class="row"><h1>${height === null ? 'Block' : html`Block <span class="num">${int(height)}</span>`}</h1>${query.data?.block && html`<${Standing} of=${query.data} />`}</div>
      ${height !== null && html`<${Neighbours} height=${height} />`}
    </div>
    <${Answer} query=${query} waiting=${html`<div class="card room"></div>`}>${({ block, place }) => {
      if (!block) return number === null ? html`<${Missing} what="block" />` : html`<${Future} number=${number} />`
      return html`<div class="stack">
        ${former.map((hash) => html`<p class="note warn" role="status" key=${hash}>While you looked, a reorganisation put this block in the place of <${BlockHash} value=${hash} short />.</p>`)}
        ${place?.hash !== block.hash && html`<p class="note warn" role="status">This block is not part of the chain: ${place
          ? html`another one has its place now, <a href=${paths.block(Number(block.number))}>block ${int(block.number)} as it is</a>.` : 'the chain is shorter now.'}</p>`}
        <${Whole} block=${block} canonical=${place?.hash === block.hash} />
      </div>`
    }}<//>`
}

/** Hashes of the blocks that were shown in the same place before, latest first. */
function useFormer(block, fixed) {
  const last = useRef(null)
  const [former, setFormer] = useState([])
  useEffect(() => {
    const was = last.current
    last.current = block?.hash ?? was
    if (fixed && block && was && was !== block.hash) setFormer((list) => [was, ...list.filter((hash) => hash !== was && hash !== block.hash)].slice(0, 3))
  }, [block?.hash])
  return former
}

const Neighbours = ({ height }) => html`<nav class="row" aria-label="Neighbours">
  ${height > 0 ? html`<a class="button num" href=${paths.block(height - 1)} title="Key [">← ${int(height - 1)}</a>` : html`<button class="button" disabled>←</button>`}
  <a class="button num" href=${paths.block(height + 1)} title="Key ]">${int(height + 1)} →</a>
</nav>`

/** How far the chain has settled on a block, as tags. */
function Standing({ of: { block, place } }) {
  const s = status.value
  const number = Number(block.number)
  if (place?.hash !== block.hash) return html`<span class="tag warn">Replaced</span>`
  if (number === 0) return html`<span class="tag">Genesis</span>`
  return html`
    ${number === Number(head.value?.number) && html`<span class="tag accent">Latest</span>`}
    ${s && (number <= Number(s.finalized) ? html`<span class="tag good">Finalized</span>` : number <= Number(s.safe) ? html`<span class="tag good">Safe</span>` : html`<span class="tag">Not yet safe</span>`)}`
}

/** A number that the chain has not reached: it comes by itself. */
function Future({ number }) {
  const s = status.value
  if (!s) return html`<div class="card room"></div>`
  const away = number - Number(s.head.number)
  const seconds = s.blockTime && (away * Number(s.blockTime)) / 1000
  const left = seconds && Math.max(0, Number(s.head.timestamp) + seconds - now.value / 1000)
  return html`<div class="card future">
    <p class="figure-large num">${int(Math.max(1, away))}</p>
    <p>${away === 1 ? 'block' : 'blocks'} to go: the chain is at <a href=${paths.block(Number(s.head.number))}>${int(s.head.number)}</a>.</p>
    <p class="muted">${seconds
      ? left > 0 ? html`Expected in about <span class="num">${duration(left)}</span>, at <span class="num">${moment(now.value + left * 1000)}</span>.` : 'Expected any moment.'
      : 'This chain makes a block when somebody sends a transaction.'} It will appear here by itself.</p>
  </div>`
}

function Whole({ block, canonical }) {
  const query = useQuery(() => contents(block, canonical), [block.hash])
  const full = query.data?.block
  const before = query.data?.parent
  const number = Number(block.number)
  const since = before && number > 1 ? Number(block.timestamp) - Number(before.timestamp) : null
  const used = Number(block.gasUsed) / Number(block.gasLimit) || 0
  const limit = Number(block.gasLimit)
  const depth = head.value && canonical ? Math.max(0, Number(head.value.number) - number) + 1 : null
  const reward = BigInt(block.subsidy) + BigInt(block.fees ?? 0)
  const proof = proofOf(block.extraData)
  const failed = query.data?.receipts?.filter((r) => r.status === '0x0').length
  return html`
    <div class="figures">
      <${Figure} name="Age" value=${number === 0 ? '—' : html`<${Age} time=${block.timestamp} suffix="" />`} title=${moment(Number(block.timestamp) * 1000)}
        note=${since === null ? '' : `${int(since)} s after the block before`} />
      <${Figure} name="Transactions" value=${int(block.transactions)} note=${failed ? `${int(failed)} failed` : ''} />
      <${Figure} name="Gas used" value=${percent(used)} note=${used ? `${percent(2 * used)} of the target` : 'none'} />
      <${Figure} name="Reward" value=${digits(Number(reward) / 1e18, 5)} unit=${symbol()} title=${exactAmount(reward)} note=${number === 0 ? '' : canonical ? 'to the miner' : 'void'} />
    </div>
    <${BlockTransactions} block=${block} query=${query} />
    <section class="card" aria-label="Details"><header><h2>Details</h2></header><${Facts} of=${[
      ['Hash', html`<${Hash} value=${block.hash} copy />`],
      ['Parent', number > 0 && html`<${BlockHash} value=${block.parentHash} copy />`],
      ['Time', html`<${Moment} time=${block.timestamp} />`],
      ['Confirmations', depth && html`<span class="num">${int(depth)}</span> <span class="muted">${depth === 1 ? 'it is the latest block' : `${count(depth - 1, 'block')} on top`}</span>`],
      ['Miner', number > 0 && html`<${Address} value=${block.miner} short=${false} copy />`],
      ['Reward', number > 0 && html`<${Split} of=${[['new coins', BigInt(block.subsidy)], block.fees !== null && ['tips', BigInt(block.fees)]].filter(Boolean)} />`],
      ['Gas used', html`<${GasBar} used=${block.gasUsed} limit=${block.gasLimit} /><span class="num">${int(block.gasUsed)} <span class="muted">of ${int(limit)}, target ${int(limit / 2)}</span></span>`],
      ['Base fee', block.baseFeePerGas && html`<${GasPrice} wei=${block.baseFeePerGas} />`],
      ['Burnt', BigInt(block.burnt) > 0n && html`<${Amount} wei=${block.burnt} />`],
      ['Difficulty', block.difficulty && html`<span class="num" title=${int(block.difficulty)}>${scale(block.difficulty)}</span> <span class="muted">total <span class="num" title=${int(block.totalDifficulty)}>${scale(block.totalDifficulty)}</span></span>`],
      ['Size', html`<span class="num" title="${int(block.size)} bytes">${bytes(block.size)}</span>`],
      ['Extra data', html`<span class="mono">${block.extraData}</span>${proof.text && html`<bdi class="tag">${proof.text}</bdi>`}`],
    ]} />
      <details class="more"><summary>Header: roots, nonce and the rest</summary>${full ? html`<${Facts} of=${[
        ['Target', proof.target && html`<span class="mono">${proof.target}</span> <span class="muted">compact; in the extra data</span>`],
        ['Proof', proof.nonce && html`<span class="mono">${proof.nonce}</span> <span class="muted">the nonce that was searched for; in the extra data</span>`],
        ['Nonce', html`<span class="mono">${full.nonce}</span>`],
        ['Mix hash', html`<${Hash} value=${full.mixHash} copy />`],
        ['State root', html`<${Hash} value=${full.stateRoot} copy />`],
        ['Receipts root', html`<${Hash} value=${full.receiptsRoot} copy />`],
        ['Transactions root', html`<${Hash} value=${full.transactionsRoot} copy />`],
        ['Withdrawals root', full.withdrawalsRoot ? html`<${Hash} value=${full.withdrawalsRoot} copy />` : null],
        ['Requests hash', full.requestsHash ? html`<${Hash} value=${full.requestsHash} copy />` : null],
        ['Beacon root', full.parentBeaconBlockRoot ? html`<${Hash} value=${full.parentBeaconBlockRoot} copy />` : null],
        ['Blob gas', full.blobGasUsed ? html`<span class="num">${int(full.blobGasUsed)}</span>` : null],
      ]} />` : html`<div class="body"><${Waiting} /></div>`}</details>
    </section>`
}

/** What of a block does not change: its transactions, their receipts and the parent. */
async function contents(block, canonical) {
  const [whole, receipts, parent] = await Promise.all([
    call('eth_getBlockByHash', block.hash, true),
    canonical && Number(block.transactions) > 0 ? call('eth_getBlockReceipts', block.hash) : null,
    Number(block.number) > 0 ? call('eth_getHeaderByHash', block.parentHash) : null,
  ])
  return { block: whole, receipts, parent }
}

const PROOF = 12 // bytes at the end of the extra data: the target, and a nonce that meets it

/** What the extra data hold: words of the miner's, if they can be read, and the proof. */
function proofOf(extra) {
  const size = extra.length / 2 - 1
  if (size < PROOF || status.value?.engine === 'stock') return { text: textOf(extra) }
  const end = extra.length - 2 * PROOF
  return { text: textOf(extra.slice(0, end)), target: `0x${extra.slice(end, end + 8)}`, nonce: `0x${extra.slice(end + 8)}` }
}
