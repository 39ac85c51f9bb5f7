// Reads socket.io: its packets in those of engine.io v4, in WebSocket messages or in the answers of a long poll.
import { asEvent } from '../../src/core/event.ts'
import type { Json } from '../../src/core/event.ts'
import { NOTHING } from '../wires/contract.ts'
import type { Read, Wire } from '../wires/contract.ts'
import { clientFrame, joined, webSocket } from '../wires/websocket.ts'
import { answers } from './answers.ts'

/** The event that carries ours. */
export const NAME = 'event'

/**
 * One packet, https://socket.io/docs/v4/engine-io-protocol/: 0 opens, 2 pings, 6 says nothing, 40 joins, 42 is an event. Pure.
 * @param say puts an answer onto the wire.
 */
function packet(text: string, say: (text: string) => string | Buffer): Partial<Read> {
  if (text.startsWith('42')) {
    const [name, event] = JSON.parse(text.slice(2)) as [string, Json]
    return name === NAME ? { events: [asEvent(event)] } : {}
  }
  if (text.startsWith('40')) return { open: true }
  if (text.startsWith('0')) return { reply: say('40') }
  if (text === '2') return { reply: say('3') }
  if (text === '6') return {}
  return { failed: `expected a packet of socket.io, got ${text.slice(0, 80)}` }
}

const textFrame = (text: string) => clientFrame(1, Buffer.from(text))
export const overWebSocket: Wire = webSocket({ message: (payload) => packet(payload.toString(), textFrame) })

/** Several packets in one answer: the record separator stands between. */
const SEPARATOR = '\u001e'
const packets = new WeakMap<Buffer, { read: Read; session?: string }>()

/** Pure; a body that was given before is the same object (see answers). */
function read(body: Buffer): { read: Read; session?: string } {
  const known = packets.get(body)
  if (known) return known
  const text = body.toString()
  const made: { read: Read; session?: string } = {
    read: text === 'ok' ? NOTHING : joined(text.split(SEPARATOR).map((each) => packet(each, String))),
  }
  if (text.startsWith('0')) made.session = (JSON.parse(text.slice(1)) as { sid: string }).sid
  packets.set(body, made)
  return made
}

/** One connection for both ways: what is to be said goes out before the next question, and is answered "ok" before it. */
export const overPolling: Wire = ({ authority, path }) => {
  let session = ''
  const get = () => `GET ${path}${session} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`
  const post = (text: string) =>
    `POST ${path}${session} HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: text/plain;charset=UTF-8\r\n` +
    `Content-Length: ${text.length}\r\n\r\n${text}`
  return answers(get(), ({ body }) => {
    const { read: came, session: sid } = read(body)
    if (sid !== undefined) session = `&sid=${sid}`
    if (came === NOTHING) return came
    return { ...came, reply: (came.reply === undefined ? '' : post(came.reply.toString())) + get() }
  })
}
