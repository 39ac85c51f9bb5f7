// Each kind of trial, small and real: what its row says, and a fault that its row must not survive.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import type { Authority } from '../certs/authority.ts'
import { RowSchema } from '../bench/results.ts'
import type { Row } from '../bench/results.ts'
import { scenarios } from '../bench/scenarios.ts'
import type { Kind, Scenario } from '../bench/scenarios.ts'
import { ladder } from '../bench/kinds/ladder.ts'
import { setUp, tearDown } from '../bench/stage.ts'
import type { TrialOptions } from '../bench/stage.ts'
import { trial } from '../bench/trial.ts'
import { tlsVariants } from '../bench/variants.ts'
import { issue } from '../certs/issue.ts'
import { wallOffset } from '../src/server/clock.ts'
import { transportNames } from '../transports/clients.ts'

// Several run at once on a machine that is busy with them: how busy and how late is not what is looked at here.
const small: Scenario = {
  ...scenarios.steady,
  ...{ name: 'small', clients: 4, rate: 40, seconds: 0.5, warmSeconds: 0.1, pollMs: 100 },
  ...{ maxUtilisation: 1, maxGeneratorDelayMs: 10_000 },
}
const offset = wallOffset()
let directory: string
let authority: Authority

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wirelab-test-kinds-'))
  authority = await openAuthority(directory, ['localhost', '127.0.0.1'])
})
afterAll(() => rm(directory, { recursive: true }))

/** Of a kind that ends, the one row. */
async function run(
  kind: Kind,
  name: string,
  scenario: Partial<Scenario> = {},
  options: Partial<TrialOptions> = {},
): Promise<Row> {
  const rows = await trial({
    ...{ scenario: { ...small, kind, ...scenario }, transports: [name], repeat: 1, seed: 1, offset },
    ...{ placement: { about: '' }, credentials: authority.leaf, ca: authority.ca, ...options },
  })
  expect(rows).toHaveLength(1)
  return v.parse(RowSchema, rows[0])
}

const corrupt = { kind: 'corrupt', every: 4 } as const
const loss = { kind: 'loss', every: 2 } as const
const miscount = { kind: 'miscount', every: 20 } as const
const known = expect.any(Number) as number
const valid = { valid: true, lost: 0, duplicated: 0, reordered: 0, corrupt: 0 }
const COUNTS = /by the generator, \d+ by the server/
const ALTERED = /other bytes than were published/

describe.concurrent('window', { timeout: 60_000 }, () => {
  test.for([...transportNames, 'floor', 'ws-wss'])('%s: an event with other bytes is found', async (name) => {
    const row = await run('window', name, {}, { fault: corrupt })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(ALTERED) as string })
    expect(row.corrupt).toBeGreaterThan(0)
    expect(row.corrupt! % small.clients).toBe(0) // every client got it so
    expect(row.generator.answerMs ?? 1).toBeGreaterThan(0) // an answer comes after its question, not after the next one
  })
  test('a generator that is busier than usual, and still counts, is said in the row', async () => {
    const busy = await run('window', 'sse', { remarkAbove: 0 })
    expect(busy).toMatchObject({ ...valid, remark: expect.stringMatching(/^the generator was busy for more than 0 %/) as string }) // prettier-ignore
    expect((await run('window', 'sse', { remarkAbove: 1 })).remark).toBeUndefined()
  })
  test('one that is too busy for latencies gives none; bytes and the time of the server are there', async () => {
    const row = await run('window', 'sse', { latencyWithin: { utilisation: 0, delayMs: 1000 }, remarkAbove: 0 })
    expect(row).toMatchObject({ ...valid, delivered: row.expected, histogram: null })
    expect([row.latencyMs.p50, row.latencyMs.max, row.skewMs]).toEqual([null, null, undefined])
    expect([row.server.cpuUsPerDelivery! > 0, row.bytesPerEvent.total! > 0]).toEqual([true, true])
    expect(row.remark).toMatch(/busy for more than 0 % .* later than 1000 ms: no latency of it is given/)
    const late = await run('window', 'sse', { latencyWithin: { utilisation: 1, delayMs: 0 } })
    expect([late.valid, late.latencyMs.p50]).toEqual([true, null])
    const within = await run('window', 'sse', { latencyWithin: { utilisation: 1, delayMs: 10_000 } })
    expect([within.latencyMs.p50, within.remark]).toEqual([known, undefined])
  })
  test('a peer that alters nothing is valid', async () => {
    expect(await run('window', 'ws-wss')).toMatchObject(valid)
  })
  test('polling with a connection for each question: complete, and dearer than one for all; resumed less than new', async () => {
    const [kept, resumed, anew] = [
      await run('window', 'polling', { seconds: 1 }),
      await run('window', 'polling', { seconds: 1, connection: 'resumed' }),
      await run('window', 'polling', { seconds: 1, connection: 'new' }),
    ]
    for (const row of [kept, resumed, anew]) expect(row).toMatchObject({ ...valid, delivered: row.expected })
    // For each question: on a busy machine one of them brings more events.
    const tls = ({ bytesPerEvent, requestsPerEvent }: Row) => bytesPerEvent.tls! / requestsPerEvent!
    expect(tls(resumed)).toBeGreaterThan(tls(kept) + 100)
    expect(tls(anew)).toBeGreaterThan(tls(resumed) + 100)
  })
  test('two counts of the bytes that differ void it', async () => {
    const row = await run('window', 'floor', {}, { fault: miscount })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(COUNTS) as string })
  })
})

