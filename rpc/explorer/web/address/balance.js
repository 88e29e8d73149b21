// How the balance of an address went over recent blocks. A node keeps the states of
// recent blocks only, unless it is told to keep all: blocks it cannot answer for are left out.

import { html, useState } from '../lib/ui.js'
import { formatUnits } from '../lib/eth.js'
import { amount, int, symbol } from '../format.js'
import { head } from '../live.js'
import { Chart } from '../parts/chart.js'
import { Choice } from '../parts/choice.js'
import { useQuery } from '../query.js'
import { call, hex } from '../rpc.js'

const SAMPLES = 40
const RANGES = [{ name: '120 blocks', span: 120 }, { name: 'All', span: Infinity }]

export function BalanceChart({ address, balance }) {
  const [range, setRange] = useState(RANGES[0])
  const height = Number(head.value?.number ?? 0)
  const step = Math.max(1, Math.ceil(Math.min(range.span, height + 1) / SAMPLES))
  const { data } = useQuery(() => sample(address, height, step), [address, step, Math.floor(height / step), head.value === null])
  const points = data ?? []
  const values = points.map((p) => p.balance)
  if (points.length && balance !== undefined && height > points.at(-1).number) {
    values.push(balance)
  }
  const gone = points.length > 0 && points[0].number > step && points[0].number > height + 1 - range.span
  const number = (i) => points[i]?.number ?? height
  return html`<div class="balance-chart">
    <div class="range"><${Choice} label="Blocks of the drawing" options=${RANGES} chosen=${range} choose=${setRange} /></div>
    <${Chart} name="Balance" line values=${values.map((v) => Number(formatUnits(v, 18)))}
      format=${(v) => `${short(v)} ${symbol()}`} label=${(i) => `Block ${int(number(i))}`} ends=${values.length ? [gone ? `${int(number(0))}: states before are gone` : int(number(0)), int(number(values.length - 1))] : []} />
  </div>`
}

/** Balances after blocks at equal distances, oldest first. */
async function sample(address, height, step) {
  const numbers = Array.from({ length: SAMPLES }, (_, i) => height - (SAMPLES - 1 - i) * step).filter((n) => n >= 0)
  const found = await Promise.all(numbers.map((number) => call('eth_getBalance', address, hex(number))
    .then((wei) => ({ number, balance: BigInt(wei) }), () => null)))
  return found.filter((point) => point !== null)
}

const short = (v) => amount(BigInt(Math.round(Math.max(0, v) * 1e6)) * 10n ** 12n).split(' ')[0]
