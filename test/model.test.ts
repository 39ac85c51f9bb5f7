// The model: what it says is what the lessons say, what a simulation finds, and what the sockets of a live lab count.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { afterEvent, anyTime } from '../bench/arrivals.ts'
import { headsOf, recorded } from '../bench/heads.ts'
import type { Arrivals } from '../bench/arrivals.ts'
import { counted, sum } from '../bench/layers.ts'
import { latency, modelled, perSecond, predict, usual } from '../bench/model.ts'
import type { Conditions, Modelled } from '../bench/model.ts'
import { predictionsOf } from '../bench/predictions.ts'
import { seeded } from '../src/core/random.ts'
import { checkResults } from '../bench/results.ts'
import type { Results, Row } from '../bench/results.ts'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { follow, open, publish, sleep, startTestLab } from './lab.ts'

const lessons = {} as Record<Modelled | 'all', string>
beforeAll(async () => {
  const read = (path: string) => readFile(join(import.meta.dirname, '..', path), 'utf8')
  for (const name of modelled) lessons[name] = await read(`transports/${name}/README.md`)
  lessons.all = await read('README.md')
})

/** Many events an answer, so that none is empty; alone on the wire, and nothing but events. */
const plain: Conditions = { ...usual, heartbeatSeconds: 0, pingSeconds: 0, togetherMs: 0 }
const bytes = (transport: Modelled, conditions: Conditions) => {
  const { up, down } = predict(transport, conditions).bytesPerEvent
  return { up: counted(up), down: counted(down), total: counted(up) + counted(down) }
}
const everySecond = (transport: Modelled, conditions: Conditions) => {
  const { up, down } = perSecond(transport, conditions)
  return counted(up) + counted(down)
}

describe('what the lessons derive, evaluated, is what the model says', () => {
  const many = {
    ...plain,
    rate: 40,
    pollMs: 900,
    roundTripMs: 100,
    cursor: 14,
    payload: 321,
    headUp: 82,
    headDown: recorded['long-polling'].headDown,
  }

  it('polling', () => {
    const mean = 1000 * said('polling', /^mean = median = .* = (.*?) {3}/m, many)
    expect(latency('polling', many)).toEqual({ p50Ms: mean, meanMs: mean })
    expect(bytes('polling', many).total).toBeCloseTo(said('polling', PER_EVENT, many), 6)
    expect(everySecond('polling', { ...many, rate: 0 })).toBeCloseTo(said('polling', SILENCE, many), 6)
    const n = many.rate // the cycle is a second
    expect(bytes('polling', many).up * n).toBeCloseTo(said('polling', /up (.*?) {3}/, many), 6)
    expect(bytes('polling', many).down * n).toBeCloseTo(said('polling', /down (.*)$/m, many, { n }), 6)
  })

  it.each([1, 8, 300])('long polling, %i events a second', (rate) => {
    const conditions = { ...many, rate, waitSeconds: 25 }
    const n = said('long-polling', /^n = (.*?) {3}/m, conditions)
    const lesson = (formula: RegExp) => said('long-polling', formula, conditions, { n })
    const { requestsPerEvent } = predict('long-polling', conditions)
    expect(1 / requestsPerEvent).toBeCloseTo(n, 9)
    expect(latency('long-polling', conditions).meanMs).toBeCloseTo(1000 * lesson(/^mean = (.*?) {3}/m), 6)
    // The lesson counts a comma less than events in each answer, an empty one too: there its 68 is 69.
    const empty = requestsPerEvent * Math.exp(-rate * (25 + 0.1))
    expect(bytes('long-polling', conditions).total).toBeCloseTo(lesson(PER_EVENT) + empty, 6)
    expect(everySecond('long-polling', { ...conditions, rate: 0 })).toBeCloseTo(lesson(SILENCE), 6)
  })

  it('SSE', () => {
    const conditions = { ...many, streamSeconds: 300, pauseSeconds: 1.2 }
    const lesson = (formula: RegExp) => said('sse', formula, conditions)
    expect(latency('sse', conditions).meanMs).toBeCloseTo(1000 * lesson(/^mean = (.*?) {3}/m), 6)
    expect(latency('sse', conditions).p50Ms).toBeCloseTo(1000 * lesson(/median = (.*?) {3}/), 6)
    expect(bytes('sse', conditions).up).toBe(0)
    expect(bytes('sse', conditions).down).toBeCloseTo(lesson(PER_EVENT), 6)
    expect(everySecond('sse', { ...usual, cursor: 14, rate: 0 })).toBeCloseTo(
      said('sse', SILENCE, { ...many, cursor: 14 }),
      6,
    )
  })

  it.each([
    [125, 2],
    [126, 4],
    [16_000, 4],
  ])('WSS, events of %i bytes', (payload, f) => {
    const conditions = { ...many, payload }
    const lesson = (formula: RegExp) => said('wss', formula, conditions, { f })
    expect(latency('wss', conditions)).toEqual(both(1000 * lesson(/^down: mean = median = (.*?) {3}/m)))
    expect(bytes('wss', conditions)).toEqual({ up: 0, down: lesson(PER_EVENT), total: lesson(PER_EVENT) })
    expect(everySecond('wss', { ...usual, cursor: 14, rate: 0 })).toBeCloseTo(lesson(SILENCE), 6)
  })

  it('the floor', () => {
    expect(lessons.floor).toContain('`payload + 4 + 22`')
    expect(lessons.floor).toContain('`t / 2`')
    expect(bytes('floor', many)).toEqual({ up: 0, down: 321 + 4 + 22, total: 321 + 4 + 22 })
    expect(latency('floor', many).meanMs).toBe(50)
    expect(everySecond('floor', { ...many, rate: 0 })).toBe(0)
  })

  it('and the table of the first page', () => {
    const cells = /^\| bytes per event \|(.*)\|$/m.exec(lessons.all)![1]!.split('|')
    const n = 1 / predict('long-polling', many).requestsPerEvent
    for (const [i, name] of transportNames.entries()) {
      const formula = cells[i]!.replaceAll('`', '')
      expect(bytes(name, many).total).toBeCloseTo(evaluate(formula, { ...symbols(many), n, f: 4 }), 6)
    }
  })
})

