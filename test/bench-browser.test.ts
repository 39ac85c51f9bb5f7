// `bench --browser`: short real trials in real browsers, a delay that was put in and must come out, the page's clock, and how it is told.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { boundsOf, offsetOf } from '../bench/browser/clock.ts'
import { browserNames } from '../bench/browser/find.ts'
import type { BrowserName } from '../bench/browser/find.ts'
import { browserRow } from '../bench/browser/row.ts'
import type { Noted } from '../bench/browser/row.ts'
import { csv } from '../bench/report/csv.ts'
import { markdown } from '../bench/report/markdown.ts'
import { page } from '../bench/report/page.ts'
import { tables } from '../bench/report/table.ts'
import { browserNotes } from '../bench/notes.ts'
import { RowSchema, SCHEMA, checkResults } from '../bench/results.ts'
import type { Results, Row } from '../bench/results.ts'
import { plan } from '../bench/plan.ts'
import { browserScenario } from '../bench/scenarios.ts'
import type { Stage, TrialOptions } from '../bench/stage.ts'
import { trial } from '../bench/trial.ts'
import { openAuthority } from '../certs/authority.ts'
import type { Authority } from '../certs/authority.ts'
import { encodeEvent } from '../src/core/event.ts'
import type { Cursor, FeedEvent } from '../src/core/event.ts'
import { wallOffset } from '../src/server/clock.ts'
import { transportNames } from '../transports/clients.ts'
import { crc32 } from 'node:zlib'
import { needBrowsers } from './browser.ts'

const DELAY_MS = 150
const short = { ...browserScenario, rate: 20, seconds: 1, warmSeconds: 0.3, pollMs: 100 }
let directory: string
let authority: Authority

beforeAll(async () => {
  await needBrowsers((line) => process.stderr.write(`${line}\n`))
  directory = await mkdtemp(join(tmpdir(), 'wirelab-test-browser-'))
  authority = await openAuthority(directory, ['localhost', '127.0.0.1'])
}, 600_000)
afterAll(() => rm(directory, { recursive: true }))

async function run(browser: BrowserName, transport: string, options: Partial<TrialOptions> = {}): Promise<Row> {
  const [row] = await trial({
    ...{ scenario: { ...short, browser }, point: { browser }, transports: [transport], repeat: 1, seed: 1 },
    ...{ offset: wallOffset(), placement: { about: '' }, credentials: authority.leaf, ca: authority.ca },
    ...options,
  })
  return v.parse(RowSchema, row)
}

describe.each(browserNames)('in %s', { timeout: 120_000 }, (browser) => {
  test.each(transportNames)('%s: a delay that was put in comes out, and nothing is missing', async (transport) => {
    const row = await run(browser, transport, { weather: { delayMs: DELAY_MS } })
    expect(row).toMatchObject({ valid: true, lost: 0, duplicated: 0, reordered: 0, corrupt: 0, point: { browser } })
    expect([row.delivered, row.expected! > 5]).toEqual([row.expected, true])
    const { clock, paintMs, paintedMs, longTasks, heap, version, timerStepMs, frameMs } = row.browser!
    expect(clock!.errorMs).toBeLessThanOrEqual(2)
    expect(row.latencyMs.p50).toBeGreaterThanOrEqual(DELAY_MS - clock!.errorMs!)
    expect(paintedMs.p50).toBeGreaterThanOrEqual(DELAY_MS - clock!.errorMs!)
    // From received to painted no network lies between: the delay is not in it, or the two are mixed up.
    expect(paintMs.p50).toBeGreaterThanOrEqual(0)
    expect(paintMs.p50).toBeLessThan(row.latencyMs.p50!)
    expect(version).toMatch(/^\d+\./)
    expect([timerStepMs! > 0, frameMs! > 0]).toEqual([true, true])
    // Firefox tells neither, and then nothing is made up.
    const tells = browser === 'chromium'
    expect([longTasks !== null, heap !== null]).toEqual([tells, tells])
    if (heap) expect(heap.bytes).toBeGreaterThan(10_000)
    // A busy machine gathers several events into an answer, which then share its head: only their own bytes are sure.
    const asked = row.requestsPerEvent! > 0
    expect([asked, row.bytesPerEvent.down! > short.payload / 2]).toEqual([/polling/.test(transport), true])
  })
  test('an event with other bytes than were published voids the trial', async () => {
    const row = await run(browser, 'sse', { fault: { kind: 'corrupt', every: 4 } })
    expect(row).toMatchObject({ valid: false, why: expect.stringMatching(/other bytes than were published/) as string })
  })
})

