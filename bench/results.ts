// The shape of results.json (SPEC §7), checked before it is written: what is not known is null, what failed says why, nothing is a made-up zero.
import * as v from 'valibot'
import { BrowserSchema } from './browser/schema.ts'

const known = v.nullable(v.pipe(v.number(), v.finite()))
const count = v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))

/** Bytes by layer. `tcpip` is an estimate (segments are not seen from user space); all else is counted at the socket. */
const Layers = v.strictObject({ payload: known, framing: known, headers: known, tls: known, tcpip: known })

/** The values of a scenario's variables in one trial, e.g. `{ payload: 1024 }` or `{ rate: 5, pollMs: 250 }`. */
const Point = v.record(v.string(), v.union([v.string(), v.number()]))

/** Milliseconds, over the events of the window: the p50 and the p99 of the latency of one receiver of each event. */
const Skew = v.strictObject({ p50: known, p99: known })

export const RowSchema = v.strictObject({
  scenario: v.string(),
  /** One of the four, the floor, the null transport, or the name of a peer. */
  transport: v.string(),
  /** Of a peer: the transport of ours that it stands beside. */
  beside: v.optional(v.string()),
  point: v.optional(Point),
  /** From 1. */
  repeat: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  valid: v.boolean(),
  why: v.optional(v.string()),
  /** What is to be known of a row that counts. */
  remark: v.optional(v.string()),
  clients: v.number(),
  rate: v.number(),
  seconds: v.number(),
  ...{ expected: count, delivered: count, lost: count, duplicated: count, reordered: count },
  /** Deliveries whose bytes are not those that were published. */
  corrupt: v.optional(count),
  /** Null with too few samples for it: p90 below 100, p99 below 1 000, p99.9 below 100 000; or too few events: 10, 100, 1 000. */
  latencyMs: v.strictObject({ p50: known, p90: known, p99: known, p999: known, max: known }),
  /** HdrHistogram V2, compressed, in base64; microseconds. Of all deliveries of the trial. */
  histogram: v.nullable(v.string()),
  connectMs: v.strictObject({ full: known, resumed: known }),
  requestsPerEvent: known,
  bytesPerEvent: v.strictObject({
    ...{ payload: known, framing: known, headers: known, tls: known, total: known, up: known, down: known },
  }),
  /** Per event delivered; in `idle`, per client and minute. `bytesPerEvent` is their sum without `tcpip`. */
  layers: v.optional(v.strictObject({ up: Layers, down: Layers })),
  /** Fan-out skew: the first, the median and the last receiver of each event. */
  skewMs: v.optional(v.strictObject({ first: Skew, median: Skew, last: Skew })),
  server: v.strictObject({
    ...{ cpuUsPerDelivery: known, rssKbPerConnection: known, loopDelayP99Ms: known },
    /** Share of the time that its loop ran, of nginx and a broker that their processes did; the longest garbage collection, and all of them as a share. */
    ...{ utilisation: v.optional(known), gcMaxMs: v.optional(known), gcShare: v.optional(known) },
  }),
  generator: v.strictObject({
    ...{ loopDelayP99Ms: known, utilisation: known, gcMaxMs: v.optional(known) },
    /** Pushed: its busy time by event. So long the last of all receivers waits for it, whoever serves. */
    readMs: v.optional(known),
    loopDelayMaxMs: v.optional(known),
    /** Mean time from a question to all of its answer, of those that ask. */
    answerMs: v.optional(known),
  }),
  /** What only this scenario measures; bench/figures.ts says what each is and in which unit. */
  figures: v.optional(v.record(v.string(), known)),
  /** Only of `--browser`: latencyMs is from due to received inside of it; here is what follows. */
  browser: v.optional(BrowserSchema),
  /** Curves and timelines: `[x, y]`. */
  series: v.optional(v.record(v.string(), v.array(v.tuple([v.number(), v.number()])))),
})
export type Row = v.InferOutput<typeof RowSchema>

export const SCHEMA = 'wirelab.bench/1'

/** Where and when something was measured. */
export const provenance = {
  startedAt: v.string(),
  machine: v.record(v.string(), v.union([v.string(), v.number()])),
  versions: v.record(v.string(), v.string()),
  commit: v.nullable(v.string()),
  seed: v.number(),
}