describe.concurrent('storm', { timeout: 60_000 }, () => {
  test('wss: all come back with a ticket, have an event again, and miss none; a busy generator is said', async () => {
    const row = await run('storm', 'wss', { seconds: 0, maxUtilisation: 0 })
    expect(row).toMatchObject({ ...valid, delivered: row.expected, figures: { resumedShare: 1, backAllMs: known } })
    expect(row.expected).toBeGreaterThan(0)
    expect(row.figures!.againAllMs).toBeGreaterThanOrEqual(row.figures!.againP50Ms!)
    expect(row.generator.utilisation).toBeGreaterThan(0)
    expect(row.remark).toMatch(/the generator was busier than its limit/)
  })
  test.for(['floor', 'ws-wss', 'hono-long-polling'])(
    '%s: what comes after the storm is complete, and counted',
    async (name) => {
      const row = await run('storm', name, { seconds: 0 })
      expect(row).toMatchObject({ ...valid, delivered: row.expected, figures: { resumedShare: 1, againAllMs: known } })
      expect(row.expected).toBeGreaterThan(0)
      expect(row.expected! % small.clients).toBe(0)
      expect(row.generator.utilisation).toBeGreaterThan(0)
      expect(row.remark).toBeUndefined()
      expect(row.latencyMs.p50).toBeNull() // of the time after the storm only: no latency of a storm
    },
  )
  test('two generators share it', async () => {
    const row = await run('storm', 'sse', { seconds: 0, generators: 2 })
    expect(row).toMatchObject({ ...valid, delivered: row.expected, figures: { resumedShare: 1 } })
    expect(row.series!['back']!.at(-1)).toEqual([row.figures!['backAllMs'], 1])
  })
  test.for([
    ['floor', loss, /did not come/],
    ['ws-wss', corrupt, ALTERED],
  ] as const)('%s that serves badly afterwards is not valid', async ([name, fault, why]) => {
    const row = await run('storm', name, { seconds: 0 }, { fault: fault })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(why) as string })
  })
})

describe.concurrent('ladder', { timeout: 120_000 }, () => {
  test('the knee lies between two steps, and was met twice', async () => {
    // A line that carries about 440 events a second: 800 of them are late by more than half a second only when they go on and on.
    const line = { downBytesPerSecond: 100_000, queueBytes: 1e6 }
    const row = await run('ladder', 'floor', { rate: 400, seconds: 0.2, targetP99Ms: 500 }, { weather: line })
    expect(row).toMatchObject({ ...valid, delivered: row.expected, figures: { kneeLimitedBy: 0 } })
    const knee = row.figures!['kneeRate']!
    const rates = row.series!['p99']!.map(([rate]) => rate)
    expect(rates).toEqual(rates.toSorted((a, b) => a - b))
    expect(rates.filter((rate) => rate === knee).length).toBeGreaterThanOrEqual(2)
    const [least, most] = [rates[0]!, rates.at(-1)!]
    expect([least, Math.log2(most / least) % 1]).toEqual([400, 0])
    expect(rates.filter((rate) => Math.log2(rate / least) % 1 !== 0).length).toBeGreaterThanOrEqual(2)
    expect(row.rate).toBe(knee)
    expect(row.expected! / row.clients).toBeGreaterThanOrEqual(100) // else there is no p99
    expect(row.latencyMs.p99).toBeLessThanOrEqual(500)
  })
  test('a first step that is too late already is no knee', async () => {
    const row = await run('ladder', 'floor', { rate: 1000, seconds: 0.2 }, { weather: { delayMs: 150 } })
    expect([row.valid, row.figures]).toEqual([false, undefined])
    expect(row.why).toMatch(/p99 was \d{3,}(\.\d+)? ms, over 100 ms, at the first step of 1000 events\/s/)
  })
})

