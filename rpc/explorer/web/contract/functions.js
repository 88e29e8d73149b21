// A contract's functions: to be read at once, asked with values, or sent.

import { html, useState } from '../lib/ui.js'
import { decodeParams, encodeCall } from '../abi.js'
import { Failure, Waiting } from '../parts/states.js'
import { Value } from '../parts/value.js'
import { useQuery } from '../query.js'
import { LinkError, call, hex } from '../rpc.js'
import { AmountField, Fields, attempt, useInputs } from './fields.js'
import { readAmount } from './input.js'
import { Sending } from './sending.js'
import { explain, useSimulation } from './simulate.js'
import { signer } from './signer.js'

/** Asks a function; decoded values, or an Error that says why there are none. */
async function ask(address, entry, values) {
  let data
  try {
    data = await call('eth_call', { to: address, data: encodeCall(entry, values) }, 'latest')
  } catch (error) {
    throw error instanceof LinkError ? error : new Error(explain(error, address))
  }
  const results = decodeParams(entry.outputs, data)
  if (!results) throw new Error(data === '0x' ? 'no answer: the contract has no such function' : 'the answer does not fit the ABI')
  return results
}

/** What a function takes: (address to, uint256 value) */
const takes = ({ signature, name }) => signature.slice(name.length)

const Name = ({ entry }) => html`<span class="function"><b>${entry.name}</b><span class="takes mono">${takes(entry)}</span></span>`

const Results = ({ of }) => (of.length === 0 ? html`<span class="muted">nothing</span>`
  : html`<div class="outcome-value">${of.length === 1 ? html`<${Value} type=${of[0].type} value=${of[0].value} />` : html`<${Value} type="tuple" value=${{ fields: of }} />`}</div>`)

/** A function without parameters: its value, as it is now. */
export function ReadNow({ address, entry }) {
  const { data, error } = useQuery(() => ask(address, entry, []), [address, entry], { live: true })
  return html`<li class="now"><span class="function" title=${entry.signature}><b>${entry.name}</b></span>
    ${data ? html`<${Results} of=${data} />` : error ? html`<span class="muted small">${error.message}</span>` : html`<${Waiting} />`}</li>`
}

/** A function that is asked with values. */
export function Read({ address, entry }) {
  const inputs = useInputs(entry.inputs)
  const [state, setState] = useState({ asking: false, results: null, error: null })
  const submit = async (event) => {
    event.preventDefault()
    if (!inputs.values) return
    setState({ ...state, asking: true })
    try {
      setState({ asking: false, results: await ask(address, entry, inputs.values), error: null })
    } catch (error) {
      setState({ asking: false, results: null, error })
    }
  }
  return html`<li><details class="fn"><summary><${Name} entry=${entry} /></summary>
    <form class="stack" onSubmit=${submit}>
      <${Fields} params=${entry.inputs} inputs=${inputs} />
      <div class="row"><button class="button primary" type="submit" disabled=${!inputs.values || state.asking}>Read</button>
        ${entry.outputs.length > 0 && html`<span class="muted small">gives <span class="mono">${entry.outputs.map((o) => o.type).join(', ')}</span></span>`}</div>
      ${state.results && html`<${Results} of=${state.results} />`}
      ${state.error && html`<${Failure} error=${state.error} />`}
    </form></details></li>`
}

/** A function that changes the chain: tried first, then sent. */
export function Write({ address, entry }) {
  const [open, setOpen] = useState(false)
  return html`<li><details class="fn" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary><${Name} entry=${entry} />${entry.mutability === 'payable' && html`<span class="tag accent">payable</span>`}</summary>
    ${open && html`<${WriteForm} address=${address} entry=${entry} />`}
  </details></li>`
}

function WriteForm({ address, entry }) {
  const inputs = useInputs(entry.inputs)
  const [value, setValue] = useState('')
  const wei = attempt(() => (value.trim() === '' ? 0n : readAmount(value)))
  const ready = inputs.values && wei.ok
  const transaction = ready ? { to: address, data: encodeCall(entry, inputs.values), ...(wei.value > 0n && { value: hex(wei.value) }) } : null
  const trial = useSimulation(transaction && { ...transaction, ...(signer.value?.address && { from: signer.value.address }) })
  return html`<${Sending} by=${signer.value} transaction=${transaction} trial=${trial} outputs=${entry.outputs}>
    <${Fields} params=${entry.inputs} inputs=${inputs} />
    ${entry.mutability === 'payable' && html`<${AmountField} text=${value} set=${setValue} />`}
  <//>`
}
