// Sends a transaction that a form makes.

import { html, useState } from '../lib/ui.js'
import { Progress } from '../parts/progress.js'
import { hex } from '../rpc.js'
import { Simulation, explain } from './simulate.js'
import { refusal, send } from './signer.js'

const ANYWAY = 500_000 // gas for what is going to fail, for which no estimate can be had

/**
 * A form whose transaction is sent by a signer, and how that went. trial is what a
 * simulation of it gave.
 */
export function Sending({ by, transaction, trial, outputs, children }) {
  const [state, setState] = useState({ sending: false, key: null, hash: null, problem: null })
  const key = JSON.stringify(transaction)
  const sent = state.hash !== null && state.key === key // nothing was changed since
  const fails = !sent && Boolean(trial.data?.refused)
  const submit = async (event) => {
    event.preventDefault()
    if (!transaction || !by) return
    setState({ sending: true, hash: null, problem: null })
    try {
      setState({ sending: false, key, hash: await send(by, fails ? { ...transaction, gas: hex(ANYWAY) } : transaction), problem: null })
    } catch (error) {
      setState({ sending: false, hash: null, problem: error.data ? explain(error, transaction.to) : refusal(error) })
    }
  }
  return html`<form class="stack" onSubmit=${submit}>
    ${children}
    ${sent ? html`<${Progress} key=${state.hash} hash=${state.hash} />` : html`<${Simulation} of=${trial} outputs=${outputs} />`}
    <div class="row"><button class="button ${fails || sent ? '' : 'primary'}" type="submit" disabled=${!transaction || !by || state.sending}>${state.sending ? 'Sending …' : fails ? 'Send anyway' : sent ? 'Send again' : 'Send'}</button></div>
    ${state.problem && html`<p class="note bad" role="alert">${state.problem}</p>`}
  </form>`
}
