// The network of the bench: that it does to bytes what its conditions say, and to nothing else. Times are bounded from below only.
import { afterEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { changed, clear } from '../bench/network/conditions.ts'
import type { Conditions } from '../bench/network/conditions.ts'
import type { NetworkCommands } from '../bench/network/process.ts'
import { profileNames, profiles } from '../bench/network/profiles.ts'
import { startProxy } from '../bench/network/proxy.ts'
import type { Proxy, ProxyOptions } from '../bench/network/proxy.ts'
import { startSchedule } from '../bench/network/schedule.ts'
import { child } from '../bench/process.ts'
import { seeded } from '../src/core/random.ts'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { follow, httpVersions, ids, open, publish, sleep, startTestLab } from './lab.ts'

let cleanUp: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
})

/** Both ends of one plain TCP connection through a proxy. */
async function line(conditions: Partial<Conditions> = {}, tap?: ProxyOptions['tap']) {
  let accepted!: (socket: Socket) => void
  let served = 0
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    served++
    accepted(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy = await startProxy(() => port, conditions, tap && { tap })
  const ends: Socket[] = []
  cleanUp.push(async () => {
    for (const end of ends) end.destroy()
    await proxy.close()
    await new Promise((resolve) => server.close(resolve))
  })
  /** The server's end of the next connection. */
  const next = async () => {
    const origin = await new Promise<Socket>((resolve) => (accepted = resolve))
    origin.on('error', () => undefined)
    ends.push(origin)
    return origin
  }
  const join = async () => {
    const waiting = next()
    const startedAt = performance.now()
    const client = connect({ port: proxy.port, noDelay: true, allowHalfOpen: true })
    client.on('error', () => undefined)
    ends.push(client)
    const origin = await waiting
    return { client, origin, startedAt, acceptedAt: performance.now() }
  }
  return { proxy, next, join, served: () => served, ...(await join()) }
}
/** From and to, by direction. */
const directions = ['up', 'down'] as const
const along = (direction: 'up' | 'down', { client, origin }: { client: Socket; origin: Socket }) =>
  direction === 'up' ? ([client, origin] as const) : ([origin, client] as const)

/** Resolves with all that came, when it is so much or over. */
function received(socket: Socket, bytes = Infinity): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve) => {
    const done = () => resolve(Buffer.concat(chunks))
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length >= bytes) done()
    })
    socket.once('end', done).once('close', done)
  })
}
/** What happened to a socket, as it happens. */
function fate(socket: Socket): string[] {
  const seen: string[] = []
  socket.resume()
  socket.on('end', () => seen.push('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code!))
  socket.on('close', () => seen.push('close'))
  return seen
}
async function until(check: () => boolean, what: string, ms = 10_000) {
  const startedAt = performance.now()
  while (!check()) {
    if (performance.now() - startedAt > ms) throw new Error(`not within ${ms} ms: ${what}`)
    await sleep(5)
  }
}

test('altered: once on each open line, where the bytes fit; who reads along has them as they were sent', async () => {
  const kept: Buffer[] = []
  const both = await line({}, (_, up, bytes) => void (up || kept.push(bytes)))
  const other = await both.join()
  both.proxy.alter((bytes) => {
    const at = bytes.indexOf('100')
    if (at >= 0) bytes[at] = 0x39
    return at >= 0
  })
  for (const { client, origin } of [both, other]) {
    const came = received(client, 30)
    for (const text of ['nothing yet', 'pay 100 ', 'pay 100 now']) {
      origin.write(text)
      await sleep(20)
    }
    expect((await came).toString()).toBe('nothing yetpay 900 pay 100 now')
  }
  expect(Buffer.concat(kept).toString()).toBe('nothing yetpay 100 pay 100 now'.repeat(2))
  const { client, origin } = await both.join() // it came later
  origin.write('pay 100')
  expect((await received(client, 7)).toString()).toBe('pay 100')
})

/** A client in a thread of its own: it reads whatever this thread does meanwhile, and tells by a number that is 1 then. */
const READER = `
const { workerData } = require('node:worker_threads')
const socket = require('node:net').connect(workerData.port, '127.0.0.1')
socket.on('error', () => undefined).on('data', () => {
  Atomics.store(workerData.came, 0, 1)
  Atomics.notify(workerData.came, 0)
})`

test('who reads along has what comes down before the client has it', async () => {
  const came = new Int32Array(new SharedArrayBuffer(4))
  const waits: string[] = []
  const both = await line({}, (_, up) => void (up || waits.push(Atomics.wait(came, 0, 0, 300))))
  const next = both.next()
  const reader = new Worker(READER, { eval: true, workerData: { port: both.proxy.port, came } })
  cleanUp.push(() => reader.terminate())
  ;(await next).write('news')
  await until(() => Atomics.load(came, 0) === 1, 'the client to have it')
  expect(waits).toEqual(['timed-out'])
})

describe('the schedule of one direction', () => {
  const weather = fc.record({
    delayMs: fc.double({ min: 0, max: 1000, noNaN: true }),
    jitterMs: fc.double({ min: 0, max: 500, noNaN: true }),
    downBytesPerSecond: fc.constantFrom(1000, 93_750, 1.5e6, Infinity),
    stallEveryMs: fc.constantFrom(50, 2000, Infinity),
    stallMs: fc.constantFrom(0, 220, 500),
  })
  const chunks = fc.array(fc.record({ afterMs: fc.constantFrom(0, 0.5, 20, 700), bytes: fc.nat(60_000) }), {
    minLength: 1,
    maxLength: 60,
  })
  const arrivals = (conditions: Conditions, sent: { afterMs: number; bytes: number }[], seed: number) => {
    const schedule = startSchedule(
      () => conditions,
      () => conditions.downBytesPerSecond,
      seeded(seed),
      0,
    )
    let now = 0
    return sent.map(({ afterMs, bytes }) => {
      now += afterMs
      return { sentAt: now, bytes, at: schedule.arrival(now, bytes, conditions.delayMs + schedule.jitterMs()) }
    })
  }

  test('never early, never out of order, never faster than the bottleneck, and the same again with the same seed', () => {
    fc.assert(
      fc.property(weather, chunks, fc.nat(), (changes, sent, seed) => {
        const conditions = { ...clear, ...changes }
        const { delayMs, downBytesPerSecond: rate } = conditions
        const all = arrivals(conditions, sent, seed)
        let leftAt = 0
        for (const [i, { sentAt, bytes, at }] of all.entries()) {
          leftAt = Math.max(leftAt, sentAt) + (1000 * bytes) / rate
          expect(at).toBeGreaterThanOrEqual(leftAt + delayMs)
          if (i > 0) expect(at).toBeGreaterThanOrEqual(all[i - 1]!.at)
        }
        expect(arrivals(conditions, sent, seed)).toEqual(all)
      }),
    )
  })

  test('jitter is from 0 to so much, evenly, and another seed gives another one', () => {
    const conditions = { ...clear, delayMs: 100, jitterMs: 40 }
    const sent = Array.from({ length: 2000 }, () => ({ afterMs: 700, bytes: 10 }))
    const extra = arrivals(conditions, sent, 1).map(({ sentAt, at }) => at - sentAt - 100)
    expect(Math.min(...extra)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...extra)).toBeLessThan(40.001)
    const mean = extra.reduce((sum, each) => sum + each, 0) / extra.length
    expect(Math.abs(mean - 20)).toBeLessThan(1)
    expect(arrivals(conditions, sent, 2)).not.toEqual(arrivals(conditions, sent, 1))
  })

  test('stalls take the share of time that they should, and last as long as they should', () => {
    const conditions = { ...clear, stallEveryMs: 2000, stallMs: 220 }
    const sent = Array.from({ length: 400_000 }, () => ({ afterMs: 20, bytes: 10 }))
    const waits = arrivals(conditions, sent, 1).map(({ sentAt, at }) => at - sentAt)
    expect(waits.reduce((most, each) => Math.max(most, each))).toBeLessThanOrEqual(220)
    const stalled = waits.filter((wait) => wait > 0).length / waits.length
    expect(stalled).toBeGreaterThan(0.09) // 220 of 2 220 ms
    expect(stalled).toBeLessThan(0.11)
  })
})

describe.each(directions)('a connection, bytes that go %s', (direction) => {
  test('a delay: no byte before it', async () => {
    const [from, to] = along(direction, await line({ delayMs: 80 }))
    for (let n = 0; n < 5; n++) {
      const sentAt = performance.now()
      from.write('x')
      await new Promise((resolve) => to.once('data', resolve))
      expect(performance.now() - sentAt).toBeGreaterThanOrEqual(80)
    }
  })

  test('jitter and slices: every byte, in order', async () => {
    const [from, to] = along(direction, await line({ delayMs: 5, jitterMs: 30, sliceBytes: 7 }))
    const all = received(to)
    let text = ''
    for (let n = 0; n < 600; n++) {
      const word = `${n},`.repeat(1 + (n % 5))
      text += word
      from.write(word)
      if (n % 10 === 0) await sleep(1)
    }
    from.end()
    expect((await all).toString()).toBe(text)
  })

  test('bandwidth: no more than so many bytes a second, and the other direction is free', async () => {
    const both = await line({ [`${direction}BytesPerSecond`]: 200_000 })
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251))
    const [from, to] = along(direction, both)
    const startedAt = performance.now()
    const slow = received(to, bytes.length)
    from.write(bytes)
    const free = received(from, bytes.length).then(() => performance.now())
    to.write(bytes)
    expect(await slow).toEqual(bytes)
    const doneAt = performance.now()
    expect(doneAt - startedAt).toBeGreaterThanOrEqual(500)
    expect(await free).toBeLessThan(doneAt)
  })

  test('a stall that is ordered: silence for so long, then everything', async () => {
    const both = await line()
    const [from, to] = along(direction, both)
    from.write('before')
    await new Promise((resolve) => to.once('data', resolve))
    const stalledAt = performance.now()
    both.proxy.stall(300)
    const all = received(to, 11)
    from.write('while')
    await sleep(100)
    from.write(' it is')
    expect((await all).toString()).toBe('while it is')
    expect(performance.now() - stalledAt).toBeGreaterThanOrEqual(300)
  })

  test('a sender in front of a slow line feels it, and loses nothing by waiting', async () => {
    const both = await line({ [`${direction}BytesPerSecond`]: 1e6, queueBytes: 10_000 })
    const [from, to] = along(direction, both)
    const bytes = Buffer.alloc(32 * 1024 * 1024, 'wirelab!')
    const all = received(to, bytes.length)
    from.write(bytes)
    await sleep(300)
    expect(from.writableLength).toBeGreaterThan(0) // the kernel took what it takes; the proxy did not take the rest
    both.proxy.set({ [`${direction}BytesPerSecond`]: Infinity })
    expect((await all).equals(bytes)).toBe(true)
  })

  test('an end comes after the bytes and the delay, and the other direction goes on', async () => {
    const both = await line({ delayMs: 60 })
    const [from, to] = along(direction, both)
    const all = received(to)
    const endedAt = performance.now()
    from.end('last words')
    expect((await all).toString()).toBe('last words')
    expect(performance.now() - endedAt).toBeGreaterThanOrEqual(60)
    to.write('heard')
    expect((await received(from, 5)).toString()).toBe('heard')
  })

  test('a reset arrives as a reset', async () => {
    const both = await line({ delayMs: 60 })
    const [from, to] = along(direction, both)
    const seen = fate(to)
    const resetAt = performance.now()
    from.resetAndDestroy()
    await until(() => seen.includes('close'), 'the reset to arrive')
    expect(performance.now() - resetAt).toBeGreaterThanOrEqual(60)
    expect(seen).toEqual(['ECONNRESET', 'close'])
  })

  test('half-open: what is sent vanishes, and so does the end; the other direction and new lines are well', async () => {
    const both = await line()
    const [from, to] = along(direction, both)
    const seen = fate(to)
    let came = 0
    to.on('data', ({ length }: Buffer) => (came += length))
    both.proxy.vanish(direction)
    from.write('into the void')
    to.write('hello')
    expect((await received(from, 5)).toString()).toBe('hello')
    from.resetAndDestroy()
    for (let n = 0; n < 10; n++) {
      to.write('is anybody there?')
      await sleep(20)
    }
    expect([came, seen]).toEqual([0, []])
    const [from2, to2] = along(direction, await both.join())
    from2.write('new')
    expect((await received(to2, 3)).toString()).toBe('new')
  })

  test('dead both ways it is kept for who still believes in it, and forgotten when neither end does', async () => {
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const { proxy, client, origin } = await line()
      const seen = fate(origin)
      proxy.vanish('both')
      client[leave]()
      await sleep(100)
      expect([proxy.open, seen]).toEqual([1, []])
      origin.end()
      for (let n = 0; proxy.open > 0; n++) {
        if (n > 100) throw new Error('the line is kept though both ends have left it')
        await sleep(20)
      }
    }
  })
})