describe('the arithmetic of arrivals, against a simulation', () => {
  it.each(['poisson', 'slots'] as const)('%s: a span from any moment, and one from an event', (arrivals) => {
    const times = schedule(arrivals, 1, 40_000)
    const random = seeded(5)
    for (const x of [0.2, 0.9, 1.4, 3]) {
      const starts = Array.from({ length: 20_000 }, () => random() * 39_000)
      expect(simulatedSpan(times, starts, x).mean).toBeCloseTo(anyTime(arrivals, x).mean, 1)
      expect(Math.abs(simulatedSpan(times, starts, x).empty - anyTime(arrivals, x).empty)).toBeLessThan(0.015)
      const from = times.slice(0, 30_000)
      expect(Math.abs(simulatedSpan(times, from, x).mean - afterEvent(arrivals, x).mean)).toBeLessThan(0.03)
      expect(Math.abs(simulatedSpan(times, from, x).empty - afterEvent(arrivals, x).empty)).toBeLessThan(0.015)
    }
  })

  it.each([
    ['poisson', 0.05],
    ['poisson', 1],
    ['poisson', 6],
    ['slots', 0.3],
    ['slots', 1],
    ['slots', 1.5],
    ['slots', 6],
  ] as const)('long polling, %s, %d events a round trip: events an answer, mean and median', (arrivals, x) => {
    const conditions = { ...plain, arrivals, rate: x, roundTripMs: 1000, waitSeconds: 1e6 }
    const { n, mean, median } = simulatedLongPolling(schedule(arrivals, x, 40_000), 1)
    // In step with the schedule (x = 1) it is an eighth too high: after an answer without a wait, no phase is assumed.
    expect(Math.abs(1 / predict('long-polling', conditions).requestsPerEvent / n - 1)).toBeLessThan(0.13)
    const { meanMs, p50Ms } = latency('long-polling', conditions)
    expect(Math.abs(meanMs / 1000 - mean)).toBeLessThan(0.15)
    expect(Math.abs(p50Ms / 1000 - median)).toBeLessThan(0.15)
  })
})

