// Benches and doors: each setting and each fault does on the wire what it says, whatever the transport, and nothing is lost.
import { afterEach, describe, expect, test } from 'vitest'
import { benchRoom } from '../src/lab/room.ts'
import type { DoorState } from '../src/lab/door.ts'
import type { Changes, Fault } from '../src/lab/settings.ts'
import type { StormState } from '../src/lab/storm/storm.ts'
import type { Lab, LabOptions } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import type { WireConnection, WireRecord } from '../src/lab/wire/capture.ts'
import { follow, ids, open, publish, startTestLab, text } from './lab.ts'
import { plainOf } from './tapped.ts'

let cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
})

interface BenchState {
  doors: Record<TransportName, DoorState>
  perSecond: number | null
  payloadBytes: number | null
  storm: StormState | null
  now: number
}

async function started(options: LabOptions = {}, room: Parameters<typeof benchRoom>[0] = {}) {
  const limits = { retryMs: 20, messagesPer10s: 1000, ...options.limits }
  const lab = await startTestLab({ ...options, limits, lab: benchRoom(room) })
  const platform = nodePlatform({ ca: lab.authority!.ca })
  cleanUp.push(async () => {
    await platform.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  })
  const key = { authorization: `Bearer ${lab.publishKey}` }
  /** As a script would, with the key. */
  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = key) {
    const response = await platform.fetch(`${lab.url}/lab/bench${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as never),
    }
  }
  return { lab, platform, ask, ...benchOf(lab, ask) }
}

function benchOf(
  _: Lab,
  ask: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>,
) {
  return {
    async bench() {
      const { status, body } = await ask('POST', '')
      expect(status).toBe(201)
      const { id } = body as { id: string }
      const state = async () => (await ask('GET', `/${id}`)).body as BenchState
      return {
        id,
        state,
        door: async (lane: TransportName) => (await state()).doors[lane],
        set: (lane: TransportName, changes: Changes) => ask('PUT', `/${id}/${lane}`, changes),
        fault: async (lane: TransportName, fault: Fault) => {
          const { status, body } = await ask('POST', `/${id}/${lane}/fault`, { fault })
          expect(status).toBe(200)
          return (body as { connections: number }).connections
        },
      }
    },
  }
}

/** The real client, through a door. */
function following(lab: Lab, transport: TransportName, port: number, more: Partial<Parameters<typeof follow>[1]> = {}) {
  const follower = follow(lab, { transport, port, ...more })
  cleanUp.push(() => follower.close())
  return follower
}
const whole = { lost: 0, duplicated: 0, reordered: 0 }

describe('a bench', () => {
  test('has a door for each transport, on a port of its own, that carries the feed', async () => {
    const { lab, bench } = await started()
    const { state } = await bench()
    const { doors, now } = await state()
    expect(Object.keys(doors)).toEqual(transportNames)
    expect(new Set([lab.port, ...Object.values(doors).map(({ port }) => port)]).size).toBe(5)
    expect(Math.abs(now - Date.now())).toBeLessThan(1000)
    for (const transport of transportNames) {
      const follower = following(lab, transport, doors[transport].port)
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

describe('the wire of a door', () => {
  const read = async (ask: Awaited<ReturnType<typeof started>>['ask'], path: string) =>
    (await ask('GET', path)).body as unknown as { connections: WireConnection[]; records: WireRecord[] }

  test.each(transportNames)(
    '%s: what passed, opened, on whatever TLS, before and after a restart',
    async (transport) => {
      const { lab, bench, ask } = await started()
      const mine = await bench()
      await mine.set(transport, { tls: transport === 'sse' ? '1.2' : '1.3' })
      const follower = following(lab, transport, (await mine.door(transport)).port, { after: 'earliest' })
      await open(follower)
      const events = await publish(lab, 3)
      await follower.until(() => follower.events.length === 3, 'three events')
      const { connections, records } = await read(ask, `/${mine.id}/${transport}/wire`)
      expect(connections.at(-1)).toMatchObject({
        tls: transport === 'sse' ? 'TLSv1.2' : 'TLSv1.3',
        ...(transport !== 'wss' && { alpn: 'http/1.1' }), // the package `ws` offers none
      })
      for (const event of events) expect(plainOf(records, false).toString()).toContain(text(event))
      expect(plainOf(records, true).toString()).toContain(`GET /feed/${transport}?`)
      const { now } = await mine.state()
      for (const { at } of records) expect(now - at).toBeLessThan(10_000)

      await mine.fault(transport, 'restart')
      const [late] = await publish(lab, 1)
      await follower.until(() => follower.events.length === 4, 'the event after it', 20_000)
      const further = await read(ask, `/${mine.id}/${transport}/wire?after=${records.at(-1)!.n}`)
      expect(further.records[0]!.n).toBe(records.at(-1)!.n + 1)
      expect(plainOf(further.records, false).toString()).toContain(text(late!))
      await follower.close()
      await expect.poll(async () => (await mine.door(transport)).traffic.open, { timeout: 5000 }).toBe(0)
      const { tls } = (await mine.door(transport)).traffic
      const all = (await read(ask, `/${mine.id}/${transport}/wire`)).records
      const sum = (isUp: boolean) => all.reduce((bytes, each) => bytes + (each.up === isUp ? each.cipherBytes : 0), 0)
      expect(sum(false)).toBe(tls.down)
      expect(sum(true)).toBeGreaterThanOrEqual(tls.up) // a server that leaves does not read everything that it is handed
    },
  )

  test('is for the page and for who has the key', async () => {
    const { bench, ask } = await started()
    const { id } = await bench()
    expect(await ask('GET', `/${id}/sse/wire`, undefined, {})).toMatchObject({ status: 401 })
    for (const after of ['-1', 'x', '1e3', '12345678901234567'])
      expect(await ask('GET', `/${id}/sse/wire?after=${after}`)).toMatchObject({ status: 400 })
    expect(await ask('GET', `/${id}/none/wire`)).toMatchObject({ status: 404 })
    expect(await ask('GET', `/${id}/sse/wire?after=9007199254740991`)).toMatchObject({ status: 200 })
    expect(await ask('POST', `/${id}/sse/wire`)).toMatchObject({ status: 405 })
  })
})

/** What each fault shows of itself, beside the loss that it must not cause. */
const faults: Record<Fault, { away: number; limits?: LabOptions['limits']; withinMs: number }> = {
  cut: { away: 0, withinMs: 10_000 },
  restart: { away: 2000, withinMs: 20_000 },
  stall: { away: 5000, withinMs: 20_000 },
  // Only silence tells of it: SSE and WSS miss the heartbeats, a long poll misses its answer after 30 s.
  freeze: { away: 800, limits: { heartbeatMs: 400, pingMs: 400, pongMs: 400 }, withinMs: 50_000 },
}

describe('a fault at a door', () => {
  test.each(Object.keys(faults) as Fault[])(
    '%s: every client is without events as long as it lasts, comes back, and missed nothing',
    { timeout: 60_000 },
    async (fault) => {
      const { away, limits, withinMs } = faults[fault]
      const { lab, bench } = await started(limits && { limits })
      const mine = await bench()
      const { doors } = await mine.state()
      const all = transportNames.map((transport) => ({
        transport,
        follower: following(lab, transport, doors[transport].port),
      }))
      await Promise.all(all.map(({ follower }) => open(follower)))
      await publish(lab, 3)
      await Promise.all(all.map(({ follower }) => follower.until(() => follower.events.length === 3, 'three events')))
      const began = performance.now()
      await Promise.all(
        all.map(async ({ transport, follower }) => {
          expect(await mine.fault(transport, fault)).toBe(1)
          expect((await mine.door(transport)).happened.at(-1)).toMatchObject({ what: fault, connections: 1 })
          if (fault === 'cut') await follower.until(() => follower.states.includes('waiting'), 'the loss', withinMs)
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
      for (const { traffic } of Object.values((await mine.state()).doors))
        expect(traffic.connections).toBe(fault === 'stall' ? 1 : 2)
    },
  )
})