describe('a connection', () => {
  test('its handshake takes its time: the server sees it after one delay, the first byte arrives after three', async () => {
    const { client, origin, startedAt, acceptedAt } = await line({ delayMs: 50 })
    expect(acceptedAt - startedAt).toBeGreaterThanOrEqual(49) // a timer may be a fraction of a millisecond early
    client.write('x')
    await new Promise((resolve) => origin.once('data', resolve))
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(147)
  })

  test('idle for too long it is reset at both ends; a busy one is not', async () => {
    const { proxy, client, origin, join } = await line({ idleCutMs: 400 })
    const busy = await join()
    const ends = [fate(client), fate(origin), fate(busy.client), fate(busy.origin)]
    const idleSince = performance.now()
    for (let n = 0; !ends[0]!.includes('close') || !ends[1]!.includes('close'); n++) {
      busy[n % 2 ? 'client' : 'origin'].write('.')
      await sleep(10)
      if (performance.now() - idleSince > 5000) throw new Error('the idle line was not cut')
    }
    expect(performance.now() - idleSince).toBeGreaterThanOrEqual(350) // it was last busy a little before
    expect(ends).toEqual([['ECONNRESET', 'close'], ['ECONNRESET', 'close'], [], []])
    expect([proxy.cuts, proxy.open]).toEqual([1, 1])
  })

  test('in a black hole nobody hears anything, and the server does not hear of new ones', async () => {
    const { proxy, client, origin, served } = await line()
    const ends = [fate(client), fate(origin)]
    proxy.blackhole(true)
    let heard = false
    const late = connect(proxy.port).on('error', () => undefined)
    cleanUp.push(() => void late.destroy())
    late.write('hello')
    origin.on('data', () => (heard = true))
    client.end('bye')
    await sleep(200)
    expect([heard, ends, proxy.accepted, served()]).toEqual([false, [[], []], 2, 1])
  })

  test('conditions change while it is open, and what is on the way keeps its time and place', async () => {
    const { proxy, client, origin } = await line({ delayMs: 200 })
    client.write('first')
    await new Promise((resolve) => origin.once('data', resolve))
    const sentAt = performance.now()
    client.write('slow ')
    await sleep(20)
    proxy.set({ delayMs: 0 })
    client.write('fast')
    expect((await received(origin, 9)).toString()).toBe('slow fast')
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(200)
    expect(proxy.conditions).toEqual({ ...clear, delayMs: 0 })
  })

  test.each([
    [{ delayMs: -1 }, 'delayMs of a network is a number from 0, got -1'],
    [{ downBytesPerSecond: 0 }, 'downBytesPerSecond of a network is a number above 0, got 0'],
    [{ stallMs: null }, 'stallMs of a network is a number from 0, got null'],
    [{ jitterMs: Infinity }, 'jitterMs of a network is finite; for a line that goes silent there is blackhole'],
    [{ delay: 20 }, 'no network condition is called delay; there are delayMs, jitterMs, upBytesPerSecond'],
  ])('%j are no conditions, and that is said', (changes, why) => {
    expect(() => changed(clear, changes as unknown as Partial<Conditions>)).toThrow(why)
  })
})

