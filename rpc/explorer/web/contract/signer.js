// Who signs what is sent: an account of the node, or a wallet of the browser.

import { computed, html, signal, useId, useState } from '../lib/ui.js'
import { shorten } from '../format.js'
import { status } from '../live.js'
import { call } from '../rpc.js'
import { accountOf, sendThrough, useNetwork, wallets } from '../wallet.js'

const choice = signal(null) // id of a signer
const connected = signal(new Map()) // accounts of wallets, by the wallets' ids

/** All who could sign: {id, name, address | null, wallet | null}. */
const signers = computed(() => [
  ...wallets.value.map((wallet) => ({ id: wallet.id, name: wallet.name, address: connected.value.get(wallet.id) ?? null, wallet })),
  ...(status.value?.accounts ?? []).map((address, i) => ({ id: address, name: `Account ${i} of the node`, address, wallet: null })),
])

/** Who signs now: the chosen one, or at first an account of the node. */
export const signer = computed(() => signers.value.find((s) => s.id === choice.value) ?? signers.value.find((s) => !s.wallet) ?? signers.value[0] ?? null)

/** Lets a wallet use this network and tell an account. */
async function connect(wallet) {
  await useNetwork(wallet)
  const account = await accountOf(wallet)
  if (!connected.value.has(wallet.id)) wallet.provider.on?.('accountsChanged', ([now]) => { connected.value = new Map(connected.value).set(wallet.id, now ?? null) })
  connected.value = new Map(connected.value).set(wallet.id, account)
  return account
}

/** Signs and sends a transaction {to, data, value}; gives its hash. */
export async function send({ wallet, address }, transaction) {
  if (!wallet) return call('eth_sendTransaction', { from: address, ...transaction })
  const from = await connect(wallet)
  return sendThrough(wallet, { from, ...transaction })
}

/** What a wallet's or the node's error means. */
export function refusal(error) {
  if (error.code === 4001) return 'You said no in the wallet.'
  return String(error.shortMessage ?? error.message ?? error).slice(0, 300)
}

export function SignerChoice() {
  const id = useId()
  const [problem, setProblem] = useState(null)
  const now = signer.value
  if (!now) return html`<p class="note">To send, a wallet is needed: install MetaMask or another one in this browser, then add this network to it with the button at the top.</p>`
  const attempt = async (wallet) => {
    setProblem(null)
    try {
      await connect(wallet)
    } catch (error) {
      setProblem(refusal(error))
    }
  }
  const choose = (event) => {
    choice.value = event.target.value
    setProblem(null)
    if (signer.value.wallet) attempt(signer.value.wallet)
  }
  return html`<div class="signer">
    <label class="label" for=${id}>Send as</label>
    <div class="row"><select class="field" id=${id} value=${now.id} onChange=${choose}>
      ${signers.value.map((s) => html`<option value=${s.id}>${s.name}${s.address ? ` · ${shorten(s.address, 4)}` : ''}</option>`)}</select>
      ${now.wallet && !now.address && html`<button class="button" type="button" onClick=${() => attempt(now.wallet)}>Connect</button>`}</div>
    ${problem && html`<p class="small wrong" role="alert">${problem}</p>`}
  </div>`
}
