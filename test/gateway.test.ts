// The buffering proxy of a door as one of HTTP: what it says when the server behind it is gone, and what it does not pass on.
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import { startGateway } from '../src/lab/gateway.ts'
import { startOrigin } from '../src/lab/origin.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { RoomOptions } from '../src/server/room.ts'
import { nodePlatform } from '../transports/platform.ts'
import { afterwards } from './benches.ts'
import { certs, startTestLab } from './lab.ts'

const NO_ANSWER = { error: { code: 'bad_gateway', message: expect.any(String) as string } }

/** A gateway, the server behind it, and the origin of the page that may read. */
async function gateway() {
  let options: RoomOptions | undefined
  const lab = await startTestLab({
    lab(given) {
      options = given
      return benchRoom()(given)
    },
  })
  afterwards(() => lab.close())
  const { feed, limits, metrics, tls } = options!
  const guard = options!.guard.atDoor(`:${lab.port}`)
  const common = { limits, guard, tls, rules: { version: '1.3' } } as const
  const origin = await startOrigin({ ...common, feed, metrics, versions: '1.1', batchMs: 0 })
  const front = await startGateway({ ...common, versions: 'both', origin })
  afterwards(() => front.close())
  const { ca } = await openAuthority(certs, ['localhost', '127.0.0.1', '::1'])
  /** @returns all that comes until the connection ends. */
  const say = (...lines: string[]) =>
    new Promise<string>((resolve, reject) => {
      let got = ''
      const socket = connectTls({ host: '127.0.0.1', port: front.port, servername: 'localhost', ca })
      socket.setEncoding('latin1').on('data', (part: string) => (got += part))
      socket.once('error', reject).once('close', () => resolve(got))
      socket.write([...lines, `Host: localhost:${front.port}`, '', ''].join('\r\n'))
    })
  return { lab, origin, front, say, ca }
}

test.each(['1.1', '2'] as const)('HTTP/%s: 502 in the words of the lab, which its page can read', async (http) => {
  const { lab, origin, front, ca } = await gateway()
  await origin.close()
  const platform = nodePlatform({ http, ca })
  afterwards(() => platform.close())
  const ask = (from?: string) =>
    platform.fetch(`https://localhost:${front.port}/feed/polling`, {
      headers: from === undefined ? {} : { origin: from },
    })
  for (const [from, status] of [
    [undefined, 502],
    [lab.url, 502],
    ['https://evil.example', 403],
  ] as const) {
    const answer = await ask(from)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe(status === 502 ? (from ?? null) : null)
    expect(answer.headers.get('content-type')).toBe('application/json')
    if (status === 502) expect(await answer.json()).toEqual(NO_ANSWER)
    else await answer.body?.cancel()
  }
})

const UPGRADE = [
  'GET /feed/wss HTTP/1.1',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

test('an upgrade that nobody takes is answered 502', async () => {
  const { origin, say } = await gateway()
  await origin.close()
  const [head, body] = (await say(...UPGRADE, 'Connection: Upgrade')).split('\r\n\r\n')
  expect(head!.split('\r\n')[0]).toBe('HTTP/1.1 502 Bad Gateway')
  expect(JSON.parse(body!)).toEqual(NO_ANSWER)
})

test('what Connection names is not passed on (RFC 9110 §7.6.1)', async () => {
  const { say } = await gateway()
  const statusOf = (answer: string) => answer.split('\r\n')[0]!.split(' ')[1]
  const first = await say('GET /feed/polling HTTP/1.1', 'Connection: close')
  const etag = /\r\netag: ([^\r]+)/i.exec(first)![1]!
  const ask = async (connection: string) =>
    statusOf(await say('GET /feed/polling HTTP/1.1', `If-None-Match: ${etag}`, `Connection: ${connection}`))
  expect(await ask('close')).toBe('304')
  expect(await ask('close, If-None-Match')).toBe('200')
})
