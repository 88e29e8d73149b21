// Sends a transaction that a form makes.

import { html, useState } from '../lib/ui.js'
import { Progress } from '../parts/progress.js'
import { Simulation, explain } from './simulate.js'
import { refusal, send } from './signer.js'

/**
 * A form whose transaction is sent by a signer, and how that went. trial is what a
 * simulation of it gave.
 */
export function Sending({ by, transaction, trial, outputs, children }) {
  const [state, setState] = useState({ sending: false, hash: null, problem: null })
  const fails = Boolean(trial.data?.refused)
  const submit = async (event) => {
    event.preventDefault()
    if (!transaction || !by) return
    setState({ sending: true, hash: null, problem: null })
    try {
      setState({ sending: false, hash: await send(by, transaction), problem: null })
    } catch (error) {
      setState({ sending: false, hash: null, problem: error.data ? explain(error, transaction.to) : refusal(error) })
    }
  }
  return html`<form class="stack" onSubmit=${submit}>
    ${children}
    <${Simulation} of=${trial} outputs=${outputs} />
    <div class="row"><button class="button ${fails ? '' : 'primary'}" type="submit" disabled=${!transaction || !by || state.sending}>${state.sending ? 'Sending …' : fails ? 'Send anyway' : 'Send'}</button></div>
    ${state.problem && html`<p class="note bad" role="alert">${state.problem}</p>`}
    ${state.hash && html`<${Progress} key=${state.hash} hash=${state.hash} />`}
  </form>`
}
