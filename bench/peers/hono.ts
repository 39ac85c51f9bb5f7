// hono on @hono/node-server: streamSSE as its documentation shows it, and the long poll that people write with it.
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { SSEStreamingApi } from 'hono/streaming'
import { asEvent, decodeEvent } from '../../src/core/event.ts'
import type { FeedEvent, Json } from '../../src/core/event.ts'
import { asking } from '../wires/asking.ts'
import { eventStream } from '../wires/sse.ts'
import type { Peer, PeerOptions, Serving } from './contract.ts'
import { listen } from './listen.ts'
import { versionOf } from './version.ts'

const version = () => `hono ${versionOf('hono')}, @hono/node-server ${versionOf('@hono/node-server')}`
const serve = ({ tls }: PeerOptions, { fetch }: Hono) =>
  listen(createAdaptorServer({ fetch, createServer, serverOptions: tls }) as Server)

export const honoSse: Peer = {
  name: 'hono-sse',
  beside: 'sse',
  about:
    'hono on @hono/node-server, https://hono.dev/docs/helpers/streaming#streamsse: stream.writeSSE({ data, id }) to each stream',
  missing: () => undefined,
  version,
  path: '/sse',
  wire: eventStream({ message: (_, data) => ({ events: [decodeEvent(data)] }), opensWithHead: true }),
  async serve(options): Promise<Serving> {
    const streams = new Set<SSEStreamingApi>()
    const app = new Hono().get(honoSse.path, (c) =>
      streamSSE(c, async (stream) => {
        streams.add(stream)
        await new Promise<void>((resolve) => stream.onAbort(resolve))
        streams.delete(stream)
      }),
    )
    return {
      ...(await serve(options, app)),
      publish({ id, bytes }) {
        const data = Buffer.from(bytes).toString()
        for (const stream of streams) void stream.writeSSE({ data, id })
      },
    }
  },
}

const KEPT = 1000
const HOLD_MS = 25_000
export const honoLongPolling: Peer = {
  name: 'hono-long-polling',
  beside: 'long-polling',
  about:
    'hono on @hono/node-server, written plainly: a route that awaits the next event (25 s at most) and answers with c.json({ cursor, events })',
  missing: () => undefined,
  version,
  path: '/poll',
  wire: asking({
    first: (after = '') => ({ query: after && `?after=${after}` }),
    answer(body) {
      const { cursor, events } = JSON.parse(body.toString()) as { cursor: number; events: Json[] }
      return { events: events.map(asEvent), next: { query: `?after=${cursor}` } }
    },
    when: 'reply',
  }),
  async serve(options): Promise<Serving> {
    const kept: FeedEvent[] = []
    let cursor = 0
    let news = Promise.withResolvers<void>()
    const app = new Hono().get(honoLongPolling.path, async (c) => {
      const asked = c.req.query('after')
      const after = asked === undefined ? cursor : Number(asked)
      if (asked !== undefined && after >= cursor) await orLater(news.promise)
      return c.json({ cursor, events: kept.slice(Math.max(0, kept.length - (cursor - after))) })
    })
    return {
      ...(await serve(options, app)),
      publish({ offset, bytes }) {
        kept.push(JSON.parse(Buffer.from(bytes).toString()) as FeedEvent)
        if (kept.length > KEPT) kept.shift()
        cursor = offset
        news.resolve()
        news = Promise.withResolvers()
      },
    }
  },
}

async function orLater(news: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout
  const later = new Promise<void>((resolve) => (timer = setTimeout(resolve, HOLD_MS)))
  await Promise.race([news, later]).finally(() => clearTimeout(timer))
}
