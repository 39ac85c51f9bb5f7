// WSS, server side: the connection stops being HTTP; events go down as frames, and the client may send some up.
import { Hono } from 'hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { allowance } from '../../src/core/allowance.ts'
import { PublishError } from '../../src/core/feed.ts'
import type { After } from '../../src/core/feed.ts'
import { broadcast } from '../broadcast.ts'
import type { Client, Env, Routes } from '../contract.ts'
import { readPublish } from '../draft.ts'
import { checkHandshake } from '../handshake.ts'
import { Refusal, queryReader } from '../request.ts'

export const routes: Routes = (feed, limits, stop) => {
  const app = new Hono<Env>()
  const query = queryReader(limits)
  const hub = broadcast(feed, limits, stop, {
    event: ({ bytes }) => textFrame(bytes),
    gap: (gap) => textFrame(Buffer.from(JSON.stringify({ gap }))),
    heartbeat: (tail) => textFrame(Buffer.from(JSON.stringify({ heartbeat: tail }))),
  })

  app.get('/', ({ env: { incoming, upgrade, client } }) => {
    const { after = 'now' } = query(incoming)
    checkHandshake(incoming, upgrade !== undefined)
    if (stop.aborted) throw new Refusal(503, 'going_away', 'the server is stopping; come back', { 'retry-after': '1' })
    upgrade?.((socket, stream) => follow(socket, stream, after, client))
    return RESPONSE_ALREADY_SENT
  })

  function follow(socket: WebSocket, stream: Duplex, after: After, client: Client) {
    const { cursor } = feed.since(after, 0)
    stream.write(textFrame(Buffer.from(JSON.stringify({ hello: { cursor, heartbeatMs: limits.heartbeatMs } }))))

    let heardAt = performance.now() // the last pong; a silently dead line is seen by its absence
    let pingedAt = 0
    const tick = (now: number) => {
      if (pingedAt > heardAt && now - pingedAt >= limits.pongMs) socket.terminate()
      else if (pingedAt <= heardAt && now - heardAt >= limits.pingMs) {
        pingedAt = now
        socket.ping()
      }
    }
    const close = (code: number, reason: string) => {
      leave()
      socket.close(code, reason)
    }
    const slow = () => {
      close(4008, 'slow consumer: reconnect at your cursor')
      setTimeout(() => socket.terminate(), 1000).unref()
    }
    const goAway = () => close(1001, 'the server is going away')
    const leave = hub.join({ stream, slow, goAway, tick }, after)

    const messages = allowance(limits.messagesPer10s, 10_000)
    const controls = allowance(limits.controlFramesPer10s, 10_000)
    const control = () => {
      if (!controls(performance.now())) close(4029, 'too many pings and pongs')
    }
    socket.on('ping', control)
    socket.on('pong', () => {
      heardAt = performance.now()
      control()
    })
    socket.on('message', (data: Buffer, isBinary) => {
      if (socket.readyState !== socket.OPEN) return
      if (isBinary) return close(1003, 'this feed is text')
      if (!messages(performance.now())) return close(4029, `more than ${limits.messagesPer10s} messages in 10 s`)
      publish(data.toString(), client).then(
        (id) => socket.send(JSON.stringify({ ack: { id } })),
        (error: unknown) => close(...closeFor(error)),
      )
    })
    const forget = client.whenEnded?.(() => close(4401, 'this session has ended'))
    socket.on('error', leave) // ws closes with 1002, 1007, 1008 or 1009 by itself; a broken line needs no answer
    socket.on('close', () => {
      leave()
      forget?.()
    })
  }

  async function publish(text: string, { mayPublish, published }: Client) {
    const draft = readPublish(text)
    mayPublish(draft.type)
    const { id } = await feed.publish(draft)
    published?.(id)
    return id
  }

  return app
}

/** The close code that says over WSS what this status says over HTTP. */
const CODES: Record<number, number> = { 401: 4403, 403: 4403, 429: 4029 }

function closeFor(error: unknown): [number, string] {
  if (error instanceof Refusal) return [CODES[error.status] ?? 4400, error.message.slice(0, 100)]
  if (error instanceof PublishError) return [4400, error.message.slice(0, 100)]
  return [1011, 'the event could not be stored; try again']
}

/** RFC 6455 §5.2: FIN and opcode 1, length in 7, 7+16 or 7+64 bits, no mask from the server. */
export function textFrame(payload: Uint8Array): Buffer {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.of(0x81, length), payload])
  if (length < 65_536) return Buffer.concat([Buffer.of(0x81, 126, length >> 8, length & 255), payload])
  const head = Buffer.of(0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0)
  head.writeUInt32BE(length, 6)
  return Buffer.concat([head, payload])
}
