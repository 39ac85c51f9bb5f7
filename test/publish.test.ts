// Publishing: from a script with the key, from the page with its session, up a WebSocket; and who may not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { follow, open, startTestLab, text } from './lab.ts'
import type { Follower } from './lab.ts'

let lab: Lab
let platform: ReturnType<typeof nodePlatform>
let lanes: Follower[]
beforeAll(async () => {
  lab = await startTestLab()
  platform = nodePlatform({ ca: lab.authority!.ca })
  lanes = transportNames.map((transport) => follow(lab, { transport }))
  await Promise.all(lanes.map(open))
})
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()))
  await platform.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

const bearer = () => ({ authorization: `Bearer ${lab.publishKey}` })
const body = { type: 'note', data: { text: 'żółć <b>&amp;</b>' } }

async function post(headers: Record<string, string>, value: unknown = body) {
  const response = await platform.fetch(`${lab.url}/feed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  })
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as { id: string; error: { code: string } },
  }
}

/** A guest session, as the page gets it. */
async function visit(): Promise<string> {
  const response = await platform.fetch(lab.url)
  await response.body?.cancel()
  const cookie = response.headers.get('set-cookie')!
  expect(cookie).toMatch(/^__Host-wirelab=[\w-]{22}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  return cookie.split(';')[0]!
}

/** What all four lanes saw for this id, as bytes. */
async function everywhere(id: string): Promise<Set<string>> {
  for (const lane of lanes) await lane.until(() => lane.events.some((event) => event.id === id), id)
  return new Set(lanes.map((lane) => text(lane.events.find((event) => event.id === id)!)))
}

function socket(
  headers: Record<string, string>,
): Promise<{ send(message: unknown): Promise<string>; closed: Promise<number> }> {
  const ws = new WebSocket(`${lab.url.replace('https', 'wss')}/feed/wss`, 'wirelab.v1', {
    ca: lab.authority!.ca,
    headers,
  })
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  const acks: ((id: string) => void)[] = []
  ws.on('message', (data: Buffer) => {
    const { ack } = JSON.parse(data.toString()) as { ack?: { id: string } }
    if (ack) acks.shift()!(ack.id)
  })
  return new Promise((resolve, reject) => {
    ws.on('error', reject)
    ws.on('open', () =>
      resolve({
        closed,
        send(message) {
          ws.send(JSON.stringify(message))
          return new Promise((answered, failed) => {
            acks.push(answered)
            void closed.then((code) => failed(new Error(`closed with ${code}`)))
          })
        },
      }),
    )
  })
}

describe('an event published', () => {
  test('by POST with the key reaches all four transports with the same bytes', async () => {
    const { status, json } = await post(bearer())
    expect(status).toBe(201)
    expect(json).toEqual({ id: lab.feed.tail })
    expect((await everywhere(json.id)).size).toBe(1)
  })

  test('by POST from the page reaches all four', async () => {
    const { status, json } = await post({ cookie: await visit(), origin: lab.url })
    expect(status).toBe(201)
    expect((await everywhere(json.id)).size).toBe(1)
  })

  test('up a WebSocket, with the key or from the page, is acknowledged and reaches all four', async () => {
    for (const headers of [bearer(), { cookie: await visit(), origin: lab.url }]) {
      const { send } = await socket(headers)
      const id = await send({ publish: body })
      expect((await everywhere(id)).size).toBe(1)
    }
  })

  test('with an Idempotency-Key is published once and answered the same; with another body it is 409', async () => {
    const key = { ...bearer(), 'idempotency-key': 'k-1' }
    const [first, again] = [await post(key), await post(key)]
    expect(again.json).toEqual(first.json)
    expect(lab.feed.tail).toBe(first.json.id)
    const other = await post(key, { type: 'note', data: 2 })
    expect([other.status, other.json.error.code]).toEqual([409, 'key_reused'])
  })
})

describe('who may not', () => {
  test.each<[string, () => Promise<Record<string, string>>, number, string]>([
    ['nobody', async () => ({}), 401, 'unauthorized'],
    ['a wrong key', async () => ({ authorization: 'Bearer wrong' }), 401, 'unauthorized'],
    ['a cookie without Origin', async () => ({ cookie: await visit() }), 403, 'forbidden'],
    [
      'a cookie from a foreign page',
      async () => ({ cookie: await visit(), origin: 'https://evil.example' }),
      403,
      'forbidden',
    ],
    ['a foreign page with the key', async () => ({ ...bearer(), origin: 'https://evil.example' }), 403, 'forbidden'],
    [
      'the same host at another port',
      async () => ({ cookie: await visit(), origin: 'https://localhost:1' }),
      403,
      'forbidden',
    ],
    ['Origin: null', async () => ({ cookie: await visit(), origin: 'null' }), 403, 'forbidden'],
    [
      'a lane’s host as a page',
      async () => ({ cookie: await visit(), origin: lab.url.replace('//', '//sse.') }),
      403,
      'forbidden',
    ],
    [
      'a session that never was',
      async () => ({ cookie: '__Host-wirelab=AAAAAAAAAAAAAAAAAAAAAA', origin: lab.url }),
      401,
      'unauthorized',
    ],
  ])('%s', async (_, headers, status, code) => {
    const tail = lab.feed.tail
    const answer = await post(await headers())
    expect([answer.status, answer.json.error.code]).toEqual([status, code])
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(lab.feed.tail).toBe(tail)
  })

  test('a reader’s WebSocket is closed with 4403 when it publishes', async () => {
    const { send, closed } = await socket({})
    await expect(send({ publish: body })).rejects.toThrow('4403')
    expect(await closed).toBe(4403)
  })

  test('a guest above the rate is 429 with Retry-After, or 4029 on a WebSocket', async () => {
    const cookie = await visit()
    const answers = []
    for (let n = 0; n < 31; n++) answers.push(await post({ cookie, origin: lab.url }, { type: 'note', data: n }))
    expect(answers.slice(0, 30).every(({ status }) => status === 201)).toBe(true)
    expect(answers[30]!.status).toBe(429)
    expect(answers[30]!.headers.get('retry-after')).toBe('10')

    const { send, closed } = await socket(bearer())
    for (let n = 0; n < 30; n++) await send({ publish: { type: 'note', data: n } })
    await expect(send({ publish: { type: 'note', data: 31 } })).rejects.toThrow('4029')
    expect(await closed).toBe(4029)
  })

  test('a guest’s rate is one, over however many WebSockets', async () => {
    const headers = { cookie: await visit(), origin: lab.url }
    const sockets = await Promise.all(Array.from({ length: 4 }, () => socket(headers)))
    const sent = await Promise.allSettled(
      sockets.flatMap(({ send }) => Array.from({ length: 10 }, (_, n) => send({ publish: { type: 'note', data: n } }))),
    )
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(30)
  })

  test('a request of another site without Origin is 403, a visit is not', async () => {
    const { Agent, request } = await import('undici')
    const dispatcher = new Agent({ connect: { ca: lab.authority!.ca } })
    const ask = async (mode: string) => {
      const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode }
      const { statusCode, body } = await request(`${lab.url}/feed/polling`, { dispatcher, headers })
      await body.dump()
      return statusCode
    }
    expect([await ask('no-cors'), await ask('navigate')]).toEqual([403, 200])
    await dispatcher.close()
  })

  test.each(transportNames)('a foreign Origin is 403 on %s too, without a CORS header', async (transport) => {
    const response = await platform.fetch(`${lab.url}/feed/${transport}`, {
      headers: { origin: 'https://evil.example' },
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { code: 'forbidden' } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each([
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['a cookie without Origin', { cookie: '__Host-wirelab=x' }],
  ])('an upgrade with %s is 403', async (_, headers) => {
    await expect(socket(headers as Record<string, string>)).rejects.toThrow('403')
  })
})

test('a lab that requires a key has no guests: no session, no publishing without it', async () => {
  const closed = await startTestLab({ auth: 'required' })
  const visited = await platform.fetch(closed.url)
  await visited.body?.cancel()
  expect(visited.headers.get('set-cookie')).toBeNull()
  const publish = (headers: Record<string, string>) =>
    platform.fetch(`${closed.url}/feed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"type":"note","data":1}',
    })
  expect((await publish({ origin: closed.url })).status).toBe(401)
  expect((await publish({ authorization: `Bearer ${closed.publishKey}` })).status).toBe(201)
  await closed.close()
})
