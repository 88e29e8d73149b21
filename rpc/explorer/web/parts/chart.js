// Small charts of one series: what it was, what it is, and each value under a cursor
// that pointer and arrow keys move.

import { html, useState } from '../lib/ui.js'

const HEIGHT = 100

/**
 * A chart of values (numbers, or null for none), oldest first. format(value) is how one
 * is read, label(i) says of what it is; rule is a value to compare with, drawn if there
 * is room. Bars begin at zero, a line shows what changes. Above stands the last value, or
 * the headline.
 */
export function Chart({ name, values, format, label, rule = null, line = false, headline = null, ends }) {
  const [at, setAt] = useState(null)
  const known = values.filter((v) => v !== null)
  const cursor = at !== null && at < values.length ? at : null
  const shown = cursor ?? values.findLastIndex((v) => v !== null)
  const [low, high] = bounds(known, line)
  const ruled = rule !== null && rule <= high && rule >= low
  const y = (v) => HEIGHT - (HEIGHT * (v - low)) / (high - low || 1)
  const move = (event) => {
    const box = event.currentTarget.getBoundingClientRect()
    setAt(Math.max(0, Math.min(values.length - 1, Math.floor(((event.clientX - box.left) / box.width) * values.length))))
  }
  const press = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!step) return
    event.preventDefault()
    setAt(Math.max(0, Math.min(values.length - 1, (cursor ?? values.length) + step)))
  }
  return html`<figure class="chart" role="group" aria-label=${name}>
    <div class="chart-head"><figcaption class="name">${name}</figcaption><span class="value">${headline !== null && cursor === null ? headline : known.length ? format(values[shown]) : '—'}</span></div>
    <svg class="plot" viewBox="0 0 ${Math.max(1, values.length)} ${HEIGHT}" preserveAspectRatio="none" height="72" tabindex="0" role="img"
      aria-label="${name}, ${known.length} values${known.length ? ` from ${format(Math.min(...known))} to ${format(Math.max(...known))}` : ''}"
      onPointerMove=${move} onPointerLeave=${() => setAt(null)} onKeyDown=${press} onBlur=${() => setAt(null)}>
      ${line ? html`<${Line} values=${values} y=${y} />` : html`<${Bars} values=${values} y=${y} at=${cursor} />`}
      ${ruled && html`<line class="rule" x1="0" x2=${values.length} y1=${y(rule)} y2=${y(rule)} />`}
      ${cursor !== null && line && html`<line class="cursor" x1=${cursor + 0.5} x2=${cursor + 0.5} y1="0" y2=${HEIGHT} />`}
    </svg>
    <div class="chart-foot" aria-live=${cursor === null ? 'off' : 'polite'}>
      ${cursor === null ? html`<span>${ends?.[0]}</span><span>${ends?.[1]}</span>` : html`<span>${label(cursor)}</span><span class="num">${values[cursor] === null ? '—' : format(values[cursor])}</span>`}
    </div>
  </figure>`
}

/** The lowest and highest value that the plot has room for. */
function bounds(known, line) {
  const high = Math.max(...known, 0)
  if (!line) return [0, high || 1]
  const low = Math.min(...known, high)
  const margin = (high - low || Math.abs(high) || 1) * 0.08
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin]
}

function Bars({ values, y, at }) {
  return values.map((v, i) => {
    if (v === null) return null
    const height = Math.max(v > 0 ? 1.5 : 0.75, HEIGHT - y(v)) // nothing is a hairline
    return html`<rect class="bar ${v > 0 ? '' : 'faint'} ${i === at ? 'at' : ''}" x=${i + 0.12} width=".76" y=${HEIGHT - height} height=${height} />`
  })
}

function Line({ values, y }) {
  let path = ''
  let first = null
  let last = null
  values.forEach((v, i) => {
    if (v === null) return
    path += `${path ? 'L' : 'M'}${i + 0.5} ${y(v)}`
    first ??= i
    last = i
  })
  if (first === null) return null
  return html`<path class="area" d="${path}L${last + 0.5} ${HEIGHT}L${first + 0.5} ${HEIGHT}Z" /><path class="line" d=${path} />`
}
