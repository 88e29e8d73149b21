// JSON-RPC over HTTP. What is asked in one moment goes out in one batch.

/** An answer that says what is wrong; code is JSON-RPC's. */
export class RPCError extends Error {
  constructor({ code, message, data }) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** No answer: the node is not there, or refuses to talk. */
export class LinkError extends Error {}

const PATIENCE = 30_000 // ms
const FULL = 100 // calls in a batch

let waiting = []
let lastID = 0

/** A number as the node takes it: 255 → 0xff */
export const hex = (n) => `0x${n.toString(16)}`

/** Calls a method together with others of the same moment. */
export function call(method, ...params) {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(flush)
    waiting.push({ request: request(method, params), resolve, reject })
    if (waiting.length === FULL) flush()
  })
}

/** Calls a method that may take long, so that nothing else waits for its answer. */
export function callAlone(method, ...params) {
  return new Promise((resolve, reject) => send([{ request: request(method, params), resolve, reject }]))
}

function request(method, params) {
  lastID++
  return { jsonrpc: '2.0', id: lastID, method, params }
}

function flush() {
  const calls = waiting
  waiting = []
  if (calls.length > 0) send(calls)
}

async function send(calls) {
  let answers
  try {
    const body = calls.length === 1 ? calls[0].request : calls.map((c) => c.request)
    const response = await fetch('/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    })
    if (!response.ok) throw new Error((await response.text()).trim() || `status ${response.status}`)
    const json = await response.json()
    answers = new Map([json].flat().map((answer) => [answer.id, answer]))
    // A refusal of the whole batch has no id: perhaps the node allows fewer calls in one.
    if (answers.has(null)) {
      if (calls.length === 1) throw new RPCError(answers.get(null).error)
      const half = calls.length >> 1
      await Promise.all([send(calls.slice(0, half)), send(calls.slice(half))])
      return
    }
  } catch (error) {
    const reason = error instanceof RPCError ? error : new LinkError(error.message)
    for (const { reject } of calls) reject(reason)
    return
  }
  for (const { request: { id }, resolve, reject } of calls) {
    const answer = answers.get(id)
    if (answer === undefined) reject(new LinkError('the node left out an answer'))
    else if (answer.error) reject(new RPCError(answer.error))
    else resolve(answer.result)
  }
}