export const ResultsSchema = v.strictObject({
  schema: v.literal(SCHEMA),
  ...provenance,
  /** The workloads as they were run, flags and all. */
  scenarios: v.array(
    v.strictObject({
      ...{ name: v.string(), about: v.string(), kind: v.string(), transports: v.array(v.string()) },
      ...{ peers: v.boolean(), together: v.boolean(), clients: v.number(), rate: v.number(), seconds: v.number() },
      ...{ warmSeconds: v.number(), payload: v.number(), pollMs: v.number(), batchMs: v.number(), repeats: v.number() },
      ...{ http: v.picklist(['1.1', '2']), tls: v.picklist(['1.2', '1.3']) },
      ...{ key: v.optional(v.string()), clientCert: v.optional(v.string()), connection: v.optional(v.string()) },
      ...{
        generators: v.optional(v.number()),
        pinned: v.boolean(),
        maxUtilisation: v.number(),
        maxGeneratorDelayMs: v.number(),
      },
      ...{ targetP99Ms: v.optional(v.number()), rssFrom: v.optional(v.number()) },
      remarkAbove: v.optional(v.number()),
      latencyWithin: v.optional(v.strictObject({ utilisation: v.number(), delayMs: v.number() })),
      ...{ profile: v.optional(v.string()), browser: v.optional(v.string()) },
      ...{ points: v.optional(v.array(Point)), pushPoints: v.optional(v.array(Point)) },
    }),
  ),
  /** What the model says (bench/model.ts), of the row with the same names. */
  predictions: v.array(
    v.strictObject({
      ...{ scenario: v.string(), transport: v.string(), repeat: v.number(), point: v.optional(Point) },
      ...{ p50Ms: v.optional(v.number()), bytesPerEvent: v.optional(v.number()) },
      /** Where each input of it comes from: never from the row itself. */
      inputs: v.optional(v.record(v.string(), v.string())),
    }),
  ),
  /** Only of a run that did not come to its end: the rows that were planned and are not there. */
  missing: v.optional(
    v.array(
      v.strictObject({ scenario: v.string(), transport: v.string(), repeat: v.number(), point: v.optional(Point) }),
    ),
  ),
  /** Why a value is null in every row, in words. */
  notes: v.array(v.string()),
  trials: v.array(RowSchema),
})
export type Results = v.InferOutput<typeof ResultsSchema>
export type Prediction = Results['predictions'][number]

/** A row of which nothing is known but that it failed. */
export function failedRow(
  row: Pick<Row, 'scenario' | 'transport' | 'repeat' | 'clients' | 'rate' | 'seconds' | 'point'>,
  why: string,
): Row {
  const { scenario, transport, repeat, clients, rate, seconds, point } = row
  return {
    ...{ scenario, transport, repeat, clients, rate, seconds, ...(point && { point }) },
    valid: false,
    why,
    ...{ expected: null, delivered: null, lost: null, duplicated: null, reordered: null },
    latencyMs: { p50: null, p90: null, p99: null, p999: null, max: null },
    histogram: null,
    connectMs: { full: null, resumed: null },
    requestsPerEvent: null,
    bytesPerEvent: { payload: null, framing: null, headers: null, tls: null, total: null, up: null, down: null },
    server: { cpuUsPerDelivery: null, rssKbPerConnection: null, loopDelayP99Ms: null },
    generator: { loopDelayP99Ms: null, utilisation: null },
  }
}

/** @throws Error that names the first field that is wrong, what was expected of it, and where its shape is written. */
export function checkResults(results: Results): Results {
  const result = v.safeParse(ResultsSchema, results)
  if (result.success) return result.output
  const [issue] = result.issues
  const field = v.getDotPath(issue)
  const where = field ? `its field ${field.slice(0, 60)}` : 'all of it'
  // What came may be as long as anybody likes.
  const came = issue.received.slice(0, 40)
  throw new Error(
    `${where} is wrong: expected ${issue.expected ?? 'something else'}, got ${came} (see bench/results.ts)`,
  )
}
