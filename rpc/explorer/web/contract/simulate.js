// What a transaction would do if it were sent now.

import { html } from '../lib/ui.js'
import { decodeError, decodeParams } from '../abi.js'
import { gas as gasPrice, int } from '../format.js'
import { head } from '../live.js'
import { Value } from '../parts/value.js'
import { useQuery } from '../query.js'
import { LinkError, call } from '../rpc.js'

/** Tries a call; {gas, result}, or {refused} that says why it would fail. Null asks nothing. */
export const useSimulation = (transaction) => useQuery(() => (transaction ? simulate(transaction) : Promise.resolve(null)),
  [transaction?.from, transaction?.to, transaction?.data, transaction?.value], { live: true })

async function simulate(transaction) {
  try {
    const [result, gas] = await Promise.all([call('eth_call', transaction, 'latest'), call('eth_estimateGas', transaction, 'latest')])
    return { result, gas: BigInt(gas) }
  } catch (error) {
    if (error instanceof LinkError) throw error
    return { refused: explain(error, transaction.to) }
  }
}

/** Why a call failed, by the contract's own words if it has some. */
export function explain(error, address) {
  const data = typeof error.data === 'string' ? error.data : null
  const decoded = data && data.length >= 10 ? decodeError(address, data) : null
  if (decoded) return decoded.text
  if (data && data.length >= 10) return `an error that the ABI does not name (${data.slice(0, 10)})`
  if (data === '0x') return 'the contract gave no reason'
  return error.message.replace(/^execution reverted:? ?/, '').slice(0, 300) || 'the contract gave no reason'
}

/** What came of a trial, before it is sent. Room is kept for it. */
export function Simulation({ of, outputs = [] }) {
  const { data, loading } = of
  if (!data) return html`<p class="simulation muted">${loading ? 'Trying …' : ' '}</p>`
  if (data.refused) return html`<div class="simulation bad" role="status"><strong>Would fail</strong><span class="said">${data.refused}</span></div>`
  const values = outputs.length ? decodeParams(outputs, data.result) : null
  return html`<div class="simulation good" role="status"><strong>Would work</strong>
    <span class="num">${int(data.gas)} gas${head.value && html`<span class="muted"> · fee about ${gasPrice(data.gas * BigInt(head.value.baseFeePerGas))}</span>`}</span>
    ${values && html`<span class="returns"><span class="muted">returns</span> ${values.map((v) => html`<${Value} type=${v.type} value=${v.value} short />`)}</span>`}</div>`
}