describe('the clock of a page', () => {
  /** A host's clock that stands still but for the ways to the page and back; the page's is `behind`. */
  const world = (ways: [number, number][], behind: number) => {
    let now = 1000
    const left = [...ways]
    const pageClock = async () => {
      const [there, back] = left.shift()!
      const read = (now += there) - behind
      now += back
      return read
    }
    return { clock: () => now, ask: () => boundsOf(pageClock, () => now, { questions: ways.length, stepMs: 0 }) }
  }
  test('is bounded by its round trips, however they are shared out between there and back', async () => {
    const bounds = await world([[3, 1], [0.5, 4]], 7).ask() // prettier-ignore
    expect(bounds).toEqual({ low: 6.5, high: 8, roundTripMs: 4 })
    expect(offsetOf(bounds, bounds)).toEqual({ offsetMs: 7.25, errorMs: 0.75, roundTripMs: 4 })
  })
  test('in coarse steps is known by so much less', async () => {
    let now = 0
    const bounds = await boundsOf(async () => ++now - 7, () => now++, { questions: 1, stepMs: 1 }) // prettier-ignore
    expect(bounds.high - bounds.low).toBe(bounds.roundTripMs + 2)
  })
  test('that moves during the window is found', async () => {
    const [before, after] = await Promise.all([world([[1, 1]], 0).ask(), world([[1, 1]], 10).ask()])
    expect(offsetOf(before, after)).toBe("the page's clock and the host's went apart by 8.000 ms or more")
  })
})

