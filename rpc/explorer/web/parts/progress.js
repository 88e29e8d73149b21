// A transaction on its way into the chain.

import { html } from '../lib/ui.js'
import { int } from '../format.js'
import { useQuery } from '../query.js'
import { paths } from '../routes.js'
import { call } from '../rpc.js'
import { Transaction } from './hash.js'

const OFTEN = 1_000 // ms

/** Sent, mined, or failed; it goes on by itself. */
export function Progress({ hash }) {
  const { data: receipt } = useQuery(() => call('eth_getTransactionReceipt', hash), [hash], { live: true, every: OFTEN })
  const mined = Boolean(receipt)
  const failed = receipt?.status === '0x0'
  return html`<div class="progress ${failed ? 'failed' : mined ? 'mined' : ''}" role="status">
    <ol aria-label="Progress"><li class="done">Sent</li><li class=${mined ? 'done' : 'now'}>${failed ? 'Failed' : mined ? 'Mined' : 'Waiting for a block'}</li></ol>
    <span class="row"><${Transaction} hash=${hash} copy />${mined && html`<span class="muted">in block <a class="num" href=${paths.block(Number(receipt.blockNumber))}>${int(receipt.blockNumber)}</a></span>`}
    ${receipt?.contractAddress && html`<a href=${paths.address(receipt.contractAddress)}>New contract</a>`}</span>
  </div>`
}
