// Faults, made for real: sockets are reset, lines go silent, readers stop. After each, nothing is lost, and nothing stays behind.
import { afterEach, describe, expect, test } from 'vitest'
import { connect as connectTls } from 'node:tls'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import type { Cursor } from '../src/core/event.ts'
import type { Feed } from '../src/core/feed.ts'
import { hostClock } from '../src/server/clock.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import type { Lab } from '../src/server/start.ts'
import { clients, transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { follow, get, httpVersions, ids, open, publish, sleep, startTestLab } from './lab.ts'
import type { Follower } from './lab.ts'
import { startProxy } from '../bench/network/proxy.ts'
import type { Proxy } from '../bench/network/proxy.ts'

const lanes = transportNames.flatMap((transport) => httpVersions.map((http) => ({ transport, http })))
const pushed = lanes.filter(({ transport }) => transport === 'sse' || transport === 'wss')

let cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
})

async function lab(options: Parameters<typeof startTestLab>[0] = {}): Promise<Lab> {
  const started = await startTestLab({ ...options, limits: { retryMs: 20, ...options.limits } })
  cleanUp.push(async () => {
    await started.close()
    expect(started.metrics.uncaught).toBe(0)
  })
  return started
}
async function proxied(to: Lab): Promise<Proxy> {
  const proxy = await startProxy(() => to.port)
  cleanUp.push(() => proxy.close())
  return proxy
}
function following(...[to, options]: Parameters<typeof follow>): Follower {
  const follower = follow(to, options)
  cleanUp.push(() => follower.close())
  return follower
}

describe('the line is cut (RST) after k more bytes', () => {
  // From the first byte of what comes next to well past it: inside records, heads, ids, data and between them.
  const positions = [0, 1, 3, 7, 17, 23, 40, 80, 160, 320, 700, 1500]

  test.concurrent.each(lanes)(
    '$transport over HTTP/$http resumes each time: 0 lost, 0 repeated',
    { timeout: 60_000 },
    async ({ transport, http }) => {
      const server = await startTestLab({ limits: { retryMs: 20 } })
      const proxy = await startProxy(() => server.port)
      const follower = follow(server, { transport, http, port: proxy.port })
      await open(follower)
      let expected = 0
      // Between two questions there is no line that could be lost: there the first byte of an answer is the first place.
      const places = transport.endsWith('polling') ? positions.slice(1) : positions
      for (const bytes of places) {
        const [cuts, seen] = [proxy.cuts, follower.states.length]
        proxy.cutAfter(bytes)
        while (proxy.cuts === cuts) {
          await publish(server, 1)
          expected++
          await sleep(5)
        }
        await follower.until(() => follower.states.slice(seen).includes('waiting'), `the cut at ${bytes} to be noticed`)
        await follower.until(() => follower.states.at(-1) === 'open', `to be open after the cut at ${bytes}`)
      }
      await publish(server, 10)
      await follower.until(() => follower.events.length >= expected + 10, 'all events')
      expect(ids(follower.events)).toEqual(
        Array.from({ length: expected + 10 }, (_, n) => `${server.feed.epoch}.${n + 1}`),
      )
      expect(follower.verdict()).toMatchObject({ clean: true, received: expected + 10, declared: 0 })
      expect(proxy.cuts).toBe(places.length)
      await follower.close()
      await proxy.close()
      await server.close()
      expect(server.metrics.uncaught).toBe(0)
    },
  )
})

describe('the line goes silent (blackhole)', () => {
  test.each(pushed)(
    '$transport over HTTP/$http: the client notices by its watchdog and resumes',
    async ({ transport, http }) => {
      const server = await lab({ limits: { heartbeatMs: 200 } })
      const proxy = await proxied(server)
      const follower = following(server, { transport, http, port: proxy.port })
      await open(follower)
      proxy.blackhole(true)
      const published = await publish(server, 5)
      const seen = follower.states.length
      await follower.until(() => follower.states.slice(seen).includes('waiting'), 'the silence to be noticed', 3000)
      proxy.blackhole(false)
      await follower.until(() => follower.events.length === 5, 'the events of the silence', 15_000)
      expect(ids(follower.events)).toEqual(ids(published))
      expect(follower.verdict()).toMatchObject({ clean: true })
    },
  )

  test.each(httpVersions)('wss over HTTP/%s: the server notices by ping and frees the line', async (http) => {
    const server = await lab({ limits: { pingMs: 200, pongMs: 200, idleMs: 300 } })
    const proxy = await proxied(server)
    const follower = following(server, { transport: 'wss', http, port: proxy.port })
    await open(follower)
    await sleep(1200) // several pings are answered meanwhile
    expect(follower.states).toEqual(['connecting', 'open'])
    proxy.blackhole(true)
    proxy.refuse(true)
    await gone(server, 3000)
  })

  test.each(httpVersions)(
    'sse over HTTP/%s: the server ends every stream at its maximum age, and the client comes back',
    async (http) => {
      const server = await lab({ limits: { sseAgeMs: 1500 } })
      const follower = following(server, { transport: 'sse', http })
      await open(follower)
      await follower.until(
        () => follower.states.filter((state) => state === 'open').length >= 2,
        'a second stream',
        6000,
      )
      const [next] = await publish(server, 1)
      await follower.until(() => follower.events.length === 1, 'the next event')
      expect(follower.events[0]!.id).toBe(next!.id)
      expect(follower.gaps).toEqual([])
    },
  )
})

