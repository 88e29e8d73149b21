// The living chain at a glance.

import { html } from '../lib/ui.js'
import { count, digits, gas, gasParts, int, percent, scale, scaled, symbol } from '../format.js'
import { blocks, head, orphans, status } from '../live.js'
import { Figure } from '../parts/figure.js'
import { Address, Transaction } from '../parts/hash.js'
import { Health } from '../parts/health.js'
import { Answer, Empty, Waiting } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Tape } from '../parts/tape.js'
import { Age, Amount, Share } from '../parts/text.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { call, hex } from '../rpc.js'
import { Charts } from './overviewcharts.js'

const LISTED = 10

export function Overview() {
  return html`<div class="overview">
    <section class="hero" aria-label="The chain now"><${Newest} /><${Figures} /></section>
    <section class="card" aria-label="Block tape"><${Tape} blocks=${blocks.value} orphans=${orphans.value} /></section>
    <${Health} />
    <${Charts} />
    <div class="grid halves"><${LatestBlocks} /><${LatestTransactions} /></div>
  </div>`
}

function Newest() {
  const block = head.value
  const { syncing } = status.value ?? {}
  return html`<div class="card newest">
    <h1>Latest block</h1>
    ${block
      ? html`<a class="height" href=${paths.block(Number(block.number))}>${int(block.number)}</a>
        <div class="by">
          ${syncing
            ? html`<span class="tag warn">Syncing</span><span class="num">${percent(Number(syncing.currentBlock) / Number(syncing.highestBlock) || 0)} of ${int(syncing.highestBlock)}</span>`
            : html`<${Age} time=${block.timestamp} />${Number(block.number) > 0 && html`<span>by</span><${Address} value=${block.miner} />`}`}
        </div>`
      : html`<span class="height"><${Waiting}>0,000<//></span><div class="by"></div>`}
  </div>`
}

const FIGURES = 8

function Figures() {
  const s = status.value
  if (!s) return html`<div class="figures">${Array.from({ length: FIGURES }, () => html`<${Figure} name=" " value="—" />`)}</div>`
  // The genesis block's time is when somebody wrote it, not when mining began.
  const list = blocks.value.filter((b) => Number(b.number) > 0)
  const steps = list.length - 1
  const seconds = steps > 0 ? Number(list[0].timestamp) - Number(list.at(-1).timestamp) : 0
  const txs = list.reduce((sum, b) => sum + Number(b.transactions), 0)
  const used = list.reduce((sum, b) => sum + Number(b.gasUsed) / Number(b.gasLimit), 0) / (list.length || 1)
  const over = list.length > 0 ? `in ${count(list.length, 'block')}` : 'no blocks yet'
  const [fee, unit] = gasParts(s.head.baseFeePerGas)
  return html`<div class="figures">
    <${Figure} name="Block time" value=${steps > 0 ? digits(seconds / steps) : '—'} unit=${steps > 0 && 's'} note=${s.blockTime ? `target ${digits(Number(s.blockTime) / 1000)} s` : 'a block when there is work'} />
    ${s.engine === 'instant' ? html`<${Toys} of=${s} />` : html`<${Work} of=${s} />`}
    <${Figure} name="Base fee" value=${fee} unit=${unit} note="transfer ${gas(BigInt(s.head.baseFeePerGas) * TRANSFER)}" />
    <${Figure} name="Transactions" value=${seconds > 0 ? digits(txs / seconds) : int(txs)} unit=${seconds > 0 && '/s'} note=${seconds > 0 ? `${int(txs)} ${over}` : over} />
    <${Figure} name="Gas used" value=${percent(used)} note=${over} />
    <${Figure} name="Pending" value=${int(s.pool.pending)} note="${int(s.pool.queued)} queued" />
    <${Figure} name="Peers" value=${s.network ? int(s.peers) : '—'} note=${s.network ? 'connected' : 'a chain of its own'} />
  </div>`
}

const TRANSFER = 21000n // gas

function Work({ of }) {
  const [rate, prefix] = scaled(of.hashrate ?? 0)
  const [difficulty, times] = scaled(of.head.difficulty)
  return html`
    <${Figure} name="Hash rate" value=${of.hashrate ? rate : '—'} unit=${of.hashrate && `${prefix}H/s`} note=${of.mining?.mining ? `own ${scale(of.mining.hashrate, 'H/s')}` : 'this node does not mine'} />
    <${Figure} name="Difficulty" value=${difficulty} unit=${times} note="total ${scale(of.totalDifficulty)}" />`
}

/** What a development chain has instead of work. */
const Toys = ({ of }) => html`
  <${Figure} name="Accounts" value=${of.accounts.length} note="to play with, unlocked" />
  <${Figure} name="Faucet" value=${of.faucet ? digits(Number(BigInt(of.faucet.amount) / 10n ** 12n) / 1e6) : '—'} unit=${of.faucet && symbol()} note=${of.faucet ? 'for every address' : 'off'} />`

function LatestBlocks() {
  return html`<section class="card"><header><h2>Blocks</h2><a href="/blocks">All blocks</a></header>
    <${Table} caption="Latest blocks" keyOf=${(b) => b.hash} rows=${blocks.value.slice(0, LISTED)} columns=${[
      { name: 'Block', cell: (b) => html`<a href=${paths.block(Number(b.number))}>${int(b.number)}</a>` },
      { name: 'Age', cell: (b) => html`<${Age} time=${b.timestamp} suffix="" />` },
      { name: 'Txs', right: true, cell: (b) => int(b.transactions) },
      { name: 'Gas', className: 'roomy', cell: (b) => html`<${Share} of=${Number(b.gasUsed)} whole=${Number(b.gasLimit)} label="${percent(Number(b.gasUsed) / Number(b.gasLimit) || 0)} of the gas limit" />` },
      { name: 'Miner', cell: (b) => (Number(b.number) > 0 ? html`<${Address} value=${b.miner} />` : html`<span class="tag">Genesis</span>`) },
    ]} />
  </section>`
}

/** The last transactions in recent blocks, newest first. */
async function latestTransactions() {
  const asked = []
  for (const block of blocks.value) {
    for (let i = Number(block.transactions) - 1; i >= 0 && asked.length < LISTED; i--) {
      asked.push(call('eth_getTransactionByBlockHashAndIndex', block.hash, hex(i)).then((tx) => tx && { ...tx, timestamp: block.timestamp }))
    }
  }
  return (await Promise.all(asked)).filter((tx) => tx !== null)
}

function LatestTransactions() {
  const begun = blocks.value.length > 0
  const query = useQuery(async () => (begun ? latestTransactions() : undefined), [begun], { live: true })
  return html`<section class="card"><header><h2>Transactions</h2><a href="/pending">Pending</a></header>
    <${Answer} query=${query}>${(txs) => (txs.length === 0 ? html`<${Empty}>No transactions in the latest blocks.<//>` : html`
      <${Table} caption="Latest transactions" keyOf=${(tx) => tx.hash} rows=${txs} columns=${[
        { name: 'Transaction', cell: (tx) => html`<${Transaction} hash=${tx.hash} />` },
        { name: 'Age', className: 'roomy', cell: (tx) => html`<${Age} time=${tx.timestamp} suffix="" />` },
        { name: 'To', cell: (tx) => (tx.to ? html`<${Address} value=${tx.to} />` : html`<span class="tag">new contract</span>`) },
        { name: 'Value', right: true, cell: (tx) => html`<${Amount} wei=${tx.value} />` },
      ]} />`)}<//>
  </section>`
}
