// Benches and doors: each setting and each fault does on the wire what it says, whatever the transport, and nothing is lost.
import { once } from 'node:events'
import { Server, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import type { Fault } from '../src/lab/settings.ts'
import type { LabOptions } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { afterwards, dial, labWithBenches, through, whole } from './benches.ts'
import { ids, open, publish, sleep, startTestLab } from './lab.ts'

describe('a bench', () => {
  test('has a door for each transport, on a port of its own, that carries the feed', async () => {
    const { lab, bench } = await labWithBenches()
    const { state } = await bench()
    const { doors, now } = await state()
    expect(Object.keys(doors)).toEqual(transportNames)
    expect(new Set([lab.port, ...Object.values(doors).map(({ port }) => port)]).size).toBe(5)
    expect(Math.abs(now - Date.now())).toBeLessThan(1000)
    for (const transport of transportNames) {
      const follower = through(lab, doors[transport].port, { transport })
      await open(follower)
      const [event] = await publish(lab, 1)
      await follower.until(() => follower.events.length === 1, 'the event')
      expect(ids(follower.events)).toEqual([event!.id])
      const { traffic } = (await state()).doors[transport]
      expect(traffic.connections).toBeGreaterThan(0)
      expect(traffic.requests).toBeGreaterThan(0)
      expect(traffic.tls.down).toBeGreaterThan(traffic.plain.down)
      expect(traffic.plain.down).toBeGreaterThan(0)
    }
    expect(lab.wire.total().requests).toBeLessThan(20) // the feed went through the doors, not through the front
  })
})

const SOON = { timeout: 10_000 }

/** What each fault shows of itself, beside the loss that it must not cause. */
const faults: Record<Fault, { away: number; limits?: LabOptions['limits']; withinMs: number }> = {
  cut: { away: 0, withinMs: 10_000 },
  tamper: { away: 0, withinMs: 10_000 },
  restart: { away: 2000, withinMs: 20_000 },
  stall: { away: 5000, limits: { idleMs: 20_000 }, withinMs: 20_000 }, // by default the server gives up an idle line after 5 s
  // Only silence tells of it: SSE and WSS miss the heartbeats, a long poll misses its answer after 30 s.
  freeze: { away: 800, limits: { heartbeatMs: 400, pingMs: 400, pongMs: 400 }, withinMs: 50_000 },
}

describe('a fault at a door', () => {
  test.each(['1.2', '1.3'] as const)(
    'tamper, TLS %s: the client is given nothing of the record, says bad_record_mac, and the server lets go at once',
    async (tls) => {
      const { lab, bench } = await labWithBenches()
      const mine = await bench()
      await mine.set('sse', { tls })
      const { port } = await mine.door('sse')
      const socket = await dial(lab, port)
      let got = ''
      let why = ''
      socket.on('data', (bytes: Buffer) => (got += bytes.toString()))
      socket.on('error', ({ message }: Error) => (why = message))
      socket.write('GET /feed/sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await expect.poll(() => got, SOON).toContain('event:hello')
      const before = got
      expect(await mine.fault('sse', 'tamper')).toBe(1)
      await publish(lab, 1)
      await expect.poll(() => why, SOON).toMatch(/bad record mac|cipher operation failed/)
      expect(got).toBe(before)
      // The client has not hung up: the alert is enough (RFC 8446 §6.2).
      await expect.poll(async () => (await mine.door('sse')).traffic.open, SOON).toBe(0)
    },
  )

  test.each(Object.keys(faults) as Fault[])(
    '%s: every client is without events as long as it lasts, comes back, and missed nothing',
    { timeout: 60_000 },
    async (fault) => {
      const { away, limits, withinMs } = faults[fault]
      const { lab, bench } = await labWithBenches(limits && { limits })
      const mine = await bench()
      const { doors } = await mine.state()
      const all = transportNames.map((transport) => ({
        transport,
        // In a stall as the page polls: who asks each 20 ms calls its line dead after 5.02 s (transports/polling), which a stall of 5 s can be.
        follower: through(lab, doors[transport].port, { transport, ...(fault === 'stall' && { pollMs: 1000 }) }),
      }))
      await Promise.all(all.map(({ follower }) => open(follower)))
      await publish(lab, 3)
      await Promise.all(all.map(({ follower }) => follower.until(() => follower.events.length === 3, 'three events')))
      const began = performance.now()
      await Promise.all(
        all.map(async ({ transport, follower }) => {
          // A client that asks anew before its answer has quite ended takes a second connection.
          expect(await mine.fault(transport, fault)).toBeGreaterThanOrEqual(1)
          // A server that takes leave ends its lines in order, a moment later: who is still there gets what comes meanwhile.
          if (fault === 'cut' || fault === 'restart')
            await follower.until(() => follower.states.includes('waiting'), 'the loss', withinMs)
        }),
      )
      await publish(lab, 20)
      await Promise.all(
        all.map(async ({ follower }) => {
          await follower.until(() => follower.events.length === 23, 'the events after it', withinMs)
          expect(performance.now() - began).toBeGreaterThan(away)
          expect(follower.verdict()).toMatchObject(whole)
          if (fault === 'stall') expect(follower.states).not.toContain('waiting')
          else expect(follower.states).toContain('waiting')
        }),
      )
      for (const { traffic } of Object.values((await mine.state()).doors)) {
        if (fault === 'stall') expect(traffic.connections).toBe(1)
        else expect(traffic.connections).toBeGreaterThanOrEqual(2)
      }
    },
  )
})

test('a server that is away refuses whoever comes, is not stopped twice, and is back on the same port', async () => {
  const { lab, ask, bench } = await labWithBenches()
  const mine = await bench()
  const { port } = await mine.door('sse')
  expect(await mine.fault('sse', 'restart')).toBe(0)
  await expect(dial(lab, port)).rejects.toThrow(/ECONNRESET|disconnected/)
  const again = await ask('POST', `bench/${mine.id}/sse/fault`, { fault: 'restart' })
  expect([again.status, again.body]).toEqual([409, error('away')])
  await sleep(2200)
  const follower = through(lab, port, { transport: 'sse' })
  await open(follower)
})

test('a guest cuts all lanes eight times in a row; a flood of changes is refused, and to publish has a budget of its own', async () => {
  // A connection that waits for its next request is not to be ended in the very moment of it: what is posted is not sent twice.
  const { lab, ask } = await labWithBenches({ limits: { idleMs: 60_000 } })
  const platform = nodePlatform({ ca: lab.authority!.ca })
  afterwards(() => platform.close())
  const cookie = (await platform.fetch(`${lab.url}/lab`)).headers.get('set-cookie')!.split(';')[0]!
  const guest = { cookie, origin: lab.url }
  const { id } = (await ask('POST', 'bench', undefined, guest)).body as { id: string }
  const cut = async (lane: string) => (await ask('POST', `bench/${id}/${lane}/fault`, { fault: 'cut' }, guest)).status
  const send = async () => {
    const headers = { ...guest, 'content-type': 'application/json' }
    const answer = await platform.fetch(`${lab.url}/feed`, {
      method: 'POST',
      headers,
      body: '{"type":"note","data":1}',
    })
    return [answer.status, ((await answer.json()) as { error?: { message: string } }).error?.message]
  }
  for (let click = 0; click < 8; click++)
    expect(await Promise.all(transportNames.map(cut))).toEqual(transportNames.map(() => 200))
  const flood = await Promise.all(Array.from({ length: 210 }, () => cut('sse'))) // more than ten seconds may have two of 100
  expect(flood.filter((status) => status === 429).length).toBeGreaterThan(0)
  expect(await send()).toEqual([201, undefined])
  const notes = await Promise.all(Array.from({ length: 70 }, send))
  expect(notes.filter(([status]) => status === 201).length).toBeGreaterThan(20)
  expect(notes.find(([status]) => status === 429)).toEqual([429, 'at most 30 events in 10 s'])
})

test('while a server cannot start again its door refuses, whoever has its old port by then; it tries until it can', async () => {
  const { listen } = Server.prototype
  const listening = vi.spyOn(Server.prototype, 'listen')
  afterwards(() => listening.mockRestore())
  const { lab, bench } = await labWithBenches({ report: () => undefined }, {}, true)
  const mine = await bench()
  const { port } = await mine.door('sse')
  const before = (listening.mock.contexts as Server[]).map((server) => ({
    ...{ server, port: (server.address() as AddressInfo).port },
  }))
  listening.mockImplementation(() => {
    throw Object.assign(new Error('no descriptor is free'), { code: 'EMFILE' })
  })
  await mine.fault('sse', 'restart')
  await expect.poll(() => lab.metrics.uncaught, SOON).toBeGreaterThan(1)
  let visits = 0
  const stranger = createServer((socket) => {
    visits++
    socket.destroy()
  })
  const old = before.find(({ server }) => !server.listening)!.port
  listen.call(stranger, { port: old, host: '127.0.0.1' })
  await once(stranger, 'listening')
  afterwards(() => void stranger.close())
  await expect(dial(lab, port)).rejects.toThrow(/ECONNRESET|disconnected/)
  expect(visits).toBe(0)
  listening.mockRestore()
  await open(through(lab, port, { transport: 'sse' }))
})

test('what one page does to its doors, another page does not feel', async () => {
  const { lab, bench } = await labWithBenches()
  const [mine, yours] = [await bench(), await bench()]
  const followers = await Promise.all(
    transportNames.map(async (transport) => through(lab, (await yours.door(transport)).port, { transport })),
  )
  await Promise.all(followers.map(open))
  for (const transport of transportNames) {
    await mine.set(transport, { http: '1.1', profile: 'satellite', buffering: true })
    for (const fault of ['cut', 'freeze', 'restart'] as const) await mine.fault(transport, fault)
  }
  await publish(lab, 5)
  await Promise.all(followers.map((each) => each.until(() => each.events.length === 5, 'the events')))
  for (const { states } of followers) expect(states).toEqual(['connecting', 'open'])
  for (const { settings } of Object.values((await yours.state()).doors)) expect(settings.profile).toBe('none')
})

test('there are 16 benches and no more; one that has ended makes room', async () => {
  const { ask, bench } = await labWithBenches()
  const all = await Promise.all(Array.from({ length: 16 }, bench))
  const { status, headers, body } = await ask('POST', 'bench')
  expect([status, headers.get('retry-after'), body]).toEqual([503, '10', error('too_many_benches')])
  expect((await ask('DELETE', `bench/${all[0]!.id}`)).status).toBe(204)
  await bench()
})

test('a bench ends when nobody has asked about it for so long, and its ports close', async () => {
  const { lab, ask, bench } = await labWithBenches({}, { leaseMs: 1000 })
  const [kept, left] = [await bench(), await bench()]
  const { doors } = await left.state()
  for (let n = 0; n < 4; n++) {
    await sleep(400)
    await kept.state()
  }
  expect((await ask('GET', `bench/${left.id}`)).body).toEqual(error('no_bench'))
  for (const { port } of Object.values(doors)) await expect(dial(lab, port)).rejects.toThrow('ECONNREFUSED')
  expect((await ask('DELETE', `bench/${kept.id}`)).status).toBe(204)
  expect((await ask('GET', `bench/${kept.id}`)).status).toBe(404)
})

test('a lab that stops ends its benches within 5 s, whatever is done to their lines', async () => {
  // A WebSocket whose goodbye nobody answers would be waited for for so long.
  const { lab, bench } = await labWithBenches({ limits: { closeMs: 20_000, stopMs: 10_000 } })
  const [mine, yours] = [await bench(), await bench()]
  const ports: number[] = []
  for (const each of [mine, yours])
    for (const [transport, { port }] of Object.entries((await each.state()).doors)) {
      ports.push(port)
      await open(through(lab, port, { transport: transport as 'sse' }))
    }
  for (const transport of transportNames) await mine.fault(transport, 'freeze')
  await mine.fault('wss', 'restart')
  await yours.fault('sse', 'restart')
  await yours.set('wss', { profile: 'satellite' })
  await yours.set('polling', { buffering: true })
  const began = performance.now()
  expect(await lab.close()).toEqual({ forced: false })
  expect(performance.now() - began).toBeLessThan(5000)
  for (const port of ports) await expect(dial(lab, port)).rejects.toThrow('ECONNREFUSED')
})

test('a storm: clients open, are dropped at once, and come back; one at a time', async () => {
  const { ask, bench } = await labWithBenches()
  const mine = await bench()
  for (const [jitter, transport, clients] of [
    [false, 'sse', 40],
    [true, 'wss', 12],
  ] as const) {
    const order = { transport, lane: 'polling', clients, jitter } as const
    const before = (await mine.door('polling')).traffic.connections
    const { now: began } = await mine.state()
    expect((await ask('POST', `bench/${mine.id}/storm`, order)).status).toBe(202)
    const second = await ask('POST', `bench/${(await bench()).id}/storm`, order)
    expect([second.status, second.body]).toEqual([409, error('storm_under_way')])
    const phases = new Set<string>()
    let storm
    do {
      await sleep(50)
      storm = (await mine.state()).storm!
      phases.add(storm.phase)
    } while (storm.phase !== 'done' && storm.phase !== 'failed')
    expect(storm).toMatchObject({ ...order, phase: 'done', open: 0, back: clients })
    expect(phases).toContain('opening')
    expect(storm.attempts).toBeGreaterThanOrEqual(clients)
    expect(storm.attemptsPer100Ms.reduce((a, b) => a + b)).toBe(storm.attempts)
    expect(storm.backMsMax!).toBeGreaterThanOrEqual(storm.backMsP50!)
    if (jitter) expect(storm.backMsMax!).toBeGreaterThan(200) // of 12 waits up to 500 ms, none over 200: 2e-5
    const { now: ended } = await mine.state() // of one clock with the drop, though that was seen by another process
    expect(storm.droppedAt!).toBeGreaterThan(began)
    expect(storm.droppedAt! + storm.backMsMax!).toBeLessThan(ended)
    const { traffic } = await mine.door('polling')
    expect(traffic.connections - before).toBeGreaterThanOrEqual(2 * clients)
  }
  expect((await mine.door('polling')).traffic.open).toBe(0)
})

test('a page is told that a storm of another bench is under way, and nothing else of it', async () => {
  const { ask, bench } = await labWithBenches()
  const [one, two] = [await bench(), await bench()]
  const inLab = async () => {
    const told = await Promise.all(['../lab', 'lanes?lane=x'].map((path) => ask('GET', path)))
    return told.map(({ body }) => (body as { storms: number }).storms)
  }
  const elsewhere = async () => [(await one.state()).stormElsewhere, (await two.state()).stormElsewhere]
  const order = { transport: 'sse', lane: 'polling', clients: 100, jitter: false }
  expect([await elsewhere(), await inLab()]).toEqual([
    [false, false],
    [0, 0],
  ])
  // The second one begins when it has had one of its own, too: that is another one.
  for (const [mine, yours] of [
    [one, two],
    [two, one],
  ] as const) {
    const before = await yours.state()
    expect((await ask('POST', `bench/${mine.id}/storm`, order)).status).toBe(202)
    const { storm, stormElsewhere, ...rest } = await yours.state()
    expect([storm, stormElsewhere]).toEqual([before.storm, true])
    expect(Object.keys(rest).toSorted()).toEqual(['changes', 'doors', 'now', 'payloadBytes', 'perSecond'])
    expect(JSON.stringify(await ask('GET', `bench/${yours.id}`))).not.toContain(mine.id)
    expect(await mine.state()).toMatchObject({ storm: order, stormElsewhere: false })
    expect(await inLab()).toEqual([1, 1])
    expect((await ask('DELETE', `bench/${mine.id}/storm`)).status).toBe(204)
    expect([await elsewhere(), await inLab()]).toEqual([
      [false, false],
      [0, 0],
    ])
  }
})

test('/metrics counts what comes in at doors apart from the lab’s own port, and goes on counting when a bench has ended', async () => {
  const { lab, ask, bench } = await labWithBenches()
  const { id, door, state } = await bench()
  const follower = through(lab, (await door('sse')).port, { transport: 'sse' })
  await open(follower)
  await publish(lab, 3)
  await follower.until(() => follower.events.length === 3, 'the events')
  const counted = async () =>
    new Map(
      [...(await lab.metrics.text()).matchAll(/^wirelab_(\S+) (\d+)$/gm)].map(([, name, n]) => [name!, Number(n)]),
    )
  const now = await counted()
  expect(['benches', 'doors', 'storms', 'door_connections_open'].map((name) => now.get(name))).toEqual([1, 4, 0, 1])
  expect(now.get('door_requests_total{path="/feed/sse"}')).toBe(1)
  expect(now.get('door_requests_open{path="/feed/sse"}')).toBe(1)
  expect(now.get('requests_total{path="/feed/sse"}')).toBeUndefined()
  await follower.close()
  const { traffic } = Object.values((await state()).doors).reduce((a, b) => (a.traffic.requests > 0 ? a : b))
  const down = 'door_bytes_total{layer="tls",direction="down"}'
  expect((await counted()).get(down)).toBe(traffic.tls.down)
  expect((await ask('DELETE', `bench/${id}`)).status).toBe(204)
  const after = await counted()
  expect(['benches', 'doors', 'door_connections_open'].map((name) => after.get(name))).toEqual([0, 0, 0])
  expect(after.get('door_requests_total{path="/feed/sse"}')).toBe(1)
  expect(after.get(down)).toBeGreaterThanOrEqual(traffic.tls.down)
  expect(after.get('bytes_total{layer="tls",direction="down"}')).toBeGreaterThan(0)
})

describe('who may', () => {
  test('the page does, with its session and its Origin; nobody else', async () => {
    const { lab, ask } = await labWithBenches()
    const platform = nodePlatform({ ca: lab.authority!.ca })
    afterwards(() => platform.close())
    const { headers } = await platform.fetch(lab.url)
    const cookie = headers.get('set-cookie')!.split(';', 1)[0]!
    const page = { cookie, origin: lab.url, 'sec-fetch-site': 'same-origin' }
    const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status
    const { body } = await ask('POST', 'bench', undefined, page)
    const { id } = body as { id: string }
    expect(await status('GET', `bench/${id}`, undefined, { cookie })).toBe(200) // a browser names no Origin when it reads
    expect(await status('PUT', `bench/${id}/sse`, { profile: 'lan' }, page)).toBe(200)
    for (const [method, path, sent] of [
      ['POST', 'bench', undefined],
      ['PUT', `bench/${id}/sse`, {}],
      ['POST', `bench/${id}/sse/fault`, { fault: 'cut' }],
      ['POST', `bench/${id}/storm`, {}],
      ['PUT', `bench/${id}/rate`, {}],
      ['DELETE', `bench/${id}/rate`, undefined],
      ['DELETE', `bench/${id}`, undefined],
    ] as const) {
      expect(await status(method, path, sent, {})).toBe(401)
      expect(await status(method, path, sent, { cookie })).toBe(403)
      expect(await status(method, path, sent, { ...page, origin: 'https://evil.example' })).toBe(403)
      expect(await status(method, path, sent, { ...page, 'sec-fetch-site': 'same-site' })).toBe(403)
    }
    expect(await status('GET', `bench/${id}`, undefined, {})).toBe(401)
    expect(await status('GET', `bench/${id}`, undefined, { cookie, origin: 'https://evil.example' })).toBe(403)
    expect(await status('GET', `bench/${id}`, undefined, { cookie })).toBe(200)
  })

  test('a bench is for the session that opened it, and for the key; one session has four at most', async () => {
    const { lab, ask } = await labWithBenches()
    const platform = nodePlatform({ ca: lab.authority!.ca })
    afterwards(() => platform.close())
    const pageOf = async () => {
      const { headers } = await platform.fetch(lab.url)
      const cookie = headers.get('set-cookie')!.split(';', 1)[0]!
      return { cookie, origin: lab.url, 'sec-fetch-site': 'same-origin' }
    }
    const [mine, yours] = [await pageOf(), await pageOf()]
    const openedBy = async (page: Record<string, string>) =>
      (await ask('POST', 'bench', undefined, page)).body as { id: string }
    const { id } = await openedBy(mine)
    const event = (await publish(lab, 1))[0]!.id
    for (const [method, path, sent, status] of [
      ['GET', `bench/${id}`, undefined, 200],
      ['GET', `bench/${id}/sse/wire`, undefined, 200],
      ['GET', `bench/${id}/published/${event}`, undefined, 200],
      ['PUT', `bench/${id}/sse`, {}, 200],
      ['POST', `bench/${id}/sse/fault`, { fault: 'cut' }, 200],
      ['POST', `bench/${id}/storm`, {}, 400],
      ['PUT', `bench/${id}/rate`, { perSecond: 5, payloadBytes: 0 }, 409],
      ['DELETE', `bench/${id}/rate`, undefined, 409],
      ['DELETE', `bench/${id}`, undefined, 204],
    ] as const) {
      const answer = await ask(method, path, sent, yours)
      expect([answer.status, answer.body]).toEqual([404, error('no_bench')])
      if (path !== `bench/${id}`) expect((await ask(method, path, sent)).status).toBe(status)
      expect((await ask(method, path, sent, mine)).status).toBe(status)
    }
    const all = await Promise.all(Array.from({ length: 6 }, () => openedBy(mine)))
    const seventh = await ask('POST', 'bench', undefined, mine)
    expect([seventh.status, seventh.headers.get('retry-after'), seventh.body]).toEqual([
      429,
      '10',
      error('too_many_benches'),
    ])
    expect((await ask('POST', 'bench', undefined, yours)).status).toBe(201)
    expect((await ask('DELETE', `bench/${all[0]!.id}`, undefined, mine)).status).toBe(204)
    expect((await ask('POST', 'bench', undefined, mine)).status).toBe(201)
  })

  test('a door lets the page of its lab read, and no other Origin; it carries the feed only', async () => {
    const { lab, bench } = await labWithBenches()
    const { port } = await (await bench()).door('polling')
    const platform = nodePlatform({ ca: lab.authority!.ca })
    afterwards(() => platform.close())
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const response = await platform.fetch(`https://localhost:${port}${path}`, { headers })
      await response.body?.cancel()
      return [response.status, response.headers.get('access-control-allow-origin')]
    }
    expect(await ask('/feed/polling')).toEqual([200, null])
    for (const origin of [lab.url, lab.url.replace('localhost', '127.0.0.1')])
      expect(await ask('/feed/polling', { origin })).toEqual([200, origin])
    for (const origin of [
      'https://evil.example',
      'null',
      `https://localhost.evil.example:${lab.port}`,
      `http://localhost:${lab.port}`,
      'https://localhost:1',
      `https://localhost:${port}`,
    ])
      expect(await ask('/feed/polling', { origin })).toEqual([403, null])
    expect((await ask('/feed/polling', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }))[0]).toBe(403)
    for (const path of ['/', '/lab', '/lab/bench', '/metrics', '/limits', '/healthz'])
      expect((await ask(path))[0]).toBe(404)
    for (const host of ['evil.example', `localhost.evil.example:${port}`]) {
      const socket = await dial(lab, port, { ALPNProtocols: ['http/1.1'] })
      socket.write(`GET /feed/polling HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      const [head] = (await new Promise<Buffer>((resolve) => socket.once('data', resolve))).toString().split('\r\n')
      expect(head).toBe('HTTP/1.1 421 Misdirected Request')
    }
  })

  test('a door gives leave (CORS preflight) for a conditional question to the page of its lab, and to no other Origin', async () => {
    const { lab, bench } = await labWithBenches()
    const { port } = await (await bench()).door('polling')
    const platform = nodePlatform({ ca: lab.authority!.ca })
    afterwards(() => platform.close())
    const preflight = async (url: string, origin: string) => {
      const headers = {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'if-none-match',
      }
      const response = await platform.fetch(`${url}/feed/polling`, { method: 'OPTIONS', headers })
      await response.body?.cancel()
      return [response.status, response.headers.get('access-control-allow-headers')]
    }
    expect(await preflight(`https://localhost:${port}`, lab.url)).toEqual([204, 'if-none-match'])
    expect(await preflight(`https://localhost:${port}`, 'https://evil.example')).toEqual([403, null])
    expect(await preflight(lab.url, lab.url)).toEqual([405, null]) // at its own origin a page needs no leave
  })

  test('the page may open connections to every port of its own host, and to no other host', async () => {
    const { lab } = await labWithBenches()
    const bare = await startTestLab()
    afterwards(() => bare.close())
    const policyOf = async ({ url, authority }: typeof lab) => {
      const platform = nodePlatform({ ca: authority!.ca })
      const { headers } = await platform.fetch(url)
      await platform.close()
      return /connect-src ([^;]*)/.exec(headers.get('content-security-policy')!)![1]!.split(' ')
    }
    expect(await policyOf(lab)).toEqual(["'self'", 'https://localhost:*', 'wss://localhost:*'])
    expect(await policyOf(bare)).not.toContain('https://localhost:*')
  })
})

describe('what is asked wrongly', () => {
  const [none, settings, fault, storm] = ['bench/none', 'bench/ID/sse', 'bench/ID/sse/fault', 'bench/ID/storm']
  const rate = 'bench/ID/rate'
  const order = { transport: 'sse', lane: 'sse', clients: 10, jitter: true }
  test.each([
    ['GET', none, undefined, 404, 'no_bench'],
    ['PUT', `${none}/rate`, { perSecond: 5, payloadBytes: 0 }, 404, 'no_bench'],
    ['DELETE', `${none}/rate`, undefined, 404, 'no_bench'],
    ['PUT', rate, { perSecond: 201, payloadBytes: 0 }, 400, 'bad_message'],
    ['PUT', rate, { perSecond: 5 }, 400, 'bad_message'],
    ['PUT', rate, { perSecond: 5, payloadBytes: 67 }, 400, 'bad_message'],
    ['GET', rate, undefined, 405, 'method_not_allowed'],
    ['DELETE', none, undefined, 404, 'no_bench'],
    ['PUT', `${none}/sse`, {}, 404, 'no_bench'],
    ['POST', `${none}/sse/fault`, { fault: 'cut' }, 404, 'no_bench'],
    ['POST', `${none}/storm`, order, 404, 'no_bench'],
    ['PUT', 'bench/ID/floor', {}, 404, 'no_lane'],
    ['PUT', 'bench/ID/__proto__', {}, 404, 'no_lane'],
    ['PUT', settings, '{', 400, 'bad_message'],
    ['PUT', settings, '[]', 400, 'bad_message'],
    ['PUT', settings, { http: '3' }, 400, 'bad_message'],
    ['PUT', settings, { tls: '1.1' }, 400, 'bad_message'],
    ['PUT', settings, { profile: 'toString' }, 400, 'bad_message'],
    ['PUT', settings, { batchMs: 1001 }, 400, 'bad_message'],
    ['PUT', settings, { batchMs: 0.5 }, 400, 'bad_message'],
    ['PUT', settings, { idleCutMs: 1 }, 400, 'bad_message'],
    ['PUT', settings, { downBytesPerSecond: 1 }, 400, 'bad_message'],
    ['PUT', settings, { buffering: 1 }, 400, 'bad_message'],
    ['PUT', settings, { delayMs: 1 }, 400, 'bad_message'],
    ['POST', fault, {}, 400, 'bad_message'],
    ['POST', fault, { fault: 'fire' }, 400, 'bad_message'],
    ['POST', storm, { ...order, clients: 1001 }, 400, 'bad_message'],
    ['POST', storm, { ...order, clients: 0 }, 400, 'bad_message'],
    ['POST', storm, { ...order, lane: 'floor' }, 400, 'bad_message'],
    ['POST', storm, { ...order, jitter: undefined }, 400, 'bad_message'],
    ['GET', 'bench/ID/sse/wire?after=x', undefined, 400, 'bad_after'],
    ['GET', 'bench/ID/sse/wire?after=1&after=2', undefined, 400, 'bad_after'],
    ['GET', 'bench/ID/sse/wire?before=1', undefined, 400, 'bad_parameter'],
    ['GET', 'bench/ID/sse/wire?__proto__=1', undefined, 400, 'bad_parameter'],
    ['GET', 'bench', undefined, 405, 'method_not_allowed'],
    ['GET', settings, undefined, 405, 'method_not_allowed'],
    ['PUT', storm, {}, 405, 'method_not_allowed'],
    ['PATCH', 'bench/ID', undefined, 405, 'method_not_allowed'],
    ['GET', 'bench/ID/sse/more', undefined, 404, 'not_found'],
  ])('%s /lab/%s %j: %i %s', async (method, path, body, status, code) => {
    const { ask, bench } = await labWithBenches()
    const { id } = await bench()
    const answer = await ask(method, path.replace('ID', id), body)
    expect([answer.status, answer.body]).toEqual([status, error(code)])
  })
})

test('a lab without a room for benches has none', async () => {
  const lab = await startTestLab()
  afterwards(() => lab.close())
  const platform = nodePlatform({ ca: lab.authority!.ca })
  const { status } = await platform.fetch(`${lab.url}/lab/bench`, { method: 'POST' })
  await platform.close()
  expect(status).toBe(404)
})

const error = (code: string) => ({ error: { code, message: expect.any(String) as string } })
