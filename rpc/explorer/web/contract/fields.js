// Fields for the parameters of a function.

import { html, useId, useMemo, useState } from '../lib/ui.js'
import { readable } from '../abitypes.js'
import { status } from '../live.js'
import { composed, exampleOf, readAmount, readInput } from './input.js'

/** The texts of parameters, their values once all of them are fine, and what is wrong. */
export function useInputs(params) {
  const [texts, setTexts] = useState(() => params.map((p) => (p.type === 'bool' ? 'false' : '')))
  const read = useMemo(() => texts.map((text, i) => attempt(() => readInput(params[i], text))), [texts])
  return {
    texts, read,
    values: read.every((r) => r.ok) ? read.map((r) => r.value) : null,
    set: (i, text) => setTexts(texts.map((old, at) => (at === i ? text : old))),
  }
}

export function attempt(ask) {
  try {
    return { ok: true, value: ask() }
  } catch (error) {
    return { ok: false, problem: error.message }
  }
}

export const Fields = ({ params, inputs }) => params.map((param, i) => html`
  <${Field} key=${i} name=${param.name || `#${i + 1}`} type=${readable(param)} text=${inputs.texts[i]} problem=${inputs.read[i].ok ? null : inputs.read[i].problem} set=${(text) => inputs.set(i, text)}
    kind=${composed(param) ? 'json' : param.type} example=${composed(param) ? exampleOf(param) : param.type === 'address' ? '0x…' : ''} />`)

/** A field; what is wrong with it is told once something is in it. */
function Field({ name, type, text, problem, set, kind, example }) {
  const id = useId()
  const wrong = problem && text.trim() !== ''
  const common = {
    id, value: text, placeholder: example, autocomplete: 'off', autocapitalize: 'off', spellcheck: false, 'aria-invalid': Boolean(wrong), 'aria-describedby': `${id}-hint`,
    onInput: (event) => set(event.target.value),
  }
  return html`<div class="entry">
    <label class="label" for=${id}><span class="name">${name}</span> <span class="type mono">${type}</span></label>
    ${kind === 'bool' ? html`<select class="field" id=${id} value=${text} onChange=${(event) => set(event.target.value)}><option value="false">false</option><option value="true">true</option></select>`
      : kind === 'json' ? html`<textarea class="field small-area" rows="2" ...${common}></textarea>`
        : kind === 'address' ? html`<input class="field mono" list="known-accounts" ...${common} />`
          : html`<input class="field ${kind.startsWith('bytes') ? 'mono' : 'num'}" ...${common} />`}
    <p class="small wrong" id="${id}-hint">${wrong && problem}</p>
  </div>`
}

/** Addresses that fields for addresses propose; once on a page. */
export const KnownAccounts = () => html`<datalist id="known-accounts">${(status.value?.accounts ?? []).map((a, i) => html`<option value=${a}>Account ${i} of the node</option>`)}</datalist>`

/** The amount that goes along with a payable call. */
export function AmountField({ name = 'Value to send', text, set }) {
  const id = useId()
  const read = attempt(() => readAmount(text))
  const wrong = !read.ok && text.trim() !== ''
  return html`<div class="entry">
    <label class="label" for=${id}><span class="name">${name}</span> <span class="type mono">${status.value?.currency.symbol}</span></label>
    <input class="field num" id=${id} value=${text} placeholder="0" inputmode="decimal" autocomplete="off" aria-invalid=${wrong} onInput=${(event) => set(event.target.value)} />
    <p class="small wrong">${wrong && read.problem}</p>
  </div>`
}
