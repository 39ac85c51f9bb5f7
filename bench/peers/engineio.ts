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

/** Several packets in one answer: the record separator stands between. "ok" answers what was said. */
const reader = answers((body): { read: Read; session?: string } => {
  const text = body.toString()
  if (text === 'ok') return { read: NOTHING }
  const read = joined(text.split('\u001e').map((each) => packet(each, String)))
  return text.startsWith('0') ? { read, session: (JSON.parse(text.slice(1)) as { sid: string }).sid } : { read }
})

/** One connection for both ways: what is to be said goes out before the next question, and is answered before it. */
export const overPolling: Wire = ({ authority, path }) => {
  let url = path
  const get = () => `GET ${url} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`
  const post = (text: string) =>
    `POST ${url} HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: text/plain;charset=UTF-8\r\n` +
    `Content-Length: ${text.length}\r\n\r\n${text}`
  return reader(get(), ({ read, session }) => {
    if (read === NOTHING) return read
    if (session !== undefined) url = `${path}&sid=${session}`
    return { ...read, reply: (read.reply === undefined ? '' : post(read.reply.toString())) + get() }
  })
}
