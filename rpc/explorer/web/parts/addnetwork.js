// "Add this network": asks the visitor's wallet to (EIP-3085).

import { html, useState } from '../lib/ui.js'
import { status } from '../live.js'
import { addNetwork, wallets } from '../wallet.js'

export function AddNetwork() {
  const [problem, setProblem] = useState(null)
  const wallet = wallets.value[0]
  if (!wallet || !status.value) return null
  const add = async () => {
    try {
      await addNetwork(wallet)
      setProblem(null)
    } catch (error) {
      setProblem(error.message)
    }
  }
  return html`<button class="button" type="button" onClick=${add} title=${problem ?? `Add this network to ${wallet.name}`} aria-invalid=${problem !== null}>Add network</button>`
}
