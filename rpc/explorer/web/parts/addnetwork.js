// "Add this network": asks a wallet of the visitor to (EIP-3085), or shows what to enter
// in one by hand.

import { html, useState } from '../lib/ui.js'
import { status } from '../live.js'
import { addNetwork, network, wallets } from '../wallet.js'
import { Dialog } from './dialog.js'
import { Copy } from './hash.js'

export function AddNetwork() {
  const [open, setOpen] = useState(false)
  return html`<button class="button compact" type="button" disabled=${!status.value} onClick=${() => setOpen(true)} title="Add this network to a wallet">
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><path d="M13.5 6V4.5a1 1 0 0 0-1-1h-9a1 1 0 0 0 0 2h10v7h-10a1 1 0 0 1-1-1v-7" /><path d="M11 9h1" stroke-linecap="round" /></svg>
      <span class="word">Add network</span></button>
    <${Dialog} open=${open} close=${() => setOpen(false)} title="Add this network to a wallet"><${Ways} /><//>`
}

function Ways() {
  const { chainId, chainName, nativeCurrency, rpcUrls } = network()
  return html`<div class="stack">
    ${wallets.value.length > 0
      ? html`<ul class="stack wallets">${wallets.value.map((wallet) => html`<${Wallet} key=${wallet.id} wallet=${wallet} />`)}</ul>`
      : html`<p class="note">No wallet in this browser. With MetaMask or another one installed, one click adds the network; every wallet also takes these values by hand:</p>`}
    <dl class="byhand">${[
      ['Network name', chainName], ['RPC URL', rpcUrls[0]], ['Chain ID', String(Number(chainId))], ['Currency symbol', nativeCurrency.symbol], ['Block explorer URL', location.origin],
    ].map(([name, value]) => html`<dt>${name}</dt><dd><span class="mono">${value}</span><${Copy} text=${value} what="Copy ${name}" /></dd>`)}</dl>
  </div>`
}

function Wallet({ wallet }) {
  const [state, setState] = useState(null) // null | 'asking' | 'added' | Error
  const add = async () => {
    setState('asking')
    try {
      await addNetwork(wallet)
      setState('added')
    } catch (error) {
      setState(new Error(error.code === 4001 ? 'You said no.' : error.message))
    }
  }
  return html`<li class="wallet"><${WalletIcon} wallet=${wallet} /><strong>${wallet.name}</strong>
    ${state === 'added' ? html`<span class="tag good">Added</span>`
      : html`<button class="button primary" type="button" disabled=${state === 'asking'} onClick=${add}>${state === 'asking' ? 'Look at the wallet …' : 'Add'}</button>`}
    ${state instanceof Error && html`<p class="note bad">${state.message.slice(0, 300)}</p>`}
  </li>`
}

const WalletIcon = ({ wallet, size = 24 }) => (wallet.icon
  ? html`<img class="mark" src=${wallet.icon} width=${size} height=${size} alt="" />`
  : html`<span class="mark wallet-none" aria-hidden="true"></span>`)
