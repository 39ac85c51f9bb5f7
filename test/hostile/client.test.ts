// FAULTS M9, W4: a server that lies to our WSS client. The client shows nothing of it, drops the line, and resumes or ends.
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openAuthority } from '../../certs/authority.ts'
import type { FeedEvent } from '../../src/core/event.ts'
import { nodePlatform } from '../../transports/platform.ts'
import { connect } from '../../transports/wss/client.ts'

let directory: string
let server: Server
let platform: ReturnType<typeof nodePlatform>
let behave: (socket: WebSocket) => void
let protocol: string | false = 'wirelab.v1'
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol })

beforeAll(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0) // full jitter at its shortest: back at once
  directory = await mkdtemp(join(tmpdir(), 'wirelab-hostile-'))
  const { ca, leaf } = await openAuthority(directory, ['localhost'])
  platform = nodePlatform({ ca })
  server = createServer(leaf, (_, response) => response.writeHead(426).end())
  server.on('upgrade', (incoming, socket, head) => {
    sockets.handleUpgrade(incoming, socket, head, (webSocket) => behave(webSocket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  vi.restoreAllMocks()
  for (const socket of sockets.clients) socket.terminate()
  await platform.close()
  await new Promise((resolve) => server.close(resolve))
  await rm(directory, { recursive: true })
})

const event = (id: string, data: unknown = 1) => JSON.stringify({ id, at: 1, type: 'tick', data })
const hello = JSON.stringify({ hello: { cursor: 'abcdefgh.5', heartbeatMs: 15_000 } })

/** After a good hello and event 6, this; then event 7, which must never be shown on the same line. */
const lies: [name: string, words: string | Buffer][] = [
  ['bad JSON', '{"id":'],
  ['nothing', ''],
  ['null', 'null'],
  ['an array', '[]'],
  ['an unknown message', '{"admin":true}'],
  ['a binary frame', Buffer.from([0xff, 0xfe])],
  ['an event with a bad id', event('abcdefgh.07')],
  ['an event without data', '{"id":"abcdefgh.7","at":1,"type":"tick"}'],
  ['an event with a bad type', event('abcdefgh.7').replace('tick', '<img src=x>')],
  ['an event with at of words', event('abcdefgh.7').replace('"at":1', '"at":"now"')],
  ['an event too far', event('abcdefgh.9')],
  ['a foreign epoch without a gap', event('hgfedcba.7')],
  ['a gap without to', '{"gap":{"reason":"slow","from":"abcdefgh.6"}}'],
  ['a gap of an unknown reason', '{"gap":{"reason":"because","from":"abcdefgh.6","to":"abcdefgh.6"}}'],
  ['a gap of null', '{"gap":null}'],
  ['a heartbeat ahead of us', '{"heartbeat":"abcdefgh.9"}'],
  ['a heartbeat of words', '{"heartbeat":"soon"}'],
  ['a hello of null', '{"hello":null}'],
]

describe('M9 a server that lies', () => {
  for (const [name, words] of lies)
    test(`M9 ${name} → nothing shown, the line dropped, resumed at the cursor`, async () => {
      const { seen, states, lines } = await follow((socket, round) => {
        if (round > 0) return socket.send(hello.replace('.5', '.6'))
        for (const each of [hello, event('abcdefgh.6'), words, event('abcdefgh.7')]) socket.send(each)
      })
      expect(seen.map(({ id }) => id)).toEqual(['abcdefgh.6'])
      expect([lines, states.slice(0, 3)]).toEqual([2, ['connecting', 'open', 'waiting']])
    })
  test('M9 an offset going back → ignored, the line goes on', async () => {
    const { seen, lines } = await follow((socket, round) => {
      const first = [hello, event('abcdefgh.6'), event('abcdefgh.3'), event('abcdefgh.6'), event('abcdefgh.7')]
      for (const each of round === 0 ? first : [hello]) socket.send(each)
      if (round === 0) setTimeout(() => socket.close(1001), 100)
    })
    expect([seen.map(({ id }) => id), lines]).toEqual([['abcdefgh.6', 'abcdefgh.7'], 2])
  })
  test('M9 __proto__ and HTML in data → data, and nothing more', async () => {
    const data = '{"__proto__":{"admin":1},"html":"<img src=x onerror=alert(1)>"}'
    const { seen } = await follow((socket, round) => {
      if (round > 0) return socket.send(hello)
      for (const each of [hello, event('abcdefgh.6', 0).replace('"data":0', `"data":${data}`)]) socket.send(each)
      setTimeout(() => socket.close(1001), 100)
    })
    expect([JSON.stringify(seen[0]!.data), ({} as { admin?: number }).admin]).toEqual([data, undefined])
  })
})

describe('W4 subprotocols that were not asked for', () => {
  for (const [name, answer] of [
    ['another', 'evil.v1'],
    ['none', false],
  ] as const)
    test(`W4 the server answers ${name} → nothing shown, an error, never open`, async () => {
      protocol = answer
      const { seen, states } = await follow((socket) => socket.send(hello), 'waiting').finally(
        () => (protocol = 'wirelab.v1'),
      )
      expect([seen, states.slice(0, 2)]).toEqual([[], ['connecting', 'waiting']])
    })
})

/** Follows until the second connection said something (or the state came), and a little longer. */
async function follow(act: (socket: WebSocket, round: number) => void, until?: string) {
  const seen: FeedEvent[] = []
  const states: string[] = []
  let lines = 0
  await new Promise<void>((resolve) => {
    behave = (socket) => {
      socket.on('error', () => undefined)
      act(socket, lines++)
      if (lines === 2) setTimeout(resolve, 50)
    }
    const connection = connect({
      origin: `https://localhost:${(server.address() as AddressInfo).port}`,
      platform,
      onEvent: (each) => seen.push(each),
      onState(state) {
        states.push(state)
        if (state === until) setTimeout(resolve, 50)
      },
    })
    closing.push(connection)
  })
  for (const connection of closing.splice(0)) connection.close()
  return { seen, states, lines }
}
const closing: { close(): void }[] = []