describe.concurrent('idle', { timeout: 60_000 }, () => {
  test('sse: no event, and what silence costs', async () => {
    const row = await run('idle', 'sse')
    expect(row).toMatchObject({ ...valid, expected: 0, delivered: 0, rate: 0, latencyMs: { p50: null } })
    expect(row.figures).toMatchObject({ cpuMsPerMinute: known })
    expect(row.layers!.down.payload).toBe(0)
  })
  test('long polling is asked again and again by nobody when nothing happens; polling is', async () => {
    const [held, asked] = [await run('idle', 'long-polling'), await run('idle', 'polling')]
    expect([held, asked]).toMatchObject([valid, valid])
    expect(asked.layers!.up.headers).toBeGreaterThan(held.layers!.up.headers!)
  })
  test('a line that breaks in the silence voids it', async () => {
    const row = await run('idle', 'floor', { seconds: 1 }, { weather: { idleCutMs: 400 } })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(/floor: .*(broke|ECONNRESET)/) as string })
  })
  test('two counts of the bytes that differ void it', async () => {
    expect((await run('idle', 'wss', {}, { fault: miscount })).why).toMatch(COUNTS)
  })
})

describe.concurrent('burst', { timeout: 60_000 }, () => {
  test('wss: 1 000 events for each, and when the first and the last client had them all', async () => {
    const row = await run('burst', 'wss')
    expect(row).toMatchObject({ ...valid, expected: 1000 * small.clients, delivered: 1000 * small.clients })
    const { burstFirstMs, burstLastMs } = row.figures!
    expect(burstFirstMs).toBeGreaterThan(0)
    expect(burstLastMs).toBeGreaterThanOrEqual(burstFirstMs!)
  })
  test('a client that never had them all is no last one', async () => {
    const row = await run('burst', 'floor', {}, { fault: loss })
    expect(row).toMatchObject({ valid: false, lost: 500 * small.clients, figures: { burstLastMs: null } })
  })
  test('two counts of the bytes that differ void it', async () => {
    expect((await run('burst', 'floor', {}, { fault: miscount })).why).toMatch(COUNTS)
  })
})

describe.concurrent('connect', { timeout: 60_000 }, () => {
  test('sse: TLS in full and resumed, to open and to the first event', async () => {
    const row = await run('connect', 'sse', { seconds: 0, rate: 0 })
    const { firstEventFullMs, firstEventResumedMs, cpuMsPerConnect } = row.figures!
    expect(row).toMatchObject({ valid: true, connectMs: { full: known, resumed: known } })
    expect(firstEventFullMs).toBeGreaterThanOrEqual(row.connectMs.full!)
    expect(firstEventResumedMs).toBeGreaterThanOrEqual(row.connectMs.resumed!)
    expect(cpuMsPerConnect).toBeGreaterThan(0)
    expect(row.generator.utilisation).toBeGreaterThan(0)
  })
  test('floor: has no log, so no first event', async () => {
    const row = await run('connect', 'floor', { seconds: 0, rate: 0 })
    expect(row).toMatchObject({ valid: true, connectMs: { full: known }, figures: { firstEventFullMs: null } })
  })
  test.for(['sse', 'floor'])('%s: with an RSA key and certificates of both sides', async (name) => {
    const variants = await tlsVariants(authority, ['localhost'])
    const point = { seconds: 0, rate: 0, key: 'rsa', clientCert: 'require' } as const
    const row = await run('connect', name, point, { variants })
    expect(row).toMatchObject({ valid: true, connectMs: { full: known, resumed: known } })
    const stranger = { ...variants, client: await issue({ kind: 'client', subject: 'stranger' }) }
    expect(await run('connect', name, point, { variants: stranger })).toMatchObject({ valid: false })
  })
  test('a server that is not who it says it is', async () => {
    await mkdir(join(directory, 'other'))
    const { ca } = await openAuthority(join(directory, 'other'), ['localhost'])
    const row = await run('connect', 'wss', { seconds: 0, rate: 0 }, { ca })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(/"connects": wss: .*certificate/) as string })
  })
})

