// Numbers, amounts and times as people read them. Quantities come as the node sends
// them (0x…), as numbers or as bigints.

import { formatUnits } from './lib/eth.js'
import { status } from './live.js'

const LOCALE = 'en-US'
const grouped = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })

/** 1234567 → 1,234,567 */
export const int = (n) => grouped.format(BigInt(n))

/** A number with about so many digits that count. */
export function digits(n, count = 3) {
  return new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: count }).format(n)
}

const SCALES = [[1e18, 'E'], [1e15, 'P'], [1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]

/** 1234567 → ['1.23', 'M']: for values that are shown with their unit apart. */
export function scaled(n) {
  n = Number(n)
  for (const [size, name] of SCALES) {
    if (Math.abs(n) >= size * 0.9995) return [digits(n / size), name]
  }
  return [digits(n), '']
}

/** 1234567, 'H/s' → 1.23 MH/s */
export function scale(n, unit = '') {
  const [value, prefix] = scaled(n)
  return `${value} ${prefix}${unit}`.trim()
}

/** Share of a whole: 0.1234 → 12.3 % */
export function percent(share) {
  if (share > 0 && share < 0.0005) return '< 0.1 %'
  return `${(100 * share).toFixed(share > 0 && share < 0.9995 ? 1 : 0)} %`
}

export const symbol = () => status.value?.currency.symbol ?? 'ETH'

/** Wei with all its digits, in the chain's currency. */
export function exactAmount(wei) {
  const [whole, rest] = formatUnits(BigInt(wei), 18).split('.')
  return `${int(whole)}${rest ? `.${rest}` : ''} ${symbol()}`
}

const HUGE = 10n ** 33n // wei: development chains give away more than words can say

/** Wei in the chain's currency, with six digits after the point at most. */
export function amount(wei) {
  wei = BigInt(wei)
  const size = wei < 0n ? -wei : wei
  if (size === 0n) return `0 ${symbol()}`
  if (size < 10n ** 12n) return gas(wei)
  if (size >= HUGE) return `${Number(wei / 10n ** 18n).toExponential(2).replace('e+', ' × 10^')} ${symbol()}`
  const unit = 10n ** 12n // of which six digits are left
  const rounded = (size + unit / 2n) / unit
  const whole = rounded / 10n ** 6n
  const rest = (rounded % 10n ** 6n).toString().padStart(6, '0').replace(/0+$/, '')
  return `${wei < 0n ? '−' : ''}${int(whole)}${rest ? `.${rest}` : ''} ${symbol()}`
}

/** A price of gas, or another small amount: ['1.07', 'gwei']. */
export function gasParts(wei) {
  wei = BigInt(wei)
  const size = wei < 0n ? -wei : wei
  return size < 10n ** 5n ? [int(wei), 'wei'] : [digits(Number(wei) / 1e9), 'gwei']
}

/** A price of gas: 1.07 gwei */
export const gas = (wei) => gasParts(wei).join(' ')

/** 1234567 bytes → 1.23 MB */
export const bytes = (n) => scale(n, 'B')

/** So many seconds: 75 → 1 min 15 s */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`
}

/** The same, coarser: 75 → 1 min */
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min`
  if (s < 86400) return `${Math.floor(s / 3600)} h`
  return `${Math.floor(s / 86400)} d`
}

const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })

/** A moment, in ms, in the reader's time: 2026-11-23 02:07:26 */
export const moment = (ms) => clock.format(new Date(Number(ms)))

/** Both ends of a hash: 0x12345678…9abcdef0 */
export function shorten(hash, ends = 6) {
  return hash.length <= 2 * ends + 5 ? hash : `${hash.slice(0, 2 + ends)}…${hash.slice(-ends)}`
}

/** Many things: 1 block, 2 blocks */
export const count = (n, thing) => `${int(n)} ${thing}${Number(n) === 1 ? '' : 's'}`

const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu // what could hide, or turn the text around

/** A stranger's text in one line of at most so many characters. */
export function clip(text, length) {
  const line = [...text.slice(0, 4 * length).replace(UNSEEN, ' ').trim()]
  return line.length > length ? `${line.slice(0, length - 1).join('')}…` : line.join('')
}

const DIGITS = 12 // of a number, beyond which nobody reads it
const MOST = 77 // decimals: a word has no more digits

/** An amount of a token: 1234500000000000000, 18 → 1.2345 */
export function units(value, decimals) {
  if (decimals > MOST) return cut(int(value))
  const [whole, rest = ''] = formatUnits(BigInt(value), decimals).split('.')
  const shown = rest.slice(0, 6).replace(/0+$/, '')
  if (whole === '0' && rest && !shown) return '< 0.000001'
  return `${cut(int(whole))}${shown ? `.${shown}` : ''}`
}

/** Of a number that nobody reads, its size: 1.16 × 10⁷⁷ */
export function cut(text) {
  const digits = text.replaceAll(',', '')
  if (digits.length <= DIGITS + 3) return text
  const power = String(digits.length - 1).replace(/\d/g, (d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[d])
  return `${digits[0]}.${digits.slice(1, 3)} × 10${power}`
}
