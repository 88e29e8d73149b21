// Wallets that the browser has: found by EIP-6963, or as window.ethereum (EIP-1193).

import { signal } from './lib/ui.js'
import { status } from './live.js'

/** {name, icon, provider} of each wallet. */
export const wallets = signal([])

/** Looks for wallets; they announce themselves, also later. */
export function findWallets() {
  addEventListener('eip6963:announceProvider', ({ detail: { info, provider } }) => {
    if (wallets.value.some((w) => w.id === info.uuid)) return
    wallets.value = [...wallets.value.filter((w) => w.provider !== provider), { id: info.uuid, name: info.name, icon: info.icon, provider }]
  })
  dispatchEvent(new Event('eip6963:requestProvider'))
  const old = window.ethereum
  if (old && !wallets.value.some((w) => w.provider === old)) {
    wallets.value = [...wallets.value, { id: 'window.ethereum', name: old.isMetaMask ? 'MetaMask' : 'the wallet', provider: old }]
  }
}

/** Asks a wallet to know this network and to use it (EIP-3085). */
export function addNetwork({ provider }) {
  const { chainId, name, currency } = status.value
  return provider.request({
    method: 'wallet_addEthereumChain',
    params: [{ chainId, chainName: name, nativeCurrency: { ...currency, decimals: Number(currency.decimals) }, rpcUrls: [location.origin], blockExplorerUrls: [location.origin] }],
  })
}
