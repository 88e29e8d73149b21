// The faucet of a development chain: gives an address something to begin with.

import { isAddress } from '../lib/eth.js'
import { html, useId, useState } from '../lib/ui.js'
import { amount, duration } from '../format.js'
import { status } from '../live.js'
import { call } from '../rpc.js'
import { Dialog } from './dialog.js'
import { Progress } from './progress.js'

const offer = () => status.value?.faucet ?? null

/** Asks for a gift: {state, ask}; state is null, 'asking', {hash} or an Error. */
function useFaucet() {
  const [state, setState] = useState(null)
  const ask = async (address) => {
    setState('asking')
    try {
      setState({ hash: await call('monolith_faucet', address) })
    } catch (error) {
      setState(error)
    }
  }
  return { state, ask, forget: () => setState(null) }
}

const Outcome = ({ state }) => {
  if (state instanceof Error) return html`<p class="note warn" role="alert">${state.message}</p>`
  return state?.hash ? html`<${Progress} hash=${state.hash} />` : null
}

/** The button on an address's page. */
export function FaucetFor({ address }) {
  const { state, ask } = useFaucet()
  if (!offer()) return null
  return html`<div class="faucet">
    <button class="button" type="button" disabled=${state === 'asking'} onClick=${() => ask(address)} title=${limit()}><${Drop} />Get ${amount(offer().amount)}</button>
    ${state && state !== 'asking' && html`<div class="over"><${Outcome} state=${state} /></div>`}
  </div>`
}

/** The button in the frame, for an address that one enters. */
export function Faucet() {
  const [open, setOpen] = useState(false)
  if (!offer()) return null
  return html`<button class="button compact" type="button" onClick=${() => setOpen(true)} title="Get ${amount(offer().amount)} for an address"><${Drop} /><span class="word">Faucet</span></button>
    <${Dialog} open=${open} close=${() => setOpen(false)} title="Faucet"><${Form} /><//>`
}

function Form() {
  const id = useId()
  const [address, setAddress] = useState('')
  const { state, ask, forget } = useFaucet()
  const text = address.trim()
  const problem = text && !isAddress(text) ? (text.length === 42 ? 'The digits of this address do not fit: is one wrong?' : 'An address has 0x and 40 digits.') : null
  const submit = (event) => {
    event.preventDefault()
    if (text && !problem) ask(text)
  }
  return html`<form class="stack" onSubmit=${submit}>
    <p class="gift num"><${Drop} size=${28} />${amount(offer().amount)}</p>
    <div><label class="label" for=${id}>To address</label>
      <input class="field mono" id=${id} value=${address} placeholder="0x…" autocomplete="off" spellcheck="false" aria-invalid=${problem !== null}
        onInput=${(event) => { setAddress(event.target.value); forget() }} />
      <p class="small hint ${problem ? 'wrong' : 'muted'}">${problem ?? limit()}</p></div>
    <button class="button primary" type="submit" disabled=${!text || problem || state === 'asking'}>Get ${amount(offer().amount)}</button>
    <${Outcome} state=${state} />
  </form>`
}

const limit = () => `Once in ${duration(Number(offer().interval))} for each address`

const Drop = ({ size = 16 }) => html`<svg width=${size} height=${size} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><path d="M8 1.8C10.5 5 12.5 7.4 12.5 10a4.5 4.5 0 0 1-9 0C3.5 7.4 5.5 5 8 1.8z" /></svg>`
