// What a transaction changed: balances, nonces, code and storage, before and after.

import { html, useState } from '../lib/ui.js'
import { amount, exactAmount, int, shorten } from '../format.js'
import { Address } from '../parts/hash.js'
import { Empty } from '../parts/states.js'

const STEP = 50 // slots of an account
const ACCOUNTS = 100
const SMALL = 10n ** 15n // numbers below are read as such

export function State({ of, tx, miner }) {
  const [shown, setShown] = useState(ACCOUNTS)
  if (of.length === 0) return html`<${Empty}>Nothing has changed.<//>`
  const roles = new Map([[miner, 'miner'], [tx.to?.toLowerCase(), 'called'], [tx.from.toLowerCase(), 'sender']])
  return html`<div class="changes">${of.slice(0, shown).map((change) => html`<${Account} key=${change.address} change=${change} role=${roles.get(change.address)} />`)}</div>
    ${of.length > shown && html`<div class="body"><button class="button" type="button" onClick=${() => setShown(shown + ACCOUNTS)}>Show more of ${int(of.length)} accounts</button></div>`}`
}

function Account({ change: { address, balance, nonce, code, storage }, role }) {
  const [shown, setShown] = useState(STEP)
  return html`<section class="change" aria-label="Changes of ${address}">
    <div class="row"><${Address} value=${address} />${role && html`<span class="tag">${role}</span>`}</div>
    <dl class="diff">
      ${balance && html`<dt>Balance</dt><dd><${Pair} from=${html`<span title=${exactAmount(balance.from)}>${amount(balance.from)}</span>`} to=${html`<span title=${exactAmount(balance.to)}>${amount(balance.to)}</span>`} /><${Difference} from=${BigInt(balance.from)} to=${BigInt(balance.to)} /></dd>`}
      ${nonce && html`<dt>Nonce</dt><dd><${Pair} from=${int(nonce.from)} to=${int(nonce.to)} /></dd>`}
      ${code && html`<dt>Code</dt><dd><${Pair} from=${html`<${Code} of=${code.from} />`} to=${html`<${Code} of=${code.to} />`} /></dd>`}
      ${storage.slice(0, shown).map((slot) => html`<dt class="slot-name">Slot <span class="mono" title=${slot.slot}>${word(slot.slot)}</span></dt>
        <dd><${Pair} from=${html`<${Word} of=${slot.from} />`} to=${html`<${Word} of=${slot.to} />`} /></dd>`)}
    </dl>
    ${storage.length > shown && html`<button class="button" type="button" onClick=${() => setShown(shown + STEP)}>Show more of ${int(storage.length)} slots</button>`}
  </section>`
}

const Pair = ({ from, to }) => html`<span class="pair num"><span class="from">${from}</span><span class="muted" aria-label="becomes">→</span><span class="to">${to}</span></span>`

function Difference({ from, to }) {
  const by = to - from
  return html`<span class="tag num ${by < 0n ? 'bad' : 'good'}" title=${exactAmount(by)}>${by > 0n && '+'}${amount(by)}</span>`
}

const DELEGATION = /^0xef0100([0-9a-f]{40})$/ // EIP-7702

function Code({ of }) {
  if (of === '0x') return html`<span class="muted">none</span>`
  const to = of.match(DELEGATION)
  return to ? html`<span class="muted">as</span> <${Address} value="0x${to[1]}" />` : html`<span title=${of.slice(0, 1_000)}>${int(of.length / 2 - 1)} bytes</span>`
}

/** A word of storage: a small number, or its ends. */
const word = (hex) => (BigInt(hex) < SMALL ? int(hex) : shorten(hex))
const Word = ({ of }) => html`<span class=${BigInt(of) < SMALL ? '' : 'mono'} title=${of}>${word(of)}</span>`
