// Takes an ABI that is pasted, dropped or chosen as a file.

import { html, useEffect, useId, useState } from '../lib/ui.js'
import { addABI } from '../abi.js'
import { parseABI } from '../abitypes.js'
import { count } from '../format.js'

const PAUSE = 250 // ms after the last key before the text is read

/** done() is called when the ABI was taken. */
export function ABIForm({ address, done }) {
  const id = useId()
  const [text, setText] = useState('')
  const [read, setRead] = useState({ contracts: [], problem: null })
  const [chosen, setChosen] = useState(0)
  const [over, setOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      setChosen(0)
      try {
        setRead({ contracts: text.trim() ? parseABI(text) : [], problem: null })
      } catch (error) {
        setRead({ contracts: [], problem: error.message })
      }
    }, PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  const take = async (file) => file && setText(await file.text())
  const drop = (event) => {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file) take(file)
    else setText(event.dataTransfer.getData('text'))
  }
  const contract = read.contracts[chosen]
  const submit = (event) => {
    event.preventDefault()
    if (!contract) return
    addABI(address, contract)
    done?.()
  }
  return html`<form class="abi-form stack ${over ? 'over' : ''}" onSubmit=${submit} onDragOver=${(event) => { event.preventDefault(); setOver(true) }} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <div><label class="label" for=${id}>ABI: paste it, or drop a file here</label>
      <textarea class="field" id=${id} value=${text.length > 200_000 ? `${text.slice(0, 200_000)}…` : text} spellcheck="false" autocomplete="off" aria-invalid=${read.problem !== null} onInput=${(event) => setText(event.target.value)}
        placeholder=${'[{"type":"function", …}]\n\nor the artifact of Hardhat or Foundry, or lines as\n\nfunction balanceOf(address owner) view returns (uint256)'}></textarea></div>
    <div class="abi-read" role="status">
      ${read.problem && html`<p class="note bad">${read.problem}</p>`}
      ${read.contracts.length > 1 && html`<label class="row"><span class="muted">Contract</span><select class="field narrow" value=${chosen} onChange=${(event) => setChosen(Number(event.target.value))}>${read.contracts.map((c, i) => html`<option value=${i}>${c.name ?? `No. ${i + 1}`}</option>`)}</select></label>`}
      ${contract && html`<span class="row"><strong>${contract.name}</strong>${summary(contract.entries)}</span>`}
    </div>
    <div class="row"><button class="button primary" type="submit" disabled=${!contract}>Use this ABI</button>
      <label class="button">Choose a file<input class="hidden-label" type="file" accept=".json,.abi,.sol,.txt" onChange=${(event) => take(event.target.files[0])} /></label></div>
    <p class="small muted">It stays in this browser.</p>
  </form>`
}

/** How many functions, events and errors there are. */
export function summary(entries) {
  const of = (kind, name) => {
    const n = entries.filter((e) => e.kind === kind).length
    return n > 0 && html`<span class="tag num">${count(n, name)}</span>`
  }
  return [of('function', 'function'), of('event', 'event'), of('error', 'error')]
}
