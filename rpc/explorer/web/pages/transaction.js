// One transaction, from the pool to its place in the chain.

import { html, useEffect, useRef, useState } from '../lib/ui.js'
import { int } from '../format.js'
import { decodeError } from '../abi.js'
import { head } from '../live.js'
import { ErrorText } from '../parts/errortext.js'
import { Address, BlockHash, Copy, Hash } from '../parts/hash.js'
import { Outcome } from '../parts/outcome.js'
import { Answer } from '../parts/states.js'
import { Tabs } from '../parts/tabs.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { call, callAlone } from '../rpc.js'
import { Calls, sizeOf } from './txcalls.js'
import { Logs } from './txlogs.js'
import { Missing } from './missing.js'
import { Overview } from './txoverview.js'
import { Picture } from './txpicture.js'
import { State } from './txstate.js'

const OFTEN = 2_000 // ms: the pool changes between blocks

export function Transaction({ id }) {
  if (!/^0x[0-9a-f]{64}$/i.test(id)) return html`<${Missing} what="transaction" />`
  return html`<${Shown} hash=${id.toLowerCase()} />`
}

/**
 * Where a transaction is: {tx, receipt, block, at}; of one that waits only tx, of one that
 * nobody knows nothing. What is known is asked again only when the chain has moved.
 */
async function look(hash, was) {
  const at = head.value?.hash
  if (was?.block && was.at === at) return was
  if (was?.block) {
    const [place] = await call('monolith_blocks', was.tx.blockNumber, '0x1').catch(() => [null])
    if (place?.hash === was.tx.blockHash) return { ...was, at }
  }
  const [tx, receipt] = await Promise.all([call('eth_getTransactionByHash', hash), call('eth_getTransactionReceipt', hash)])
  if (tx?.blockHash && receipt?.blockHash === tx.blockHash) {
    const [block] = await call('monolith_blocks', tx.blockNumber, '0x1')
    if (block.hash === tx.blockHash) return { tx, receipt, block, at }
  }
  if (tx) return { tx: { ...tx, blockHash: null } }
  const lost = was?.tx ?? was?.lost
  if (!lost) return {}
  return { lost, replaced: Number(await call('eth_getTransactionCount', lost.from, 'latest')) > Number(lost.nonce) }
}

function Shown({ hash }) {
  const last = useRef(null)
  const query = useQuery(async () => {
    last.current = await look(hash, last.current)
    return last.current
  }, [hash], { live: true, every: OFTEN })
  const block = query.data?.block?.hash ?? null
  // Found by running the transaction again, so asked for once.
  const trace = useQuery(async () => (block ? callAlone('monolith_trace', hash) : undefined), [hash, block])
  const former = useFormerBlock(block)
  return html`<div class="title tx-title">
      <div class="row"><h1>Transaction</h1>${query.data && html`<${Standing} of=${query.data} />`}</div>
      <${Hash} value=${hash} copy />
    </div>
    <${Answer} query=${query} waiting=${html`<div class="card room"></div>`}>${(found) => html`<div class="stack">
      ${former && former !== block && html`<p class="note warn" role="status">A reorganisation took this transaction out of <${BlockHash} value=${former} short />.</p>`}
      ${found.tx ? html`<${Known} found=${found} trace=${trace} />` : html`<${Unknown} found=${found} />`}
    </div>`}<//>`
}

/** The block in which the transaction was before. */
function useFormerBlock(block) {
  const last = useRef(null)
  const [former, setFormer] = useState(null)
  useEffect(() => {
    if (last.current && last.current !== block) setFormer(last.current)
    if (block) last.current = block
  }, [block])
  return former
}

function Standing({ of: { tx, receipt, block } }) {
  if (!tx) return html`<span class="tag">Not found</span>`
  if (!block) return html`<span class="tag warn pulse">Pending</span>`
  const failed = receipt.status === '0x0'
  return html`<span class="tag ${failed ? 'bad' : 'good'}"><${Outcome} failed=${failed} name="" />${failed ? 'Failed' : 'Success'}</span>`
}

function Unknown({ found: { lost, replaced } }) {
  return html`<div class="card future">
    <p class="figure-large">${lost ? 'Gone' : 'Unknown'}</p>
    <p>${!lost ? 'This node knows no transaction with that hash.'
      : replaced ? html`Another transaction with nonce <span class="num">${int(lost.nonce)}</span> of <${Address} value=${lost.from} /> was mined instead.`
        : 'The node has dropped this transaction from its pool.'}</p>
    <p class="muted">If it comes, it will appear here by itself.</p>
  </div>`
}

function Known({ found, trace }) {
  const { tx, receipt, block } = found
  const root = trace.data?.calls
  return html`
    <${Picture} tx=${tx} receipt=${receipt} root=${root} pending=${!block} />
    ${receipt?.status === '0x0' && html`<${Reason} root=${root} error=${trace.error} out=${Number(receipt.gasUsed) === Number(tx.gas)} />`}
    <${Tabs} label="What there is to know of the transaction" of=${[
      { id: 'overview', name: 'Overview', show: () => html`<${Overview} found=${found} state=${trace.data?.state} />` },
      ...(block ? [
        { id: 'logs', name: 'Logs', count: int(receipt.logs.length), show: () => html`<${Logs} logs=${receipt.logs} />` },
        { id: 'calls', name: 'Calls', count: root && int(sizeOf(root)), show: () => html`<${Answer} query=${trace}>${({ calls }) => html`<${Calls} root=${calls} />`}<//>` },
        { id: 'state', name: 'State', count: trace.data && int(trace.data.state.length), show: () => html`<${Answer} query=${trace}>${({ state }) => html`<${State} of=${state} tx=${tx} miner=${block.miner} />`}<//>` },
      ] : []),
      { id: 'raw', name: 'Raw', show: () => html`<${Raw} tx=${tx} receipt=${receipt} />` },
    ]} />`
}

/** Why a transaction failed, and which contract said so. */
function Reason({ root, error, out }) {
  if (!root) return html`<p class="note bad reason">${error ? (out ? 'Failed; all of its gas was used.' : 'Failed; why cannot be found out any more.') : '\u00a0'}</p>`
  let frame = root
  for (;;) { // the error was handed up from here
    const inner = frame.calls?.findLast((f) => f.error && f.output === frame.output && f.error === frame.error)
    if (!inner) break
    frame = inner
  }
  return html`<div class="note bad reason" role="status"><${ErrorText} frame=${frame} />
    ${frame !== root && html`<span class="by"><span>in</span><${Address} value=${frame.to ?? frame.from} /></span>`}
    ${unread(frame) && html`<a class="small" href=${paths.address(frame.to)}>Give this contract’s ABI to read it</a>`}</div>`
}

/** Whether a call ended with an error that no known ABI has. */
const unread = ({ to, output }) => to && output?.length >= 10 && !decodeError(to, output)

function Raw({ tx, receipt }) {
  return html`<div class="body stack"><${JSONText} name="Transaction" of=${tx} />${receipt && html`<${JSONText} name="Receipt" of=${receipt} />`}</div>`
}

const SHOWN = 100_000 // characters

function JSONText({ name, of }) {
  const text = JSON.stringify(of, null, 2)
  return html`<section><div class="row"><h3>${name}</h3><${Copy} text=${text} what="Copy ${name.toLowerCase()}" /></div>
    <pre class="raw" tabindex="0">${text.slice(0, SHOWN)}${text.length > SHOWN && '\n…'}</pre></section>`
}
