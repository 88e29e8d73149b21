// Text within bytes that strangers wrote.

const CONTROL = /[\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u
const LAYOUT = /[\n\r\t]/g

/** What bytes (0x…) say in UTF-8, or null if they are no text that can be read. */
export function textOf(data) {
  if (data.length < 4) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(data))
    return CONTROL.test(text.replace(LAYOUT, '')) ? null : text
  } catch {
    return null // not UTF-8
  }
}

/** Whether bytes are of the shape of a call: four bytes that name it, then words. */
export const callShaped = (data) => data.length >= 10 && (data.length - 10) % 64 === 0

function bytesOf(data) {
  const bytes = new Uint8Array(data.length / 2 - 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(data.slice(2 + 2 * i, 4 + 2 * i), 16)
  return bytes
}
