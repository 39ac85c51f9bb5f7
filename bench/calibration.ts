// The bench, measured: what is known is put in below the transports, and must come out in the rows as what it is.
import { isDeepStrictEqual } from 'node:util'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { contestants } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import type { Fault } from './faults.ts'
import type { Flaw } from './flaws.ts'
import type { Weather } from './network/process.ts'
import type { Row } from './results.ts'
import { scenarios } from './scenarios.ts'
import type { Scenario } from './scenarios.ts'
import type { TrialOptions } from './stage.ts'
import { trial } from './trial.ts'

export interface Check {
  /** What was put in, and where. */
  name: string
  transport: Contestant
  expected: string
  measured: string
  ok: boolean
}

export interface CalibrateOptions extends Pick<TrialOptions, 'credentials' | 'ca' | 'offset' | 'placement' | 'seed'> {
  /** Only the checks of these. */
  transports?: Contestant[]
  onCheck?(done: number, all: number, name: string): void
  /** Nothing is put in, and all the same is expected: every check must then fail. So the checks themselves are checked. */
  broken?: boolean
  /** The harness tells its latencies wrongly: a check must notice. */
  flaw?: Flaw
  /** Only the checks whose name says so. */
  only?: RegExp
}

const DELAY_MS = 20
const STALL_MS = 500
/** What a shared machine may add to the fastest of a thousand, and to the slowest, before it is not believed. */
const [LEAST_SLACK_MS, MOST_SLACK_MS] = [8, 150]
const INTERVALS_MS = [100, 250, 1000]
const MODEL_TOLERANCE = 0.1

const base: Scenario = {
  ...scenarios.steady,
  ...{ clients: 10, rate: 50, seconds: 2, warmSeconds: 0.5, pollMs: 100 },
  // What is put in is large: it shows on a busy machine too. How busy is too busy has a check of its own.
  ...{ maxUtilisation: 1, maxGeneratorDelayMs: 250 },
}
const followed = contestants.filter((name) => name !== 'null')

interface Plan {
  name: string
  transport: Contestant
  options: { scenario?: Partial<Scenario>; weather?: Weather; stallMs?: number; fault?: Fault; burnMs?: number }
  judge(row: Row): Pick<Check, 'expected' | 'measured' | 'ok'>
}