describe('bytes of a live lab, counted at its sockets', () => {
  let lab: Lab
  const heads = { polling: recorded.polling.headDown, 'long-polling': recorded['long-polling'].headDown }
  afterAll(() => lab.close())

  it.each(['sse', 'wss'] as const)(
    '%s: to the byte, over HTTP/1.1 and HTTP/2, one record and one frame',
    async (name) => {
      for (const http of ['1.1', '2'] as const) {
        lab = await startTestLab({ http })
        const client = follow(lab, { transport: name, http })
        await open(client)
        await sleep(100) // what HTTP/2 has to say to begin with
        const before = lab.wire.total()
        const [event] = await publish(lab, 1)
        await client.until(() => client.events.length === 1, 'the event')
        const after = lab.wire.total()
        const payload = JSON.stringify(event).length
        const conditions = { ...plain, http, payload, cursor: event!.id.length }
        expect(after.tls.down - before.tls.down).toBe(bytes(name, conditions).down)
        expect(after.plain.down - before.plain.down).toBe(bytes(name, conditions).down - 22)
        await client.close()
        await lab.close()
      }
    },
  )

  it.each(['polling', 'long-polling'] as const)('%s: with empty answers and full ones, within 1 %', async (name) => {
    lab = await startTestLab()
    const client = follow(lab, { transport: name, pollMs: 30 })
    await open(client)
    await publish(lab, 10) // from here on all cursors have two digits
    await client.until(() => client.events.length === 10, 'ten events')
    await sleep(100)
    const [before, started] = [lab.wire.total(), performance.now()]
    let payload = 0
    for (let n = 1; n <= 12; n++) {
      const [event] = await publish(lab, 1)
      payload += JSON.stringify(event).length / 12
      await client.until(() => client.events.length === 10 + n, 'an event')
      await sleep(60) // and polling asks for nothing in between, long polling is held again
    }
    const after = lab.wire.total()
    const seconds = (performance.now() - started) / 1000
    await client.close()
    const requests = after.requests - before.requests
    expect(requests).toBeGreaterThan(name === 'polling' ? 12 : 11)
    const cursor = client.events.at(-1)!.id.length
    const conditions: Conditions = {
      ...plain,
      ...{ payload, cursor, rate: 12 / seconds, pollMs: 30 },
      // A poll comes when it comes on a busy machine: the model is told how often it did.
      roundTripMs: name === 'polling' ? (1000 * seconds) / requests - 30 : 0,
      headUp: (after.plain.up - before.plain.up) / requests,
      headDown: heads[name] + (name === 'polling' ? cursor - 10 : 0), // of the lesson, where the ETag has ten bytes
    }
    const { up, down } = bytes(name, conditions)
    expect((after.tls.up - before.tls.up) / 12 / up).toBeCloseTo(1, 2)
    expect((after.tls.down - before.tls.down) / 12 / down).toBeCloseTo(1, 2)
  })

  it('over HTTP/2 an answer has two records, and a question one', async () => {
    lab = await startTestLab({ http: '2' })
    const client = follow(lab, { transport: 'polling', http: '2', pollMs: 20 })
    await open(client)
    await sleep(200)
    const { tls, plain: above, requests } = lab.wire.total()
    await sleep(300)
    const after = lab.wire.total()
    await client.close()
    const asked = after.requests - requests
    expect(asked).toBeGreaterThan(1)
    const { up, down } = predict('polling', { ...plain, http: '2' }).bytesPerEvent
    const [upward, downward] = [after.tls.up - tls.up, after.tls.down - tls.down]
    // An exchange may lie across an edge: one record more or less.
    expect(Math.abs(upward - (after.plain.up - above.up) - 22 * asked)).toBeLessThanOrEqual(22)
    expect(Math.abs(downward - (after.plain.down - above.down) - 44 * asked)).toBeLessThanOrEqual(44)
    expect(down.tls / up.tls).toBe(2)
  })
})

describe('what TCP and IP add', () => {
  it.each(['sse', 'wss', 'floor'] as const)(
    '%s: a segment for each event and an acknowledgement; for large ones one in two segments',
    (name) => {
      const slow = perSecond(name, { ...plain, rate: 1 })
      expect([slow.packetsDown, slow.packetsUp]).toEqual([1, 1])
      expect(slow.down.tcpip + slow.up.tcpip).toBe(104)
      const large = perSecond(name, { ...plain, rate: 1, payload: 14_000 })
      expect([large.packetsDown, large.packetsUp]).toEqual([10, 5])
    },
  )
  it('an exchange: question, answer, and what acknowledges the answer when no question follows', () => {
    const poll = perSecond('polling', { ...plain, rate: 1, pollMs: 1000, roundTripMs: 0 })
    expect([poll.packetsDown, poll.packetsUp]).toEqual([1, 2])
    const held = perSecond('long-polling', { ...plain, rate: 1, roundTripMs: 0 })
    expect([held.packetsDown, held.packetsUp].map(Math.round)).toEqual([2, 1])
  })
  it('more than 1448 bytes are two segments', () => {
    expect(perSecond('wss', { ...plain, rate: 1, payload: 1448 - 26 }).packetsDown).toBe(1)
    expect(perSecond('wss', { ...plain, rate: 1, payload: 1449 - 26 }).packetsDown).toBe(2)
  })
})

