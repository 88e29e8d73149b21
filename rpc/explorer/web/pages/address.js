// An address: an account or a contract, what it has and what it did.

import { getAddress, isAddress } from '../lib/eth.js'
import { html } from '../lib/ui.js'
import { BalanceChart } from '../address/balance.js'
import { Code } from '../address/code.js'
import { Transactions } from '../address/transactions.js'
import { Transfers } from '../address/transfers.js'
import { Storage } from '../address/storage.js'
import { Tokens } from '../address/tokens.js'
import { delegateOf, useCode, useOrigin, useSystem } from '../address/kind.js'
import { Contract } from '../contract/tab.js'
import { Send } from '../contract/transfer.js'
import { amount, bytes, exactAmount, int } from '../format.js'
import { blocks, status } from '../live.js'
import { FaucetFor } from '../parts/faucet.js'
import { Facts } from '../parts/facts.js'
import { Address, Copy, Mark, Transaction } from '../parts/hash.js'
import { Failure, Waiting } from '../parts/states.js'
import { Tabs } from '../parts/tabs.js'
import { useQuery } from '../query.js'
import { call } from '../rpc.js'
import { tokenOf } from '../tokens.js'

export function AddressPage({ id }) {
  const problem = problemOf(id)
  if (problem) {
    return html`<div class="title"><h1>Not an address</h1></div>
      <div class="card"><div class="body stack"><p class="note bad">${problem}</p><p class="muted said mono">${id.slice(0, 200)}</p></div></div>`
  }
  return html`<${Known} address=${getAddress(id)} />`
}

function problemOf(id) {
  if (!/^0x/i.test(id)) return 'An address begins with 0x.'
  if (!/^0x[0-9a-f]*$/i.test(id)) return `“${[...id.slice(2)].find((c) => !/[0-9a-f]/i.test(c))}” is no hexadecimal digit.`
  if (id.length !== 42) return `An address has 40 digits after 0x; this has ${id.length - 2}.`
  if (id.slice(2) !== id.slice(2).toLowerCase() && id.slice(2) !== id.slice(2).toUpperCase() && !isAddress(id)) return 'The capitals of this address do not fit: is a digit wrong?'
  return null
}

function Known({ address }) {
  const state = useQuery(async () => {
    const [balance, nonce] = await Promise.all([call('eth_getBalance', address, 'latest'), call('eth_getTransactionCount', address, 'latest')])
    return { balance: BigInt(balance), nonce: Number(nonce) }
  }, [address], { live: true })
  const code = useCode(address, state.data?.nonce)
  const token = useQuery(async () => (code && code !== '0x' ? tokenOf(address) : null), [address, code])
  const own = status.value?.accounts.some((a) => a.toLowerCase() === address.toLowerCase())
  const contract = code !== undefined && code !== '0x' && !delegateOf(code)
  return html`
    <div class="title address-title">
      <h1><${Mark} value=${address} size=${40} /><span class="kinds"><${Kinds} address=${address} code=${code} own=${own} token=${token.data} /></span></h1>
      <div class="row">${own && html`<${Send} from=${address} />`}${(code === '0x' || delegateOf(code)) && html`<${FaucetFor} address=${address} />`}</div>
      <p class="whole mono">${address}<${Copy} text=${address} what="Copy address" /></p>
    </div>
    ${state.error && !state.data && html`<${Failure} error=${state.error} />`}
    <div class="stack">
      <div class="grid address-hero">
        <div class="card has">
          <span class="muted">Balance</span>
          <${Balance} wei=${state.data?.balance} />
          <${Facts} of=${facts(address, state.data, code)} />
        </div>
        <div class="card"><${BalanceChart} address=${address} balance=${state.data?.balance} /></div>
      </div>
      <${Tabs} label="About this address" of=${[
        { id: 'transactions', name: 'Transactions', show: () => html`<${Transactions} address=${address} />` },
        { id: 'transfers', name: 'Token transfers', show: () => html`<${Transfers} address=${address} />` },
        { id: 'tokens', name: 'Tokens', show: () => html`<${Tokens} address=${address} />` },
        ...(contract || delegateOf(code) ? [
          { id: 'contract', name: 'Contract', show: () => html`<${Contract} address=${address} code=${code} token=${token.data} />` },
          { id: 'code', name: 'Code', show: () => html`<${Code} code=${code} />` },
          { id: 'storage', name: 'Storage', show: () => html`<${Storage} address=${address} />` },
        ] : []),
      ]} />
    </div>`
}

/** The balance as large as it is important; all its digits are the title. */
function Balance({ wei }) {
  if (wei === undefined) return html`<strong class="balance"><${Waiting}>00,000 ETH<//></strong>`
  const [value, ...unit] = amount(wei).split(' ')
  const [whole, rest] = value.split('.')
  return html`<strong class="balance num" title=${exactAmount(wei)}>${whole}${rest && html`<span class="rest">.${rest}</span>`} <span class="unit">${unit.join(' ')}</span></strong>`
}

function Kinds({ address, code, own, token }) {
  const system = useSystem(address)
  const mined = blocks.value.filter((b) => b.miner === address.toLowerCase() && Number(b.number) > 0).length
  const target = delegateOf(code)
  if (code === undefined) return html`<${Waiting}>Account<//>`
  const kind = system ? system.kind : target ? 'Delegated account' : code !== '0x' ? (token?.standard ? 'Token' : 'Contract') : 'Account'
  return html`<span>${kind}</span>
    ${system && html`<span class="tag">${system.name}</span>`}
    ${token && html`<span class="tag accent">${token.name ?? token.symbol ?? 'no name'}</span><span class="tag">${token.standard}</span>`}
    ${own && html`<span class="tag accent" title="The node signs for it">the node's own</span>`}
    ${mined > 0 && html`<a class="tag good" href="/miners" title="Of the latest ${blocks.value.length} blocks it mined ${mined}">miner</a>`}`
}

function facts(address, state, code) {
  const target = delegateOf(code)
  const contract = code && code !== '0x' && !target
  return [
    !contract && [target ? 'Nonce' : 'Transactions sent', state ? html`<span class="num" title="nonce ${state.nonce}">${int(state.nonce)}</span>` : html`<${Waiting}>0<//>`],
    contract && state?.nonce > 1 && ['Contracts made', html`<span class="num" title="nonce ${state.nonce}">${int(state.nonce - 1)}</span>`],
    target && ['Runs the code of', html`<${Address} value=${target} />`],
    contract && ['Code', html`<a href="#code" class="num">${bytes(code.length / 2 - 1)}</a>`],
    contract && ['Made by', html`<${Origin} address=${address} />`],
  ]
}

function Origin({ address }) {
  const origin = useOrigin(address)
  if (origin.data === undefined && !origin.error) return html`<${Waiting}>0x000000…000000<//>`
  if (!origin.data) return html`<span class="muted">not known: in the genesis block, or in blocks whose states are gone</span>`
  return html`<${Address} value=${origin.data.creator} /><span class="muted">in</span><${Transaction} hash=${origin.data.hash} />`
}