const plans: Plan[] = [
  ...followed.map((transport): Plan => ({
    name: `${DELAY_MS} ms of delay`,
    transport,
    options: { weather: { delayMs: DELAY_MS } },
    judge(row) {
      // The fastest of all deliveries has waited for nothing else.
      const least = leastMs(row)
      const [n, of] = [histogramOf(row)?.totalCount ?? 0, row.delivered ?? NaN]
      const ok = row.valid && least >= DELAY_MS && least < DELAY_MS + LEAST_SLACK_MS && n === of
      return {
        ok,
        expected: `fastest ${DELAY_MS}–${DELAY_MS + LEAST_SLACK_MS} ms, of all deliveries`,
        measured: `${least.toFixed(1)} ms, of ${n} of ${of}${why(row)}`,
      }
    },
  })),
  ...followed.map((transport): Plan => ({
    name: `one stall of ${STALL_MS} ms`,
    transport,
    options: { stallMs: STALL_MS, weather: {} },
    judge(row) {
      // Due in the stall, at any moment of it, each event waits for its end: a quarter of a window of 2 s, and half of them
      // longer than half of it. A clock that began when the sender got round to it would show one late event, not many.
      const late = shareOver(row, STALL_MS / 2)
      const share = STALL_MS / 2 / (base.seconds * 1000)
      const max = row.latencyMs.max ?? 0
      const ok =
        row.valid &&
        [max > STALL_MS - 50, max < STALL_MS + MOST_SLACK_MS, late > 0.7 * share, late < 1.6 * share].every(Boolean)
      const expected = `max near ${STALL_MS} ms, ${percent(share)} over ${STALL_MS / 2} ms`
      return { ok, expected, measured: `max ${max.toFixed(0)} ms, ${percent(late)}${why(row)}` }
    },
  })),
  ...INTERVALS_MS.map((pollMs): Plan => ({
    name: `polling every ${pollMs} ms`,
    transport: 'polling',
    options: { scenario: { pollMs, clients: 40, seconds: Math.max(2, (3 * pollMs) / 1000) } },
    judge(row) {
      const predicted = pollMs / 2 + (row.generator.answerMs ?? NaN)
      const p50 = row.latencyMs.p50 ?? NaN
      const ok = row.valid && Math.abs(p50 - predicted) <= MODEL_TOLERANCE * predicted
      return { ok, expected: `p50 ${predicted.toFixed(0)} ms ± 10 %`, measured: `${p50.toFixed(0)} ms${why(row)}` }
    },
  })),
  ...(['loss', 'duplicate', 'reorder', 'corrupt'] as const).map((kind): Plan => ({
    name: `one event in twenty: ${kind}`,
    transport: 'floor',
    options: { fault: { kind, every: 20 } },
    judge(row) {
      const key = { loss: 'lost', duplicate: 'duplicated', reorder: 'reordered', corrupt: 'corrupt' } as const
      const found = row[key[kind]] ?? 0
      // Faults come one in twenty of the offsets of the window, to every client.
      const expected = Math.floor((row.expected ?? 0) / 20 / base.clients) * base.clients
      const ok = !row.valid && Math.abs(found - expected) <= 2 * base.clients && found > 0
      return {
        ok,
        expected: `invalid, about ${expected} ${key[kind]}`,
        measured: `${row.valid ? 'valid' : 'invalid'}, ${found}`,
      }
    },
  })),
  {
    name: 'a generator kept busy',
    transport: 'floor',
    options: { burnMs: 60, scenario: { maxUtilisation: 0.85 } },
    judge(row) {
      const ok = !row.valid && /the generator was busy/.test(row.why ?? '')
      return { ok, expected: 'invalid: the generator was busy', measured: row.valid ? 'valid' : (row.why ?? '') }
    },
  },
]

/** @returns a line for each check, in order. Takes about two minutes. */
export async function calibrate({
  onCheck,
  broken = false,
  transports,
  flaw,
  only = /^/,
  ...common
}: CalibrateOptions): Promise<Check[]> {
  const wanted = plans.filter(
    ({ transport, name }) => (!transports || transports.includes(transport)) && only.test(name),
  )
  const checks: Check[] = []
  const made: { given: object; row: Row }[] = []
  for (const [i, { name, transport, options, judge }] of wanted.entries()) {
    onCheck?.(i, wanted.length, `${name}, ${transport}`)
    const { scenario, ...put } = options
    // Polling is told another interval than it is judged by.
    const wrong = scenario?.pollMs ? { ...scenario, pollMs: scenario.pollMs * 2 } : scenario
    const given = {
      ...{ ...(broken ? {} : put), transports: [transport], repeat: 1, flaw },
      scenario: { ...base, ...(broken ? wrong : scenario) },
    }
    // Checks that differ only in what is put in are one trial when nothing is.
    const known = broken ? made.find((each) => isDeepStrictEqual(each.given, given))?.row : undefined
    const row = known ?? (await trial({ ...common, ...given }))[0]!
    made.push({ given, row })
    checks.push({ name, transport, ...judge(row) })
  }
  onCheck?.(wanted.length, wanted.length, 'done')
  return checks
}

const why = ({ why }: Row) => (why ? ` (${why})` : '')
const percent = (share: number) => `${(share * 100).toFixed(0)} %`

function histogramOf({ histogram }: Row) {
  return histogram === null ? undefined : decodeFromCompressedBase64(histogram)
}
const leastMs = (row: Row) => (histogramOf(row)?.minNonZeroValue ?? NaN) / 1000

/** Share of the deliveries that took longer. */
function shareOver(row: Row, ms: number): number {
  const histogram = histogramOf(row)
  if (!histogram || histogram.totalCount === 0) return NaN
  let [low, high] = [0, 100]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (histogram.getValueAtPercentile(middle) / 1000 > ms) high = middle
    else low = middle
  }
  return 1 - low / 100
}