describe('a reader stops', () => {
  test.each([
    ['sse', 'GET /feed/sse?after=now HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [
      'wss',
      'GET /feed/wss?after=now HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wirelab.v1\r\n\r\n',
    ],
  ])('%s: it is dropped by size or by time; the others miss nothing', async (transport, request) => {
    const server = await lab({ limits: { queueBytes: 256 * 1024, stallMs: 2000 } })
    const slow = connectTls({
      port: server.port,
      ca: server.authority!.ca,
      servername: 'localhost',
    })
    slow.on('error', () => undefined)
    slow.write(request)
    await new Promise((resolve) => slow.once('data', resolve))
    slow.pause()
    const good = following(server, { transport: transport as 'sse' })
    await open(good)
    const before = server.wire.open

    const big = 'x'.repeat(16_000)
    let published = 0
    const started = performance.now()
    while (server.wire.open === before && performance.now() - started < 8000) {
      await server.feed.publish({ type: 'big', data: big })
      published++
      await sleep(1)
    }
    expect(server.wire.open).toBe(before - 1)
    await good.until(() => good.events.length === published, 'all events')
    expect(good.gaps).toEqual([])
    slow.destroy()
  })

  test('a resuming reader is fed from the log at its own pace, not from memory', async () => {
    const server = await lab({ limits: { queueBytes: 256 * 1024, stallMs: 5000 } })
    for (let n = 0; n < 500; n++) await server.feed.publish({ type: 'big', data: 'x'.repeat(16_000) }) // 8 MB, far over the queue
    const slow = connectTls({ port: server.port, ca: server.authority!.ca, servername: 'localhost' })
    slow.write('GET /feed/sse?after=earliest HTTP/1.1\r\nHost: localhost\r\n\r\n')
    let count = 0
    const done = new Promise<void>((resolve) =>
      createInterface({ input: slow }).on('line', (line) => {
        if (line.startsWith('id:') && ++count === 501) resolve() // the hello has an id too
      }),
    )
    for (let pause = 0; pause < 10; pause++) {
      await sleep(30)
      slow.pause()
      await sleep(30)
      slow.resume()
    }
    await done
    slow.destroy()
  })
})

