// Wallets that the browser has: found by EIP-6963, or as window.ethereum (EIP-1193).

import { signal } from './lib/ui.js'
import { clip } from './format.js'
import { status } from './live.js'

/** {id, name, icon, provider} of each wallet. */
export const wallets = signal([])

const UNKNOWN_CHAIN = 4902 // EIP-3085: the wallet does not know the network yet
const ICON = /^data:image\/(?:svg\+xml|png|webp|gif|jpeg)[;,]/ // others the page's policy would not load

/** Looks for wallets; they announce themselves, also later. */
export function findWallets() {
  addEventListener('eip6963:announceProvider', ({ detail }) => {
    const { info, provider } = detail ?? {}
    if (typeof provider?.request !== 'function' || wallets.value.some((w) => w.id === info?.uuid)) return
    const wallet = { id: String(info?.uuid), name: clip(String(info?.name ?? 'Wallet'), 40), icon: ICON.test(info?.icon) ? info.icon : null, provider }
    wallets.value = [...wallets.value.filter((w) => w.provider !== provider && w.id !== OLD), wallet]
  })
  dispatchEvent(new Event('eip6963:requestProvider'))
  const old = window.ethereum
  if (typeof old?.request === 'function' && wallets.value.length === 0) {
    wallets.value = [{ id: OLD, name: old.isMetaMask ? 'MetaMask' : 'Browser wallet', icon: null, provider: old }]
  }
}

const OLD = 'window.ethereum'

/** What a wallet must know of this network, as EIP-3085 has it. */
export function network() {
  const { chainId, name, currency } = status.value
  return {
    chainId, chainName: name,
    nativeCurrency: { name: currency.name, symbol: currency.symbol, decimals: Number(currency.decimals) },
    rpcUrls: [location.origin], blockExplorerUrls: [location.origin],
  }
}

/** Asks a wallet to know this network and to use it (EIP-3085). */
export const addNetwork = ({ provider }) => provider.request({ method: 'wallet_addEthereumChain', params: [network()] })

/** Makes a wallet use this network (EIP-3326), which it may have to get to know first. */
export async function useNetwork(wallet) {
  const { chainId } = status.value
  if (BigInt(await wallet.provider.request({ method: 'eth_chainId' })) === BigInt(chainId)) return
  const change = () => wallet.provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId }] })
  try {
    await change()
  } catch (error) {
    if (error.code !== UNKNOWN_CHAIN && error.data?.originalError?.code !== UNKNOWN_CHAIN) throw error
    await addNetwork(wallet)
    await change() // to know a network is not yet to use it
  }
  if (BigInt(await wallet.provider.request({ method: 'eth_chainId' })) !== BigInt(chainId)) throw new Error(`${wallet.name} is on another network.`)
}

/** The account that a wallet lets this page use; asks its owner the first time. */
export async function accountOf({ provider, name }) {
  const [account] = await provider.request({ method: 'eth_requestAccounts' })
  if (!account) throw new Error(`${name} gave no account.`)
  return account
}

/** Has a wallet sign and send a transaction; gives its hash. */
export const sendThrough = ({ provider }, transaction) => provider.request({ method: 'eth_sendTransaction', params: [transaction] })
