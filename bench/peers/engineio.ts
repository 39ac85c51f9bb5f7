// Reads socket.io: its packets in those of engine.io v4, in WebSocket messages or in the answers of a long poll.
import { asEvent } from '../../src/core/event.ts'
import type { FeedEvent, Json } from '../../src/core/event.ts'
import { remember } from '../wires/contract.ts'
import type { Read, Target, Wire } from '../wires/contract.ts'
import { answers, get } from './answers.ts'
import type { Answer } from './answers.ts'
import { frame, webSocket } from './frames.ts'

/** The event that carries ours. */
export const NAME = 'event'
const QUERY = '?EIO=4&transport='

/** `["event",{…}]`, what stands behind the 42 of a packet. */
const events = remember((bytes): FeedEvent[] => {
  const [name, event] = JSON.parse(bytes.toString()) as [string, Json]
  return name === NAME ? [Object.freeze(asEvent(event))] : []
})

/**
 * One packet of engine.io v4 with socket.io v5 in it: https://socket.io/docs/v4/engine-io-protocol/. 0 opens, 2 pings, 40 joins,
 * 42 is an event. `say` puts an answer onto the wire.
 */
function packet(bytes: Buffer, say: (text: string) => string | Buffer): Read {
  const kind = bytes.toString('latin1', 0, bytes[0] === 0x34 ? 2 : 1)
  if (kind === '42') return { events: events(bytes.subarray(2)) }
  if (kind === '40') return { events: [], open: true }
  if (kind === '2') return { events: [], reply: say('3') }
  if (kind === '0') return { events: [], reply: say('40') }
  if (kind === '6') return { events: [] } // noop
  return { events: [], failed: `expected a packet of socket.io, got ${bytes.toString().slice(0, 80)}` }
}

export const overWebSocket = webSocket(
  () => ({ message: (bytes) => packet(bytes, frame) }),
  (path) => `${path}${QUERY}websocket`,
)

export const overPolling: Wire = ({ authority, path }: Target) => {
  const url = `${path}${QUERY}polling`
  let session = ''
  /** One connection for both: what is said goes before the next question. */
  const ask = (said: string[]) =>
    [
      ...said.map((text) =>
        get(authority, session, ['Content-Type: text/plain;charset=UTF-8', `Content-Length: ${text.length}`])
          .replace(/^GET/, 'POST')
          .concat(text),
      ),
      get(authority, session),
    ].join('')

  return answers(get(authority, url), ({ status, head, body }: Answer): Read => {
    if (status !== 200) return { events: [], failed: `expected 200, got ${head}` }
    if (body.toString('latin1') === 'ok') return { events: [] } // what was said has come
    const said: string[] = []
    const all: Read[] = []
    for (let at = 0; at < body.length;) {
      const end = body.indexOf(0x1e, at) // the record separator
      const part = body.subarray(at, end < 0 ? body.length : end)
      at += part.length + 1
      if (part[0] === 0x30) session = `${url}&sid=${(JSON.parse(part.subarray(1).toString()) as { sid: string }).sid}`
      all.push(packet(part, (text) => (said.push(text), '')))
    }
    const { failed, open } = Object.assign({}, ...all) as Read
    return {
      events: all.length === 1 ? all[0]!.events : all.flatMap((each) => each.events),
      ...(failed ? { failed } : { reply: ask(said) }),
      ...(open && { open }),
    }
  })
}
