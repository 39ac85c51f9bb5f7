// Clients that publish: each on a schedule of its own that never waits, by POST or as a frame, every event stamped with when it was due.
import type { SecureContext } from 'node:tls'
import { SUBPROTOCOL } from '../src/core/subprotocol.ts'
import { openLine } from './line.ts'
import type { Line } from './line.ts'
import { seeded } from '../src/core/random.ts'
import { EMPTY, NOTHING } from './wires/contract.ts'
import type { Wire } from './wires/contract.ts'
import { field, parseHead } from './wires/http1.ts'
import { clientFrame, webSocket } from './wires/websocket.ts'

export const ways = ['post', 'wss'] as const
export type Way = (typeof ways)[number]

export interface SendersOptions {
  way: Way
  clients: number
  /** Events a second of each. */
  rate: number
  payload: number
  port: number
  publishKey: string
  secureContext: SecureContext
  seed: number
  clock: () => number
}

export interface Sent {
  /** How many were due from the edge on. */
  due: number
  /** Of those: milliseconds from due to the answer, and the bytes that they and their answers took, below TLS. */
  took: number[]
  bytes: { up: number; down: number }
}

export interface Senders {
  /** From `from` until `to`, by the shared clock; what is due before `edge` does not count. Answers when all have been acknowledged. */
  run(from: number, to: number, edge: number): Promise<Sent>
  lines: Line[]
  trouble: string[]
}

interface Sender {
  index: number
  line: Line
  /** When what is not acknowledged yet was due; and what is not sent yet. */
  waiting: number[]
  queue: number[]
  /** Bytes of its line until the last event that does not count was sent, and until it was acknowledged. */
  before: { up: number; down: number }
}

export async function openSenders(options: SendersOptions): Promise<Senders> {
  const { way, clients, clock, port, secureContext } = options
  const trouble: string[] = []
  const open = (index: number) =>
    new Promise<Sender>((resolve, reject) => {
      const sender: Sender = { index, waiting: [], queue: [], line: undefined as never, before: { up: 0, down: 0 } }
      sender.line = openLine({ port, secureContext, http: '1.1' }, wires[way](options), target(port, way), {
        onSecure: () => way === 'post' && resolve(sender),
        onChunk(_, read) {
          const now = clock()
          const { open, events, failed } = read()
          if (open) resolve(sender)
          for (const _ of events) acknowledged(sender, now)
          if (failed !== undefined) fail(failed)
        },
        pause: () => undefined,
        onSent: () => undefined,
        onEnd: (cause) => fail(cause?.message ?? 'the line broke'),
      })
      const fail = (message: string) => {
        if (trouble.length < 3) trouble.push(`${way}: ${message}`)
        reject(new Error(`${way}: ${message}`))
      }
    })
  const took: number[] = []
  let counted = 0
  let edge = -Infinity
  const senders: Sender[] = []
  for (let i = 0; i < clients; i++) senders.push(await open(i))

  function acknowledged(sender: Sender, now: number) {
    const due = sender.waiting.shift()!
    if (due >= edge) took.push(now - due)
    else sender.before.down = sender.line.bytes().tls.down
    const next = sender.queue.shift()
    if (next !== undefined) say(sender, next)
  }
  function say(sender: Sender, due: number) {
    sender.waiting.push(due)
    sender.line.send(message(options, due))
    if (due < edge) sender.before.up = sender.line.bytes().tls.up
  }
  /** HTTP/1.1 clients do not pipeline: a POST waits for the answer to the one before it, and its time goes on from when it was due. */
  function publish(sender: Sender, at: number) {
    if (at >= edge) counted++
    if (way === 'post' && sender.waiting.length > 0) sender.queue.push(at)
    else say(sender, at)
  }

  return {
    lines: senders.map(({ line }) => line),
    trouble,
    async run(from, to, countedFrom) {
      edge = countedFrom
      await Promise.all(
        senders.map(async (sender) => {
          const random = seeded(options.seed * 1000 + sender.index)
          for (let slot = 0; ; slot++) {
            const due = from + ((slot + random()) * 1000) / options.rate
            if (due >= to) break
            while (clock() < due) await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - clock())))
            // Not sooner: what TLS says after its handshake is no event's.
            if (slot === 0) sender.before = { ...sender.line.bytes().tls }
            publish(sender, due)
          }
        }),
      )
      const deadline = clock() + DRAIN_MS
      while (clock() < deadline && senders.some(({ waiting, queue }) => waiting.length + queue.length > 0))
        await new Promise((resolve) => setTimeout(resolve, 5))
      const all = (way: 'up' | 'down') =>
        senders.reduce((sum, { line, before }) => sum + line.bytes().tls[way] - before[way], 0)
      return { due: counted, took, bytes: { up: all('up'), down: all('down') } }
    },
  }
}

const DRAIN_MS = 5000

const target = (port: number, way: Way) => ({
  authority: `localhost:${port}`,
  path: way === 'post' ? '/feed' : '/feed/wss',
})

function message({ way, payload, port, publishKey }: SendersOptions, due: number): string | Buffer {
  const draft = { type: 'up', data: { due, pad: 'x'.repeat(Math.max(1, payload - EMPTY_EVENT)) } }
  if (way === 'wss') return clientFrame(1, Buffer.from(JSON.stringify({ publish: draft })))
  const body = JSON.stringify(draft)
  return (
    `POST /feed HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${publishKey}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}
/** Of an encoded event without its padding, about. */
const EMPTY_EVENT = 100

/** An acknowledgement is read as one event without content: only its coming counts. */
const ACK = { events: [{ id: 'acknowledged.0', at: 0, type: 'ack', data: null }] } as const
const wires: Record<Way, (options: SendersOptions) => Wire> = {
  wss: ({ publishKey }) =>
    webSocket({
      ...{ protocol: SUBPROTOCOL, fields: `Authorization: Bearer ${publishKey}\r\n` },
      message(payload) {
        const text = payload.toString()
        return text.startsWith('{"ack"') ? ACK : text.startsWith('{"hello"') ? { open: true } : {}
      },
    }),
  post: () => () => {
    let held = EMPTY
    return {
      hello: () => EMPTY,
      read(chunk) {
        held = Buffer.concat([held, chunk])
        const head = parseHead(held)
        const length = head && head.bytes + Number(field(head, 'content-length'))
        if (!head || !length || held.length < length) return NOTHING
        held = held.subarray(length)
        return head.status === 201 ? ACK : { ...NOTHING, failed: head.text.split('\r\n')[0]! }
      },
    }
  },
}