describe('whatever the conditions', () => {
  it.each(modelled)('%s: finite, no part below zero, more for more', (name) => {
    for (const arrivals of ['poisson', 'slots'] as const)
      for (const rate of [0.01, 0.5, 3, 40, 900])
        for (const pollMs of [10, 1000])
          for (const http of ['1.1', '2'] as const) {
            const conditions = { ...usual, arrivals, rate, pollMs, http, roundTripMs: 30 }
            const { up, down } = predict(name, conditions).bytesPerEvent
            for (const layers of [up, down])
              for (const part of Object.values<number>({ ...layers })) expect(part).toBeGreaterThanOrEqual(0)
            const total = (more: Partial<Conditions>) => {
              const found = perSecond(name, { ...conditions, ...more })
              return sum(found.up) + sum(found.down)
            }
            expect(total({ rate: rate * 2 })).toBeGreaterThan(total({}))
            expect(total({ payload: 400 })).toBeGreaterThan(total({}))
            expect(total({ recordBytes: 29 })).toBeGreaterThan(total({}))
          }
  })
  it('events that leave together share a record', () => {
    const window = predict('sse', { ...plain, rate: 100, togetherMs: 20 })
    expect(window.bytesPerEvent.down.tls).toBeCloseTo(22 / 3, 6) // the first, and two more in 20 ms
  })
  it('the median client has half of the clients before it', () => {
    expect(latency('wss', { ...plain, clients: 1000, deliveryUs: 8, roundTripMs: 10 }).p50Ms).toBe(5 + 4)
  })
})

