// Sends an amount from one of the node's own accounts, so that a transfer can be shown
// without any other tool.

import { html, useState } from '../lib/ui.js'
import { Dialog } from '../parts/dialog.js'
import { Address } from '../parts/hash.js'
import { hex } from '../rpc.js'
import { AmountField, Fields, KnownAccounts, attempt, useInputs } from './fields.js'
import { readAmount } from './input.js'
import { Sending } from './sending.js'
import { useSimulation } from './simulate.js'

const TO = [{ name: 'To', type: 'address' }]

/** The button, and the form that it opens. */
export function Send({ from }) {
  const [open, setOpen] = useState(false)
  return html`<button class="button primary" type="button" onClick=${() => setOpen(true)}>Send</button>
    <${Dialog} open=${open} close=${() => setOpen(false)} title="Send"><${Form} from=${from} /><//>`
}

function Form({ from }) {
  const inputs = useInputs(TO)
  const [text, setText] = useState('')
  const wei = attempt(() => readAmount(text))
  const transaction = inputs.values && wei.ok ? { to: inputs.values[0], value: hex(wei.value) } : null
  const trial = useSimulation(transaction && { from, ...transaction })
  return html`<${Sending} by=${{ address: from, wallet: null }} transaction=${transaction} trial=${trial}>
    <${KnownAccounts} />
    <div><span class="label">From</span><${Address} value=${from} link=${false} /></div>
    <${Fields} params=${TO} inputs=${inputs} />
    <${AmountField} name="Amount" text=${text} set=${setText} />
  <//>`
}