async function lab(limits: Parameters<typeof startTestLab>[0] = {}): Promise<Lab> {
  const started = await startTestLab({ ...limits, limits: { retryMs: 20, ...limits.limits } })
  cleanUp.push(async () => {
    await started.close()
    expect(started.metrics.uncaught).toBe(0)
  })
  return started
}
async function proxied(to: Lab, conditions: Partial<Conditions> = {}): Promise<Proxy> {
  const proxy = await startProxy(() => to.port, conditions)
  cleanUp.push(() => proxy.close())
  return proxy
}
const lanes = transportNames.flatMap((transport) => httpVersions.map((http) => ({ transport, http })))

describe('our own clients behind it', () => {
  test.each(lanes)('$transport over HTTP/$http: a delay of 100 ms is in every latency', async ({ transport, http }) => {
    const server = await lab()
    const proxy = await proxied(server, { delayMs: 100 })
    const startedAt = performance.now()
    const follower = follow(server, { transport, http, port: proxy.port })
    cleanUp.push(() => follower.close())
    await open(follower)
    // TCP, TLS 1.3 and one question: three round trips.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(600)
    for (let n = 1; n <= 3; n++) {
      const publishedAt = performance.now()
      await publish(server, 1)
      await follower.until(() => follower.events.length === n, `event ${n}`)
      expect(performance.now() - publishedAt).toBeGreaterThanOrEqual(100)
    }
    expect(follower.verdict()).toMatchObject({ clean: true, declared: 0 })
    expect(follower.states).toEqual(['connecting', 'open'])
  })

  test.each(lanes)(
    '$transport over HTTP/$http: 200 kB at 200 kB/s take a second at least',
    async ({ transport, http }) => {
      const server = await lab()
      const proxy = await proxied(server, { downBytesPerSecond: 200_000 })
      for (let n = 0; n < 20; n++) await server.feed.publish({ type: 'big', data: 'x'.repeat(10_000) })
      const startedAt = performance.now()
      const follower = follow(server, { transport, http, port: proxy.port, after: 'earliest' })
      cleanUp.push(() => follower.close())
      await follower.until(() => follower.events.length === 20, 'the backlog', 20_000)
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1000)
      expect(follower.verdict()).toMatchObject({ clean: true, declared: 0 })
    },
  )

  test.each(profileNames)('in the profile %s every transport loses nothing and repeats nothing', async (name) => {
    const server = await lab()
    const proxy = await proxied(server, profiles[name].conditions)
    const followers = lanes.map((lane) => follow(server, { ...lane, port: proxy.port }))
    cleanUp.push(() => Promise.all(followers.map((each) => each.close())))
    await Promise.all(
      followers.map((each) => each.until(() => each.states.at(-1) === 'open', `to be open in ${name}`, 20_000)),
    )
    for (let n = 0; n < 20; n++) {
      await publish(server, 1)
      await sleep(20)
    }
    for (const each of followers) {
      await each.until(() => each.events.length === 20, `all events in ${name}`, 20_000)
      expect(each.verdict()).toMatchObject({ clean: true, received: 20, declared: 0 })
    }
  })

  test('the idle cut: SSE is cut between two heartbeats and comes back, and with shorter ones it stays', async () => {
    const quiet = await lab({ limits: { heartbeatMs: 5000 } })
    const talking = await lab({ limits: { heartbeatMs: 100 } })
    const [proxy1, proxy2] = [await proxied(quiet, { idleCutMs: 1000 }), await proxied(talking, { idleCutMs: 1000 })]
    const [cut, kept] = [
      follow(quiet, { transport: 'sse', port: proxy1.port }),
      follow(talking, { transport: 'sse', port: proxy2.port }),
    ]
    cleanUp.push(() => Promise.all([cut.close(), kept.close()]))
    await cut.until(() => cut.states.filter((state) => state === 'open').length >= 2, 'to be cut and to come back')
    const published = await publish(quiet, 1)
    await cut.until(() => cut.events.length === 1, 'the event after it')
    expect(ids(cut.events)).toEqual(ids(published))
    expect(proxy1.cuts).toBeGreaterThanOrEqual(1)
    expect([proxy2.cuts, kept.states]).toEqual([0, ['connecting', 'open']])
  })

  test('half-open: a WSS client that vanishes leaves a line of which the server knows nothing, until its ping', async () => {
    const server = await lab({ limits: { pingMs: 1000, pongMs: 500 } })
    const proxy = await proxied(server)
    const follower = follow(server, { transport: 'wss', port: proxy.port })
    await open(follower)
    proxy.vanish('up')
    await follower.close()
    await sleep(300)
    expect(server.wire.open).toBe(1)
    await until(() => server.wire.open === 0, 'the server to notice', 5000)
  })
})