describe('what is predicted of a row of the bench', () => {
  let reference: Results
  beforeAll(async () => {
    const path = join(import.meta.dirname, '../bench/results/reference/results.json')
    const run = checkResults(JSON.parse(await readFile(path, 'utf8')) as Results)
    // Whatever else the run has.
    const [scenarios, trials] = [run.scenarios.filter(({ name }) => name === 'steady'), run.trials.filter(({ scenario }) => scenario === 'steady')] // prettier-ignore
    reference = { ...run, scenarios, trials }
  })
  const isOf = (row: Row) => (each: { transport: string; repeat: number }) =>
    each.transport === row.transport && each.repeat === row.repeat
  const predictionOf = (row: Row, given = reference) => predictionsOf(given).find(isOf(row))
  /** All that a row measured, doubled or worse. */
  const odd = (row: Row): Row => ({
    ...row,
    layers: { up: { ...row.layers!.up, headers: 999 }, down: { ...row.layers!.down, headers: 9999 } },
    bytesPerEvent: { ...row.bytesPerEvent, payload: 777, total: 9999, headers: 999 },
    requestsPerEvent: 7,
    server: { ...row.server, cpuUsPerDelivery: 5000 },
    generator: { ...row.generator, answerMs: 300 },
    latencyMs: { ...row.latencyMs, p50: 8000 },
  })
  const without = (keep: (row: Row) => boolean) => ({ ...reference, trials: reference.trials.filter(keep) })

  it.each(modelled)('%s: whatever the row itself measured, the prediction is the same', (name) => {
    const row = reference.trials.find((each) => each.transport === name && each.repeat === 2)!
    const changed = { ...reference, trials: reference.trials.map((each) => (each === row ? odd(row) : each)) }
    expect(predictionOf(row, changed)).toEqual(predictionOf(row))
    expect(predictionOf(row)!.bytesPerEvent! / row.bytesPerEvent.total!).toBeCloseTo(1, 2) // and it is right
  })
  it('says of each input where it comes from', () => {
    const of = (transport: string) => predictionsOf(reference).find((each) => each.transport === transport)!.inputs
    expect(of('wss')).toEqual({
      ...{ payload: 'ordered', roundTripMs: 'ordered', deliveryUs: 'other repeats', lateMs: 'the null transport' },
    })
    expect(of('polling')).toEqual({
      ...{ payload: 'ordered', roundTripMs: 'other repeats' },
      ...{ headUp: 'the heads that the lesson recorded', headDown: 'the heads that the lesson recorded' },
    })
  })
  it('with one repeat the floor tells what a delivery takes; without it no median of a push is predicted', () => {
    const once = without(({ repeat }) => repeat === 1)
    const row = once.trials.find(({ transport }) => transport === 'wss')!
    expect(predictionOf(row, once)!.inputs!['deliveryUs']).toBe('the floor')
    const alone = without(({ repeat, transport }) => repeat === 1 && transport !== 'floor')
    expect(predictionOf(row, alone)).not.toHaveProperty('p50Ms')
    expect(predictionOf(row, alone)).toHaveProperty('bytesPerEvent')
    const polled = alone.trials.find(({ transport }) => transport === 'polling')!
    expect(predictionOf(polled, alone)).toMatchObject({ p50Ms: 251, inputs: { roundTripMs: 'ordered, and 1 ms' } })
  })
  it('the null transport of another scenario tells how late the source is, and it is said; of no run, nothing', () => {
    // Behind a network, where long polling has a median too, nobody measures the null transport.
    const [steady] = reference.scenarios as [Results['scenarios'][number]]
    const scenarios = [steady, { ...steady, name: 'network', points: [{ profile: '4g' }] }]
    const behind = reference.trials
      .filter(({ transport }) => transport !== 'null')
      .map((row) => ({ ...row, scenario: 'network', point: { profile: '4g' } }))
    const nobody = reference.trials.filter(({ transport }) => transport === 'null')
    const of = (trials: Row[], name: string) =>
      predictionsOf({ trials: [...behind, ...trials], scenarios }).find(
        ({ transport, scenario, repeat }) => transport === name && scenario === 'network' && repeat === 2,
      )!
    for (const name of ['sse', 'wss', 'long-polling', 'floor']) {
      expect(of([], name).p50Ms).toBeUndefined()
      const { p50Ms, inputs } = of(nobody, name)
      expect(inputs!['lateMs']).toBe('the null transport in steady')
      const later = nobody.map((row) => ({
        ...row,
        latencyMs: { ...row.latencyMs, p50: row.latencyMs.p50! + (row.repeat === 2 ? 7 : 100) },
      }))
      expect(of(later, name).p50Ms! - p50Ms!).toBeCloseTo(7, 1)
      const elsewhen = of(nobody.filter(({ repeat }) => repeat > 2), name) // prettier-ignore
      expect(elsewhen.inputs!['lateMs']).toBe('the null transport in steady, in other repeats')
      expect(elsewhen.p50Ms).toBeGreaterThan(0)
    }
  })
  it('of four other repeats counts what lies between the middle two', () => {
    const row = reference.trials.find(({ transport, repeat }) => transport === 'sse' && repeat === 1)!
    const p50Of = (...others: number[]) => {
      const cost = (each: Row): Row => ({
        ...each,
        server: { ...each.server, cpuUsPerDelivery: others[each.repeat - 2]! },
      })
      const trials = reference.trials.map((each) => (each.transport === 'sse' && each !== row ? cost(each) : each))
      return predictionOf(row, { ...reference, trials })!.p50Ms
    }
    expect(p50Of(100, 200, 400, 500)).toBe(p50Of(300, 300, 300, 300))
  })
  it('behind a batching window no median is predicted', () => {
    const scenarios = reference.scenarios.map((each) => ({ ...each, batchMs: 20 }))
    const row = reference.trials.find(({ transport }) => transport === 'wss')!
    expect(predictionOf(row, { ...reference, scenarios })?.p50Ms).toBeUndefined()
  })
  it('over HTTP/2 heads are those of the other repeats, and without any the bytes are not predicted', () => {
    const scenarios = reference.scenarios.map((each) => ({ ...each, http: '2' as const }))
    const row = reference.trials.find(({ transport }) => transport === 'polling')!
    const { inputs } = predictionOf(row, { ...reference, scenarios })!
    expect([inputs!['headUp'], inputs!['headDown']]).toEqual(['other repeats', 'other repeats'])
    const once = { ...without(({ repeat }) => repeat === 1), scenarios }
    expect(predictionOf(row, once)).not.toHaveProperty('bytesPerEvent')
  })
  it('an invalid trial predicts nothing of the others', () => {
    const row = reference.trials.find(({ transport, repeat }) => transport === 'sse' && repeat === 1)!
    const trials = reference.trials.map((each) => (each === row || each.transport !== 'sse' ? each : odd(each)))
    const broken = trials.map((each) => (each === row || each.transport !== 'sse' ? each : { ...each, valid: false }))
    expect(predictionOf(row, { ...reference, trials })!.p50Ms).toBeGreaterThan(100)
    expect(predictionOf(row, { ...reference, trials: broken })!.inputs!['deliveryUs']).toBe('the floor')
  })
  it.each(['polling', 'long-polling'] as const)('%s: the heads are those of the lesson', (name) => {
    const [, up, down, cursor] = /`h↑ = (\d+)`, `h↓ = (\d+)`, `c = (\d+)`/.exec(lessons[name])!.map(Number)
    expect(recorded[name]).toEqual({ headDown: down, cursor, lengthDigits: 3 })
    expect(headsOf(name, { cursor: cursor!, body: 106 }).headDown).toBe(down)
    // A body of four digits, a cursor of one more, which polling's answer repeats; the bench asks for a page, the lesson does not.
    expect(headsOf(name, { cursor: cursor! + 1, body: 1060 }).headDown).toBe(down! + (name === 'polling' ? 2 : 1))
    const lesson = `GET /feed/${name}?after=${'c'.repeat(10)} HTTP/1.1\r\nHost: localhost:8443\r\n\r\n`
    if (name === 'polling') expect(lesson).toHaveLength(up!)
    expect(headsOf(name, { cursor: 10, body: 106 }).headUp).toBe(lesson.length + '&limit=1000'.length + 1)
  })
})