describe('a reader that was too slow is told so', () => {
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
  const big = { type: 'big', data: 'x'.repeat(16_000) }

  test('WSS: close code 4008, and nothing is lost by coming back at the cursor', async () => {
    const server = await lab({ limits: { queueBytes: 256 * 1024 } })
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}/feed/wss`, 'wirelab.v1', {
      ca: server.authority!.ca,
    })
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('message', resolve))
    socket.pause()
    for (let n = 0; n < 1000; n++) {
      await server.feed.publish(big)
      await nextTurn()
    }
    let last = ''
    socket.on('message', (data: Buffer) => (last = /"id":"([^"]+)"/.exec(data.toString())?.[1] ?? last))
    socket.resume()
    expect(await closed).toBe(4008)
    const follower = following(server, { transport: 'wss', after: last as Cursor })
    const left = 1000 - Number(last.split('.')[1])
    await follower.until(() => follower.events.length === left, `the other ${left} events`)
    expect(follower.verdict()).toMatchObject({ clean: true, declared: 0 })
  })

  test('SSE: what left the log while it was reading it is a gap "slow", once', async () => {
    const server = await lab({ limits: { retentionEvents: 1000 } })
    for (let n = 0; n < 1000; n++) await server.feed.publish(big)
    const slow = connectTls({ port: server.port, ca: server.authority!.ca, servername: 'localhost' })
    slow.write('GET /feed/sse?after=earliest HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise((resolve) => slow.once('data', resolve))
    slow.pause()
    await sleep(300) // until the kernel's buffers are full
    for (let n = 0; n < 1000; n++) await server.feed.publish(big)
    const gaps: string[] = []
    let seen = 0
    const done = new Promise<void>((resolve) =>
      createInterface({ input: slow }).on('line', (line) => {
        if (line.startsWith('data:{"reason"')) gaps.push(line)
        if (line === `id:${server.feed.epoch}.2000`) resolve()
        if (line.startsWith('data:{"id"')) seen++
      }),
    )
    await done
    slow.destroy()
    expect(gaps).toHaveLength(1)
    expect(gaps[0]).toMatch(/^data:\{"reason":"slow","from":"[a-z0-9]{8}\.\d+","to":"[a-z0-9]{8}\.1000"\}$/)
    expect(seen).toBeGreaterThan(1000)
  })

  test('SSE: a reader that takes nothing does not outlive the maximum age of its stream', async () => {
    const server = await lab({ limits: { sseAgeMs: 1000, stallMs: 1500 } })
    const slow = connectTls({ port: server.port, ca: server.authority!.ca, servername: 'localhost' })
    slow.on('error', () => undefined)
    slow.write('GET /feed/sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise((resolve) => slow.once('data', resolve))
    slow.pause()
    for (let n = 0; n < 600; n++) {
      await server.feed.publish(big) // more than the kernel takes
      if (n % 20 === 0) await nextTurn()
    }
    await gone(server, 6000)
    slow.destroy()
  })

  test.each(pushed)(
    '$transport over HTTP/$http: a burst of 16 MB in one turn drops nobody who reads',
    async ({ transport, http }) => {
      const server = await lab()
      const follower = following(server, { transport, http })
      await open(follower)
      for (let n = 0; n < 1000; n++) void server.feed.publish(big)
      await follower.until(() => follower.events.length === 1000, 'the burst')
      expect(follower.verdict()).toMatchObject({ clean: true, declared: 0 })
      expect(follower.states).toEqual(['connecting', 'open'])
    },
  )
})

describe('a slow line (100 kB/s)', () => {
  test.concurrent.each(lanes)(
    '$transport over HTTP/$http gets 700 kB of backlog, without giving up halfway',
    async ({ transport, http }) => {
      const server = await startTestLab({ limits: { stallMs: 2000, heartbeatMs: 1000 } })
      const proxy = await startProxy(() => server.port)
      proxy.throttle(100_000)
      for (let n = 0; n < 44; n++) await server.feed.publish({ type: 'big', data: 'x'.repeat(16_000) })
      const follower = follow(server, { transport, http, port: proxy.port, after: 'earliest' })
      await follower.until(() => follower.events.length === 44, 'the backlog', 25_000)
      expect(follower.verdict()).toMatchObject({ clean: true, received: 44, declared: 0 })
      expect(follower.states.filter((state) => state === 'waiting')).toEqual([])
      await follower.close()
      await proxy.close()
      await server.close()
    },
  )
})

describe('an event goes missing on the way', () => {
  /** A feed whose followers never hear of one event: what a bug in a hub would look like. */
  function losing(offset: number): Feed {
    const feed = memoryFeed({ clock: hostClock() })
    return {
      ...feed,
      get tail() {
        return feed.tail
      },
      follow: (after, listener) =>
        feed.follow(after, (page) =>
          listener({ ...page, entries: page.entries.filter((entry) => entry.offset !== offset) }),
        ),
    }
  }

  test.each(pushed)(
    '$transport over HTTP/$http: the next event tells, and the client gets both from the log',
    async ({ transport, http }) => {
      const server = await lab({ feed: losing(3) })
      const follower = following(server, { transport, http })
      await open(follower)
      await publish(server, 5) // in one turn of the loop, so that the hub writes them as one chunk
      await follower.until(() => follower.events.length === 5, 'all events, the lost one too')
      expect(ids(follower.events)).toEqual([1, 2, 3, 4, 5].map((offset) => `${server.feed.epoch}.${offset}`))
      expect(follower.causes.map(String).join()).toMatch(/no gap was declared/)
    },
  )
})

describe('a wake-up is lost', () => {
  test.each(pushed)(
    '$transport over HTTP/$http: the hub looks into the log by itself within two sweeps',
    async ({ transport, http }) => {
      const feed = memoryFeed({ clock: hostClock() })
      let deaf = false
      const server = await lab({
        feed: {
          ...feed,
          get tail() {
            return feed.tail
          },
          follow: (after, listener) => feed.follow(after, (page) => deaf || listener(page)),
        },
      })
      const follower = following(server, { transport, http })
      await open(follower)
      deaf = true
      await publish(server, 1) // nobody is told of it, and no later event will tell
      await follower.until(() => follower.events.length === 1, 'the event that nobody was told of', 4000)
    },
  )
})

describe('the answer is final', () => {
  test.each(lanes)('$transport over HTTP/$http does not try again after 401', async ({ transport, http }) => {
    const server = await lab({ auth: 'required' })
    const follower = following(server, { transport, http })
    await follower.until(() => follower.states.at(-1) === 'closed', 'to give up', 5000)
    expect(follower.states).toEqual(['connecting', 'closed'])
    expect(String(follower.causes.at(-1))).toMatch(/401/)
  })

  test.each(lanes)(
    '$transport over HTTP/$http reads with the key when reading is closed',
    async ({ transport, http }) => {
      const server = await lab({ auth: 'required' })
      const follower = following(server, { transport, http, headers: { authorization: `Bearer ${server.publishKey}` } })
      await open(follower)
      await publish(server, 2)
      await follower.until(() => follower.events.length === 2, 'two events')
    },
  )
})

describe('the server says when to come back (Retry-After)', () => {
  test.concurrent.each(pushed)(
    '$transport over HTTP/$http stays away for so long, then opens',
    async ({ transport, http }) => {
      const server = await startTestLab({ limits: { lines: 1 } })
      const first = follow(server, { transport: 'sse' })
      await open(first)
      const second = follow(server, { transport, http })
      await second.until(() => second.states.includes('waiting'), 'to be refused')
      await first.close()
      await sleep(4500) // of 5 s; the back-off alone is over after 0.5 s
      expect(second.states).toEqual(['connecting', 'waiting'])
      await open(second)
      await second.close()
      await server.close()
    },
  )
})

describe('clients share a platform', () => {
  test.each(httpVersions)('over HTTP/%s the one that leaves does not disturb the others', async (http) => {
    const server = await lab()
    const platform = nodePlatform({ http, ca: server.authority!.ca })
    cleanUp.push(() => platform.close())
    const states: string[] = []
    const events: unknown[] = []
    const join = (onState: (state: string) => void, onEvent: (event: unknown) => void) =>
      clients['long-polling']({ origin: server.url, platform, onState, onEvent })
    let leftOpen = false
    const stays = join(
      (state) => states.push(state),
      (event) => events.push(event),
    )
    const leaves = join(
      (state) => (leftOpen ||= state === 'open'),
      () => undefined,
    )
    while (!leftOpen || states.at(-1) !== 'open') await sleep(10)
    await sleep(100) // both questions are with the server now
    leaves.close()
    await sleep(100)
    await publish(server, 1)
    while (events.length === 0) await sleep(10)
    expect(states).toEqual(['connecting', 'open'])
    stays.close()
  })

  test('over HTTP/2 a line that is dead is left for another, by polling too', async () => {
    const server = await lab()
    const proxy = await proxied(server)
    const follower = following(server, { transport: 'polling', http: '2', port: proxy.port })
    await open(follower)
    const { accepted } = proxy
    proxy.blackhole(true)
    await follower.until(() => follower.states.includes('waiting'), 'the silence to be noticed')
    proxy.blackhole(false)
    await follower.until(() => follower.states.at(-1) === 'open', 'to be open again')
    expect(proxy.accepted).toBeGreaterThan(accepted)
  })
})

describe('clients come and go', () => {
  test.each(lanes)(
    '$transport over HTTP/$http leaves no follower, timer or connection behind',
    async ({ transport, http }) => {
      let followers = 0
      const feed = memoryFeed({ clock: hostClock() })
      const counted: Feed = {
        ...feed,
        get tail() {
          return feed.tail
        },
        follow(after, listener) {
          followers++
          const unfollow = feed.follow(after, listener)
          return () => {
            followers--
            unfollow()
          }
        },
      }
      const server = await lab({ feed: counted, limits: { idleMs: 300 } })
      await gone(server)
      const timers = () =>
        process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate').length
      const before = timers()
      for (let round = 0; round < 5; round++) {
        const some = Array.from({ length: 10 }, () => follow(server, { transport, http }))
        if (round % 2 === 0) await Promise.all(some.map(open)) // the others leave in the middle of connecting
        await Promise.all(some.map((each) => each.close()))
      }
      await gone(server)
      expect(followers).toBe(0)
      const metrics = await get(server, '/metrics')
      for (const [line, count] of metrics.matchAll(/wirelab_requests_open\{path="\/feed[^}]*\} (\d+)/g))
        expect(count, line).toBe('0')
      await gone(server)
      for (let waited = 0; timers() > before && waited < 3000; waited += 20) await sleep(20)
      expect(timers()).toBeLessThanOrEqual(before)
    },
  )
})

/** Waits until the server has no connection left. */
async function gone(server: Lab, ms = 5000) {
  const started = performance.now()
  while (server.wire.open > 0 && performance.now() - started < ms) await sleep(20)
  expect(server.wire.open).toBe(0)
}
