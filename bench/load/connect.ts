// How one client is connected, and what becomes of all that its line brings.
import { openLineAnew } from '../anew.ts'
import { openLine, openLineOverHttp2 } from '../line.ts'
import type { Read } from '../wires/contract.ts'
import type { Client, Generator, Lot } from './clients.ts'
import { plus } from './edges.ts'

export interface ConnectOptions {
  session?: Buffer
  after?: string
  untilEvent?: boolean
  waitMs?: number
}
/** Milliseconds from nothing. */
export interface Connected {
  openMs: number
  /** To the first event, when it was waited for. */
  eventMs: number | null
}

const CONNECT_MS = 15_000

export function connect(
  { clock, options, secureContext }: Generator,
  lot: Lot,
  client: Client,
  { session, after, untilEvent, waitMs = CONNECT_MS }: ConnectOptions = {},
): Promise<Connected> {
  const { name, port } = lot
  const { path, wire, overHttp2 } = lot.approach!
  const started = performance.now()
  let [openMs, sentAt] = [NaN, NaN]
  client.closing = false
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name}: not open after ${waitMs / 1000} s`)), waitMs)
    const done = (eventMs: number | null) => {
      clearTimeout(late)
      resolve({ openMs, eventMs })
    }
    const opened = () => {
      if (!Number.isNaN(openMs)) return
      openMs = performance.now() - started
      if (!untilEvent) done(null)
    }
    const fail = (message: string) => {
      lot.trouble.add(`${name}: ${message}`)
      clearTimeout(late)
      reject(new Error(`${name}: ${message}`)) // before it was open, the end; later, nobody listens
    }
    const cursor = after ?? client.cursor
    const target = { authority: `localhost:${port}`, path, ...(cursor !== undefined && { after: cursor }) }
    const ends = {
      onSecure() {
        if (name === 'floor') opened() // nothing is said on it first
      },
      onChunk(bytes: number, read: () => Read) {
        const now = clock() // first: what follows is our own time
        const askedAt = sentAt // reading may ask the next question
        let result
        try {
          result = read()
        } catch (error) {
          return fail((error as Error).message)
        }
        lot.record.observe(client.index, result, bytes, now)
        if (result.bodyBytes !== undefined) {
          lot.record.sums.answers++
          lot.record.sums.answersMs += now - askedAt
        }
        if (result.open) opened()
        if (result.failed !== undefined) fail(result.failed)
        const last = result.events.at(-1)
        if (!last) return
        client.cursor = last.id
        if (client.line === line) client.againAt ??= now
        if (untilEvent && !Number.isNaN(openMs)) done(performance.now() - started)
      },
      pause: (then: () => void) => void setTimeout(() => client.closing || then(), options.pollMs),
      onSent() {
        lot.record.sums.sent++
        sentAt = clock()
      },
      onEnd(cause: Error | undefined) {
        lot.closed = plus(lot.closed, line.bytes())
        if (client.line !== line) return // another has taken its place
        delete client.line
        if (!client.closing) fail(cause?.message ?? 'the line broke')
      },
    }
    const { http, connection } = options
    const way = { port, secureContext, http, ...(session && { session }) }
    // What is no HTTP, and a peer, has one wire whatever the version.
    const line =
      connection && name === 'polling'
        ? openLineAnew({ ...way, http: '1.1' }, wire, target, ends, connection === 'resumed')
        : http === '2' && overHttp2
          ? openLineOverHttp2(way, overHttp2, target, ends)
          : openLine({ ...way, http: '1.1' }, wire, target, ends)
    client.line = line
  })
}
