// What a client of each transport says to the lab and hears from it, on a TLS connection whose every byte is kept.
import { encode, KEY } from './frames.ts'
import { publish, sleep } from './lab.ts'
import { keptSession } from './tapped.ts'
import type { Kept, Tapped } from './tapped.ts'

/** One conversation each, as a client of that transport has it; ends when its last word has come. */
export const conversations: Record<string, (target: Tapped, kept: Kept) => Promise<void>> = {
  async polling({ feed }, kept) {
    const ask = (more = '') => kept.write(`GET /feed/polling?after=earliest HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`)
    await feed.publish({ type: 'tick', data: { text: 'Grüße'.repeat(50) } })
    ask()
    await kept.until(feed.tail)
    await kept.until(']}')
    ask(`If-None-Match: "${feed.tail}"\r\n`)
    await kept.until('304 Not Modified\r\n')
  },
  async 'long polling'({ feed }, kept) {
    kept.write('GET /feed/long-polling?after=now HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await sleep(50)
    await feed.publish({ type: 'tick', data: 1 })
    await kept.until(']}')
  },
  async sse({ feed }, kept) {
    kept.write('GET /feed/sse?after=now HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n')
    await kept.until('hello')
    for (let n = 0; n < 20; n++) await feed.publish({ type: 'tick', data: 'x'.repeat(n * 100) })
    await kept.until(feed.tail)
  },
  async wss({ feed }, kept) {
    kept.write(
      `GET /feed/wss HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Protocol: wirelab.v1\r\n\r\n`,
    )
    await kept.until('hello')
    kept.write(encode({ opcode: 9, payload: 'are you there?' }))
    for (let n = 0; n < 20; n++) await feed.publish({ type: 'tick', data: 'x'.repeat(n * 100) })
    await kept.until(feed.tail)
    const ended = new Promise((resolve) => kept.socket.once('end', resolve))
    kept.write(encode({ opcode: 8, payload: Buffer.of(3, 232) }))
    await ended // the server closes too, and ends the connection
  },
  async 'HTTP/2'({ feed, port }, kept) {
    const session = keptSession(kept, port)
    await new Promise<void>((resolve) => void session.once('remoteSettings', () => resolve()))
    const headers = { ':path': '/feed/sse?after=earliest', ':authority': 'localhost' }
    const sse = session.request(headers)
    await publish({ feed } as never, 20)
    await new Promise((resolve) => sse.once('data', resolve))
    const socket = session.request(
      {
        ...{ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/feed/wss', ':authority': 'localhost' },
        ...{ 'sec-websocket-protocol': 'wirelab.v1', 'sec-websocket-version': '13' },
      },
      { endStream: false },
    )
    await new Promise((resolve) => socket.once('data', resolve))
    const event = new Promise((resolve) => socket.once('data', resolve))
    await feed.publish({ type: 'tick', data: 'for both streams' })
    await event
    socket.write(encode({ opcode: 9, payload: 'ping' }))
    await new Promise((resolve) => socket.once('data', resolve))
    await new Promise<void>((resolve) => session.ping(() => resolve()))
    session.destroy()
  },
}