describe.concurrent('up', { timeout: 60_000 }, () => {
  test.for(['post', 'wss'])('%s: all that was due is in the log, and was acknowledged', async (way) => {
    const row = await run('up', way, { rate: 20 })
    expect(row).toMatchObject({ valid: true, lost: 0, requestsPerEvent: way === 'post' ? 1 : 0 })
    expect([row.delivered, Math.abs(row.expected! - 4 * 10) <= 4]).toEqual([row.expected, true])
    expect(row.figures!['acknowledgedP50Ms']).toBeGreaterThan(0)
    expect(row.bytesPerEvent.up).toBeGreaterThan(150)
  })
  test('two counts of the bytes that differ void it', async () => {
    expect((await run('up', 'post', { rate: 20 }, { fault: miscount })).why).toMatch(COUNTS)
  })
})

describe.concurrent('recover', { timeout: 60_000 }, () => {
  test('sse: each client of ours has an event again after the cut, and none is missing', async () => {
    const row = await run('recover', 'sse', { seconds: 2 }, { weather: {} })
    expect(row).toMatchObject({ ...valid, delivered: row.expected })
    const { backP50Ms, backAllMs } = row.figures!
    expect([backP50Ms! > 0, backAllMs! >= backP50Ms!]).toEqual([true, true])
    expect(row.series!['back']).toHaveLength(small.clients)
  })
  test('an event with other bytes is found in the real clients too', async () => {
    const row = await run('recover', 'wss', { seconds: 2 }, { weather: {}, fault: corrupt })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(ALTERED) as string })
  })
  test('without a network there is nothing to cut', async () => {
    expect((await run('recover', 'sse')).why).toMatch(/nothing to cut: recover runs behind a network/)
  })
})

describe.concurrent('capacity', { timeout: 60_000 }, () => {
  test('polling: answers a second, which count only when the server was as busy as it can be', async () => {
    const row = await run('capacity', 'polling', { clients: 20, seconds: 1 })
    // Which of the two it is here hangs on what else this machine does.
    expect(row.valid).toBe(row.server.utilisation! >= 0.9)
    expect(row.figures!['requestsPerSecond']).toBeGreaterThan(100)
    expect(row.server.cpuUsPerDelivery).toBeGreaterThan(0)
  })
  test('a server that has time left was not at its capacity', async () => {
    const row = await run('capacity', 'polling', { clients: 1, seconds: 1 }, { weather: { delayMs: 50 } })
    expect(row).toMatchObject({
      valid: false,
      why: expect.stringMatching(/the generator is what was measured/) as string,
    })
  })
})

describe.concurrent('given up', () => {
  const given = (scenario: Partial<Scenario>, options: Partial<TrialOptions> = {}): TrialOptions => ({
    ...{ scenario: { ...small, ...scenario }, transports: ['floor'], repeat: 1, seed: 1, offset },
    ...{ placement: { about: '' }, credentials: authority.leaf, ca: authority.ca, ...options },
  })
  const until = async (what: () => boolean) => {
    while (!what()) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  test('a ladder that has begun anew ends with the processes that it has now', { timeout: 60_000 }, async () => {
    const stopped = new AbortController()
    // The first step is too much, for the delay alone: what comes after it has processes of its own.
    const weather = { delayMs: 40 }
    const first = await setUp(given({ kind: 'ladder', rate: 100, targetP99Ms: 5 }, { weather, signal: stopped.signal }))
    const climb = ladder(first).catch((error: Error) => error.message)
    await until(() => !isThere(first.target.pid))
    stopped.abort()
    expect(await climb).toMatch(/ ended with |aborted/)
    await tearDown(first)
  })
  test('while its clients still connect, which may take two minutes', { timeout: 60_000 }, async () => {
    const stopped = new AbortController()
    const rows = trial(given({}, { weather: { delayMs: 100_000 }, signal: stopped.signal }))
    await new Promise((resolve) => setTimeout(resolve, 2000))
    stopped.abort()
    expect(await rows).toMatchObject([{ valid: false, why: expect.stringMatching(/ ended with /) as string }])
  })
  test('before it began', async () => {
    expect(await trial(given({}, { signal: AbortSignal.abort() }))).toMatchObject([{ valid: false }])
  })
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a peer that cannot start leaves no file behind', { timeout: 60_000 }, async () => {
  const own = join(directory, 'tmp')
  await mkdir(own)
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = own // the server process puts its files there
  try {
    const row = await run('window', 'ws-wss', {}, { credentials: { key: 'none', cert: 'none' } })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(/server failed at "open"/) as string })
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  expect((await readdir(own)).filter((name) => name.startsWith('wirelab-peer-'))).toEqual([])
})
