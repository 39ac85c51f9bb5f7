// The settings of a door: each is seen from outside, at the socket, and changing it costs no client an event.
import { describe, expect, test } from 'vitest'
import { profileNames, profiles } from '../bench/network/profiles.ts'
import type { Changes } from '../src/lab/settings.ts'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { dial, labWithBenches, through, whole } from './benches.ts'
import { open, publish, sleep } from './lab.ts'

const START = {
  ...{ http: '2', tls: '1.3', profile: 'none', batchMs: 0, buffering: false, idleCutMs: 0, downBytesPerSecond: 0 },
}

test('a part is sent, the whole is answered', async () => {
  const { bench } = await labWithBenches()
  const { set, door } = await bench()
  expect((await door('sse')).settings).toEqual(START)
  expect(await set('sse', {})).toEqual(START)
  expect(await set('sse', { profile: '3g', batchMs: 20 })).toEqual({ ...START, profile: '3g', batchMs: 20 })
  expect(await set('sse', { batchMs: 0 })).toEqual({ ...START, profile: '3g' })
  expect((await door('wss')).settings).toEqual(START)
})

describe.each([false, true])('with buffering %s', (buffering) => {
  test.each([
    ['1.1', '1.2', 'http/1.1', 'TLSv1.2'],
    ['1.1', '1.3', 'http/1.1', 'TLSv1.3'],
    ['2', '1.2', 'h2', 'TLSv1.2'],
    ['2', '1.3', 'h2', 'TLSv1.3'],
  ] as const)('HTTP %s over TLS %s is %s over %s', async (http, tls, alpn, protocol) => {
    const { lab, bench } = await labWithBenches()
    const { set, door } = await bench()
    await set('polling', { http, tls, buffering })
    const { port } = await door('polling')
    const socket = await dial(lab, port, { ALPNProtocols: ['h2', 'http/1.1'] })
    expect([socket.alpnProtocol, socket.getProtocol()]).toEqual([alpn, protocol])
    const other = tls === '1.2' ? 'TLSv1.3' : 'TLSv1.2'
    await expect(dial(lab, port, { minVersion: other, maxVersion: other })).rejects.toThrow(/protocol version/)
    for (const transport of transportNames.filter((name) => !(buffering && name === 'sse'))) {
      const version = http === '2' && buffering && transport === 'wss' ? '1.1' : http
      const follower = through(lab, port, { transport, http: version })
      await open(follower)
      await publish(lab, 1)
      await follower.until(() => follower.events.length === 1, 'an event')
    }
  })
})

test.each(transportNames)(
  '%s: a change that needs another server ends the connections, and loses nothing',
  async (transport) => {
    const { lab, bench } = await labWithBenches()
    const { set, door } = await bench()
    const follower = through(lab, (await door(transport)).port, { transport })
    await open(follower)
    const changes: Changes[] = [{ http: '1.1' }, { tls: '1.2' }, { batchMs: 30 }, { http: '2', tls: '1.3' }]
    for (const [n, change] of changes.entries()) {
      const { connections } = (await door(transport)).traffic
      await publish(lab, 3)
      await set(transport, change)
      await publish(lab, 3)
      await follower.until(() => follower.events.length === 6 * (n + 1), `the events around ${JSON.stringify(change)}`)
      // What the old server has begun to answer goes out on the old connection; then that is closed.
      while ((await door(transport)).traffic.connections === connections) await sleep(50)
      await open(follower)
    }
    expect(follower.verdict()).toMatchObject(whole)
  },
)

test('the network is another one on the lines that are open', async () => {
  const { lab, bench } = await labWithBenches()
  const { set, door } = await bench()
  const follower = through(lab, (await door('wss')).port, { transport: 'wss' })
  await open(follower)
  for (const profile of profileNames) {
    await set('wss', { profile })
    const { length } = follower.events
    const began = performance.now()
    await publish(lab, 1)
    await follower.until(() => follower.events.length > length, `an event over ${profile}`)
    expect(performance.now() - began).toBeGreaterThanOrEqual(profiles[profile].conditions.delayMs)
  }
  expect((await door('wss')).traffic.connections).toBe(1)
})