const both = (ms: number) => ({ p50Ms: ms, meanMs: ms })

/** What stands under "What it costs" where the pattern has its group, evaluated. */
function said(name: Modelled, formula: RegExp, conditions: Conditions, more: Record<string, number> = {}): number {
  const section = /^## What it costs$(.*?)^## /ms.exec(lessons[name])![1]!
  return evaluate(formula.exec(section)![1]!, { ...symbols(conditions), ...more })
}
const PER_EVENT = /^per event: +(.*)$/m
const SILENCE = /^silence, per second: +(.*)$/m

function symbols({
  payload,
  cursor,
  rate,
  pollMs,
  roundTripMs,
  headUp,
  headDown,
  waitSeconds,
  streamSeconds,
  pauseSeconds,
}: Conditions) {
  return {
    ...{ p: payload, c: cursor, r: rate, i: pollMs / 1000, t: roundTripMs / 1000, w: waitSeconds },
    ...{
      hu: headUp,
      hd: headDown,
      h: headUp + headDown,
      K: 0,
      A: streamSeconds || Infinity,
      L: Infinity,
      g: pauseSeconds,
      e: Math.E,
    },
  }
}

/** A formula as it is printed, e.g. `p + 1 + (h + c + 68) / (r·(i + t))`. */
function evaluate(text: string, given: Record<string, number>): number {
  const code = text
    .replaceAll('h↑', 'hu')
    .replaceAll('h↓', 'hd')
    .replaceAll('·', '*')
    .replaceAll('−', '-')
    .replaceAll('²', '**2')
    .replace(/e\^\(/g, 'e**(')
    .replace(/(\d)([a-z])/g, '$1*$2')
  return runInNewContext(code, { ...given }) as number
}

function schedule(arrivals: Arrivals, rate: number, count: number): number[] {
  const random = seeded(11)
  let now = 0
  return Array.from({ length: count }, (_, slot) =>
    arrivals === 'slots' ? (slot + random()) / rate : (now -= Math.log(1 - random()) / rate),
  )
}

function simulatedSpan(times: number[], starts: number[], x: number) {
  let [events, empty] = [0, 0]
  for (const start of starts) {
    const inside = firstAfter(times, start + x) - firstAfter(times, start)
    events += inside
    if (inside === 0) empty++
  }
  return { mean: events / starts.length, empty: empty / starts.length }
}

/** Index of the first time beyond this. */
function firstAfter(times: number[], moment: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! <= moment) low = middle + 1
    else high = middle
  }
  return low
}

/** One client, a round trip of `t`: the server has no question from an answer on until `t` later. */
function simulatedLongPolling(times: number[], t: number) {
  const latencies: number[] = []
  let [answers, asked] = [0, 0]
  for (let next = 0; next < times.length; answers++) {
    const answered = Math.max(asked, times[next]!)
    for (; next < times.length && times[next]! <= answered; next++) latencies.push(answered - times[next]! + t / 2)
    asked = answered + t
  }
  latencies.sort((a, b) => a - b)
  const mean = latencies.reduce((total, each) => total + each, 0) / latencies.length
  return { n: times.length / answers, mean, median: latencies[latencies.length >> 1]! }
}
