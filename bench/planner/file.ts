// The file of unit costs: its shape, checked when it is read.
import * as v from 'valibot'
import { modelled } from '../model.ts'
import type { Modelled } from '../model.ts'
import { provenance } from '../results.ts'

export const SCHEMA = 'wirelab.plan/2'

/** What the server counts in a second. */
export const counts = ['seconds', 'events', 'requests', 'deliveries', 'bytes'] as const
export type Count = (typeof counts)[number]

const price = v.pipe(v.number(), v.finite(), v.minValue(0))
/** `error`: how far the prediction is from the measurement, as a share of it; below zero it is too low. */
const Compared = v.strictObject({ predicted: price, measured: price, error: v.pipe(v.number(), v.finite()) })
export type Compared = v.InferOutput<typeof Compared>

/** A prediction that is further off is said to be. */
export const TOLERANCE = 0.15
/** What is predicted of a trial that was not fitted, and then measured. */
export const tested = {
  cpuUsPerDelivery: 'server µs a delivery',
  bytesPerEvent: 'bytes an event',
  requestsPerSecond: 'requests/s',
  rssKbPerConnection: 'KiB a connection',
} as const
export type Tested = keyof typeof tested
const Units = v.strictObject({
  /** Processor time of the server in µs, for each that is counted; what is not here costs nothing that could be measured. */
  cpuUs: v.partial(
    v.strictObject(Object.fromEntries(counts.map((name) => [name, price])) as Record<Count, typeof price>),
  ),
  /** Typical relative error of one fitted trial, predicted from the others; null with too few. */
  fitError: v.nullable(price),
  rssKbPerConnection: v.nullable(price),
  /** The heads of one question and its answer, and the cursor that they carried. */
  heads: v.strictObject({ up: price, down: price, cursor: price }),
  fitted: v.array(
    v.strictObject({ clients: price, rate: price, payload: price, pollMs: price, cpuUsPerDelivery: price }),
  ),
  heldOut: v.nullable(
    v.strictObject({
      ...{ clients: price, rate: price, payload: price, pollMs: price, trials: price },
      ...{ cpuUsPerDelivery: Compared, bytesPerEvent: Compared, requestsPerSecond: Compared },
      rssKbPerConnection: v.nullable(Compared),
      /** The lowest and the highest of its trials, where the measured value is their median. */
      cpuSpread: v.tuple([price, price]),
      /** Which of these are off by more than TOLERANCE. */
      off: v.array(v.picklist(Object.keys(tested) as Tested[])),
    }),
  ),
})
export type Units = v.InferOutput<typeof Units>

export const UnitsFile = v.strictObject({
  schema: v.literal(SCHEMA),
  ...provenance,
  http: v.picklist(['1.1', '2']),
  /** Kernel memory of one socket, in bytes: its structures and what its buffers held while events flowed. */
  socketBytes: v.nullable(v.strictObject({ structures: price, buffers: price })),
  transports: v.partial(
    v.strictObject(Object.fromEntries(modelled.map((name) => [name, Units])) as Record<Modelled, typeof Units>),
  ),
  /** Trials that counted for nothing, and why. */
  invalid: v.array(v.string()),
})
export type UnitsFile = v.InferOutput<typeof UnitsFile>