test('a bandwidth is the bandwidth of a line, down', async () => {
  const { lab, bench } = await labWithBenches()
  const { set, door } = await bench()
  const follower = through(lab, (await door('sse')).port, { transport: 'sse' })
  await open(follower)
  await set('sse', { downBytesPerSecond: 2000 })
  const began = performance.now()
  for (let n = 0; n < 4; n++) await lab.feed.publish({ type: 'tick', data: 'x'.repeat(1500) })
  await follower.until(() => follower.events.length === 4, 'six kilobytes')
  expect(performance.now() - began).toBeGreaterThan(2900)
})

/** How the events of a raw SSE stream come: their number in each piece that is read. */
async function pieces(lab: Lab, port: number): Promise<number[]> {
  const socket = await dial(lab, port, { ALPNProtocols: ['http/1.1'] })
  const seen: number[] = []
  const hello = new Promise<void>((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      const text = bytes.toString()
      if (text.includes('event:hello')) resolve()
      seen.push(text.match(/"type":"tick"/g)?.length ?? 0)
    })
  })
  socket.write('GET /feed/sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await hello
  seen.length = 0
  for (let n = 0; n < 3; n++) {
    await publish(lab, 1)
    await sleep(30)
  }
  await sleep(400)
  return seen
}

test('a window gathers what is published in it into one write', async () => {
  const { lab, bench } = await labWithBenches()
  const { set, door } = await bench()
  const { port } = await door('sse')
  expect(await pieces(lab, port)).toEqual([1, 1, 1])
  await set('sse', { batchMs: 400 })
  expect(await pieces(lab, port)).toEqual([3])
})

test('a line on which nothing passes for 10 s is reset', async () => {
  const { lab, bench } = await labWithBenches()
  const { set, door } = await bench()
  const follower = through(lab, (await door('sse')).port, { transport: 'sse' })
  await open(follower)
  const began = performance.now()
  await set('sse', { idleCutMs: 10_000 })
  await follower.until(() => follower.states.includes('waiting'), 'the cut', 14_000)
  expect(performance.now() - began).toBeGreaterThan(9000)
  await publish(lab, 2)
  await follower.until(() => follower.events.length === 2, 'the events after it')
  expect(follower.verdict()).toMatchObject(whole)
})

describe('a proxy that buffers', () => {
  test('holds a stream back until 64 KiB are there, and nothing is lost in it', async () => {
    const { lab, bench } = await labWithBenches()
    const { set, door } = await bench()
    await set('sse', { buffering: true })
    const follower = through(lab, (await door('sse')).port, { transport: 'sse' })
    await sleep(1000)
    await publish(lab, 5)
    await sleep(500)
    expect([follower.states, follower.events]).toEqual([['connecting'], []])
    for (let n = 0; n < 7; n++) await lab.feed.publish({ type: 'tick', data: 'x'.repeat(10_000) })
    await follower.until(() => follower.events.length > 5, 'the first 64 KiB')
    await publish(lab, 5)
    await set('sse', { buffering: false })
    await follower.until(() => follower.events.length === 17, 'all of it')
    expect(follower.verdict()).toMatchObject(whole)
  })

  test.each(['polling', 'long-polling', 'wss'] as const)('lets %s pass', async (transport) => {
    const { lab, bench } = await labWithBenches()
    const { set, door } = await bench()
    await set(transport, { buffering: true })
    const follower = through(lab, (await door(transport)).port, { transport })
    await open(follower)
    for (let n = 1; n <= 3; n++) {
      await publish(lab, 1)
      await follower.until(() => follower.events.length === n, `event ${n}`)
    }
    expect(follower.verdict()).toMatchObject(whole)
  })

  test('passes on what the server says: status, headers, and that it is gone', async () => {
    const { lab, bench } = await labWithBenches()
    const { set, door, fault } = await bench()
    await set('polling', { buffering: true })
    const { port } = await door('polling')
    const socket = await dial(lab, port, { ALPNProtocols: ['http/1.1'] })
    socket.write(
      `GET /feed/polling?after=x HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: ${lab.url}\r\nConnection: close\r\n\r\n`,
    )
    let answer = ''
    for await (const chunk of socket as AsyncIterable<Buffer>) answer += chunk.toString()
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('bad_cursor')
    expect(answer.toLowerCase()).toContain(`access-control-allow-origin: ${lab.url}`)
    const follower = through(lab, port, { transport: 'wss' })
    await open(follower)
    await fault('polling', 'restart')
    await follower.until(() => follower.states.includes('waiting'), 'the goodbye')
    expect(
      String((follower.causes.find(Boolean) as { code?: number }).code ?? follower.causes.find(Boolean)),
    ).toContain('1001')
  })
})