test('the network runs as a process of its own, and tells how busy it was', async () => {
  const server = await lab()
  const network = child<NetworkCommands>('network', new URL('../bench/network/process.ts', import.meta.url))
  cleanUp.push(() => network.end())
  const { ports } = await network.ask('open', { targets: [server.port], weather: profiles['4g'].conditions, seed: 1 })
  await network.ask('measure', undefined)
  const follower = follow(server, { transport: 'sse', port: ports[0]! })
  cleanUp.push(() => follower.close())
  await open(follower)
  await network.ask('become', { delayMs: 10 })
  await network.ask('stall', 200)
  const publishedAt = performance.now()
  await publish(server, 1)
  await follower.until(() => follower.events.length === 1, 'the event')
  expect(performance.now() - publishedAt).toBeGreaterThanOrEqual(150) // the stall began before the answer to its order
  await network.ask('cut', undefined)
  await follower.until(() => follower.states.filter((state) => state === 'open').length === 2, 'to come back')
  expect(await network.ask('counts', undefined)).toEqual([{ accepted: 2, cuts: 1, open: 1 }])
  expect((await network.ask('finish', undefined)).utilisation).toBeGreaterThan(0)
  await expect(network.ask('become', { delayMs: -1 })).rejects.toThrow(
    'delayMs of a network is a number from 0, got -1',
  )
})
