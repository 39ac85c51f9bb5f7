// Our four transports and the floor, as the generator reads them.
import { asGap, decodeEvent, asEvent, parseObject } from '../../src/core/event.ts'
import type { Json } from '../../src/core/event.ts'
import { SUBPROTOCOL } from '../../src/core/subprotocol.ts'
import type { TransportName } from '../../transports/clients.ts'
import { asking } from './asking.ts'
import type { Answer } from './asking.ts'
import { EMPTY, remember } from './contract.ts'
import type { Read, Target, Wire } from './contract.ts'
import type { WireOverHttp2 } from '../line.ts'
import { blocks, eventStream } from './sse.ts'
import { frames, joined, webSocket } from './websocket.ts'

const PAGE = 1000

export function sseMessage(event: string, data: string): Partial<Read> {
  if (event === 'message') return { events: [decodeEvent(data)] }
  if (event === 'gap') return { gaps: [asGap(JSON.parse(data) as Json)] }
  return event === 'hello' ? { open: true } : {}
}

export function wssMessage(payload: Buffer): Partial<Read> {
  const message = parseObject(payload.toString())
  if (message['id'] !== undefined) return { events: [asEvent(message)] }
  if (message['gap'] !== undefined) return { gaps: [asGap(message['gap'])] }
  return message['hello'] !== undefined ? { open: true } : {}
}

/** A page of events (SPEC §4), and where to go on. */
export function pageAnswer(body: Buffer): Answer {
  const { cursor, events, gap } = parseObject(body.toString())
  const page = (events as Json[]).map(asEvent)
  return {
    events: page,
    ...(gap !== undefined && { gaps: [asGap(gap)] }),
    next: { query: `?limit=${PAGE}&after=${cursor as string}` },
    more: page.length === PAGE,
  }
}

const first = (after?: string) => ({ query: `?limit=${PAGE}${after === undefined ? '' : `&after=${after}`}` })
/** Where a long poll stands is to be known before there is something to wait for. */
const atOnce = (after?: string) => ({ query: `${first(after).query}&wait=0` })

export const ours: Record<TransportName, Wire> = {
  polling: asking({ first, answer: pageAnswer, when: 'later' }),
  'long-polling': asking({ first: atOnce, answer: pageAnswer, when: 'reply' }),
  sse: eventStream({ message: sseMessage }),
  wss: webSocket({ protocol: SUBPROTOCOL, message: wssMessage }),
}

/** The floor: length, bytes, length, bytes (transports/floor/server.ts). Nothing is said to it, and it says nothing first. */
export const floor: Wire = () => {
  let held = EMPTY
  return {
    hello: () => EMPTY,
    read(chunk) {
      const { read, rest } = lengthPrefixed(held.length > 0 ? Buffer.concat([held, chunk]) : chunk)
      held = rest
      return read
    },
  }
}

const lengthPrefixed = remember((bytes) => {
  const reads: Partial<Read>[] = []
  let at = 0
  while (bytes.length - at >= 4) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    reads.push({ events: [decodeEvent(bytes.toString('utf8', at + 4, end))] })
    at = end
  }
  return { read: joined(reads), rest: at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at)) }
})

const answers = remember(pageAnswer)
const over2 = (when: 'later' | 'reply'): WireOverHttp2 => ({
  kind: 'asking',
  path: ({ path, after }) => path + (when === 'reply' ? atOnce : first)(after).query,
  answer(body, { path }) {
    const { next, more, ...read } = answers(body)
    return { ...read, open: true, bodyBytes: body.length, nextPath: path + next.query, when: more ? 'reply' : when }
  },
})
const authorizing = ({ authorization }: Target): Record<string, string> =>
  authorization === undefined ? {} : { authorization }
const followed = ({ path, after }: Target) => (after === undefined ? path : `${path}?after=${after}`)

export const oursOverHttp2: Record<TransportName, WireOverHttp2> = {
  polling: over2('later'),
  'long-polling': over2('reply'),
  sse: {
    kind: 'stream',
    headers: (target) => ({ ':path': followed(target), accept: 'text/event-stream', ...authorizing(target) }),
    body: blocks(sseMessage),
  },
  wss: {
    kind: 'websocket',
    headers: (target) => ({
      ...{ ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https', ':path': followed(target) },
      ...{ 'sec-websocket-version': '13', 'sec-websocket-protocol': SUBPROTOCOL, ...authorizing(target) },
    }),
    body: frames(wssMessage),
  },
}