describe('the row of what a page noted', () => {
  const stage = { scenario: { ...short, browser: 'firefox' }, transports: ['sse'], repeat: 1 } as unknown as Stage
  const N = 12 // a median wants ten
  const events = Array.from({ length: N }, (_, i) => i + 1).map((n): FeedEvent => ({
    id: `aaaaaaaa.${n}` as Cursor,
    at: 1000 + n,
    type: 'tick',
    data: { n },
  }))
  const noted = (change: Partial<Noted> = {}): Noted => ({
    ...{ version: '1.2', said: [], about: { isolated: true, timerStepMs: 0.02, frameMs: 16.7 } },
    ...{ connectMs: 3, span: { from: 1000, to: 1001 + N }, bytes: [null, null], longTasks: null, heap: null },
    server: {
      ...{ epoch: 'aaaaaaaa', first: 1, last: N, sums: events.map((event) => crc32(encodeEvent(event))) },
      health: { cpuUs: 1200, wakeups: null, utilisation: 0, loopDelayP99Ms: 0, loopDelayMaxMs: 0, looks: 200, gcMaxMs: 0, gcShare: 0 }, // prettier-ignore
    },
    clocks: { offsetMs: 500, errorMs: 0.25, roundTripMs: 1 },
    samples: events.map((event) => ({ event, receivedAt: event.at - 500 + 5, paintedAt: event.at - 500 + 13 })),
    state: { samples: N, unpainted: 0, last: `aaaaaaaa.${N}`, trouble: [] },
    ...change,
  })
  test('is by the clock of the host', () => {
    const row = browserRow(stage, noted())
    expect(row).toMatchObject({ valid: true, expected: N, delivered: N, server: { cpuUsPerDelivery: 100 } })
    expect(row.latencyMs.p50).toBeCloseTo(5, 1)
    expect([row.browser!.paintMs.p50, row.browser!.paintedMs.p50]).toEqual([8, 13])
  })
  const { samples } = noted()
  test.each<[string, Partial<Noted>, RegExp]>([
    ['a clock that moved', { clocks: 'the clocks went apart' }, /^the clocks went apart$/],
    ['a clock that is hardly known', { clocks: { offsetMs: 500, errorMs: 2.5, roundTripMs: 6 } }, /± 2\.5 ms only/],
    [
      'an event before its time',
      { clocks: { offsetMs: 490, errorMs: 0.25, roundTripMs: 1 } },
      /12 deliveries came before/,
    ],
    ['an event that did not come', { samples: samples.slice(0, -1) }, /1 events did not come/],
    ['one that came twice', { samples: [...samples, samples[2]!] }, /repeated/],
    [
      'one that was never painted',
      { samples: samples.map((each) => ({ ...each, paintedAt: null })) },
      /12 .*not painted/,
    ],
    ['a page that was hidden', { state: { ...noted().state, trouble: ['the page became hidden'] } }, /became hidden/],
    ['an error on the console', { said: ['error: no'] }, /the console said error: no/],
  ])('does not count with %s', (_, change, why) => {
    const row = browserRow(stage, noted(change))
    expect(row.valid).toBe(false)
    expect(row.why).toMatch(why)
    if (typeof change.clocks === 'string') expect([row.latencyMs.p50, row.browser!.paintedMs.p50]).toEqual([null, null])
  })
  test('a clock that is not known gives no latency, but the time to paint all the same', () => {
    expect(browserRow(stage, noted({ clocks: 'moved' })).browser!.paintMs.p50).toBe(8)
  })

  test('is told on the terminal, in Markdown, on the page and in CSV', () => {
    const longTasks = [{ at: 502, ms: 60 }]
    const heap = { bytes: 3 * 2 ** 20, by: 'performance.memory' }
    const point = (browser: string) => ({ scenario: { ...short, browser }, point: { browser } })
    const rows = [
      browserRow({ ...stage, ...point('firefox') } as Stage, noted()),
      browserRow({ ...stage, ...point('chromium') } as Stage, noted({ longTasks, heap })),
    ]
    const results: Results = checkResults({
      ...{ schema: SCHEMA, startedAt: '', machine: {}, versions: {}, commit: null, seed: 1, predictions: [] },
      ...{ scenarios: [structuredClone(browserScenario)], notes: browserNotes, trials: rows },
    })
    for (const text of [tables(results), markdown(results), page(results)]) {
      expect(text).toMatch(
        /firefox 1\.2: cross-origin isolated; .*steps of 0\.02 ms.*no long tasks; it does not tell its memory/,
      )
      expect(text).toMatch(/chromium 1\.2: .*50 ms and more; its memory is by performance\.memory/)
      expect(text).toMatch(/Painted: the callbacks of the next animation frame began/)
      expect(text.replaceAll('\\', '')).toContain('sse, in chromium')
    }
    expect(page(results)).toContain('<h3>Received and painted</h3>')
    expect(markdown(results)).toContain('npm run bench -- --browser chromium,firefox --repeats 1')
    const [head, ...lines] = csv(results)
      .split('\r\n')
      .map((line) => line.split(','))
    const at = (line: number, name: string) => lines[line]![head!.indexOf(name)]
    expect([at(1, 'browser.longTasks.maxMs'), at(0, 'browser.longTasks.count')]).toEqual(['60', ''])
    expect([at(0, 'browser.clock.errorMs'), at(0, 'point.browser')]).toEqual(['0.25', 'firefox'])
  })
})

test('the plan: each transport in each browser, as often as is said', () => {
  const plans = plan({ scenarios: [browserScenario], seed: 1 })
  expect(plans).toHaveLength(transportNames.length * browserNames.length * browserScenario.repeats)
  expect(new Set(plans.map(({ scenario }) => scenario.browser))).toEqual(new Set(browserNames))
})
