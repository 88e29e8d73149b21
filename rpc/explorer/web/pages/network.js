// The node from above: its services, its peers and what it is.

import { html, useRef } from '../lib/ui.js'
import { count, digits, duration, exactAmount, int, moment, percent, scale, span } from '../format.js'
import { head, now, skew, status } from '../live.js'
import { Facts } from '../parts/facts.js'
import { Address, BlockHash, Hash } from '../parts/hash.js'
import { useServices } from '../parts/health.js'
import { Peers, askPeers } from '../parts/peers.js'
import { Services } from '../parts/services.js'
import { Answer, Empty, Waiting } from '../parts/states.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'

const EVERY = 5_000 // ms: peers come and go between blocks

export function NetworkPage() {
  const services = useServices()
  const peers = useQuery(askPeers, [], { live: true, every: EVERY })
  // How high each part is, is known when it is answered: what is below it comes then.
  const known = (query) => query.data !== undefined || !query.loading
  return html`<div class="network stack">
    <div class="title"><h1>This node</h1><${Syncing} /></div>
    <section class="card" aria-label="Services"><header><h2>Services</h2><span class="how muted small">what stands left is needed by what stands right; numbers are the order of starting</span></header>
      <${Answer} query=${services} waiting=${html`<div class="reserved"></div>`}>${(list) => html`<${Services} services=${list} />`}<//></section>
    ${known(services) && known(peers) && html`<${PeersCard} query=${peers} /><${Properties} />`}
  </div>`
}

function PeersCard({ query }) {
  const s = status.value
  const peers = query.data
  return html`<section class="card" aria-label="Peers"><header><h2>Peers</h2>${peers?.length > 0 && html`<span class="muted num">${count(peers.length, 'peer')} · ${int(peers.filter((p) => p.direction === 'outbound').length)} dialled by this node</span>`}</header>
    <${Answer} query=${query}>${(list) => (list.length > 0 && head.value ? html`<${Peers} peers=${list} />` : html`<${Empty}>${s?.network
      ? html`No peers at present. The node finds others of its network through its bootnodes (<code>--bootnodes</code>), by discovery, on the local network (<code>--mdns</code>), and stays connected to those named with <code>--p2p.static</code>.`
      : 'This node keeps a chain of its own, and looks for no peers.'}<//>`)}<//>
  </section>`
}

const MEMORY = 60 // answers from which the speed is taken

/** How far the node has caught up, and how long the rest will take. */
function Syncing() {
  const past = useRef([])
  const syncing = status.value?.syncing
  if (!syncing) {
    past.current = []
    return null
  }
  const [first, current, last] = [syncing.startingBlock, syncing.currentBlock, syncing.highestBlock].map(Number)
  const time = Number(status.value.time)
  if (past.current.at(-1)?.time !== time) past.current = [...past.current, { time, current }].slice(-MEMORY)
  const then = past.current[0]
  const speed = time > then.time ? (1000 * (current - then.current)) / (time - then.time) : 0 // blocks per second
  const share = last > 0 ? current / last : 0
  return html`<div class="syncing" role="group" aria-label="Catching up">
    <div class="row"><span class="tag accent">Syncing</span><b class="num">${percent(Math.min(share, 0.999))}</b><span class="muted num">${int(current)} of ${int(last)}</span></div>
    <progress max="1" value=${share} aria-label="Part of the chain that is here"></progress>
    <span class="muted num small">${speed > 0 ? `about ${duration((last - current) / speed)} left at ${digits(speed)} blocks/s` : `since block ${int(first)}; measuring …`}</span>
  </div>`
}

const ENGINES = new Map([['proof-of-work', 'proof of work'], ['instant', 'instant: blocks need no work'], ['stock', 'stock Ethereum rules, no proof']])

function Properties() {
  const s = status.value
  const wait = html`<${Waiting} />`
  const of = (value) => (s ? value(s) : wait)
  return html`<div class="grid properties">
    <section class="card" aria-label="Node"><header><h2>Node</h2></header><${Facts} of=${[
      ['Software', of((x) => x.clientVersion)],
      ['Running for', of((x) => html`<span title=${moment(x.started)}>${span((now.value - Number(x.started)) / 1000)}</span><span class="muted">since ${moment(x.started)}</span>`)],
      ['Clock', of(() => html`<span>${moment(now.value)}</span>${Math.abs(skew.value) > 2000 && html`<span class="tag warn">${duration(Math.abs(skew.value) / 1000)} ${skew.value > 0 ? 'ahead of' : 'behind'} yours</span>`}`)],
      ['Pool', of((x) => html`<a href="/pending">${int(x.pool.pending)} pending</a><span class="muted">${int(x.pool.queued)} queued</span>`)],
      ['Miner', of(miner)],
      ['Rewards go to', s?.mining ? html`<${Address} value=${s.mining.coinbase} copy />` : null],
      ['Address index', s?.addressIndex ? addressIndex(s.addressIndex) : null],
      ['Faucet', s?.faucet ? `${exactAmount(s.faucet.amount)} every ${duration(Number(s.faucet.interval))}` : null],
    ]} /></section>
    <section class="card" aria-label="Chain"><header><h2>Chain</h2></header><${Facts} of=${[
      ['Network', of((x) => html`${x.name}<span class="muted">chain ${int(x.chainId)} (${x.chainId})</span>`)],
      ['Genesis', s ? html`<${BlockHash} value=${s.genesis} short copy />` : wait],
      ['Engine', of((x) => ENGINES.get(x.engine) ?? x.engine)],
      ['Block time', of((x) => (x.blockTime ? `${digits(Number(x.blockTime) / 1000)} s` : 'on demand'))],
      ['Head', of((x) => html`<${Height} number=${x.head.number} /><${Hash} value=${x.head.hash} short copy />`)],
      ['Safe', of((x) => html`<${Height} number=${x.safe} below=${x.head.number} />`)],
      ['Finalized', of((x) => html`<${Height} number=${x.finalized} below=${x.head.number} />`)],
      ['Total difficulty', of((x) => html`<span title=${int(x.totalDifficulty)}>${scale(x.totalDifficulty)}</span>`)],
    ]} /></section>
  </div>`
}

/** A block's number, and how far it is below another. */
const Height = ({ number, below = null }) => html`<a href=${paths.block(Number(number))}>${int(number)}</a>
  ${below !== null && html`<span class="muted">${BigInt(below) === BigInt(number) ? 'the head' : `${count(BigInt(below) - BigInt(number), 'block')} below the head`}</span>`}`

function miner({ mining, hashrate }) {
  if (!mining) return 'none: this chain is not mined'
  if (!mining.mining) return 'off'
  const own = Number(mining.hashrate)
  if (own === 0) return 'on'
  return html`${scale(own, 'H/s')}<span class="muted">${count(mining.threads, 'thread')}${hashrate ? `, ${percent(Math.min(1, own / Number(hashrate)))} of the network` : ''}</span>`
}

function addressIndex({ head: at, synced }) {
  const behind = Number(status.value.head.number) - Number(at)
  return synced || behind <= 0 ? html`<span class="tag good">complete</span>` : html`<progress max=${Number(status.value.head.number)} value=${Number(at)} aria-label="Blocks that are indexed"></progress><span class="muted">${count(behind, 'block')} to go</span>`
}
