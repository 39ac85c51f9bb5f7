// What a browser told of itself, as it stands in a row of results.json.
import * as v from 'valibot'

const known = v.nullable(v.pipe(v.number(), v.finite()))

/** Milliseconds; null with too few samples for it. */
const Percentiles = v.strictObject({ p50: known, p90: known, p99: known, max: known })

export const BrowserSchema = v.strictObject({
  ...{ name: v.string(), version: v.string() },
  /** Cross-origin isolated: it tells times finely, and its memory. The smallest step of its clock that was seen. */
  ...{ isolated: v.boolean(), timerStepMs: known },
  /** Between two frames, when every frame is asked for. */
  frameMs: known,
  /** What is added to the page's clock to make it the host's, how wrong that may be either way, and the shortest round trip it rests on. */
  clock: v.nullable(v.strictObject({ offsetMs: known, errorMs: known, roundTripMs: known })),
  /** From received to painted, and from due to painted. Painted: the callbacks of the next animation frame have begun. */
  ...{ paintMs: Percentiles, paintedMs: Percentiles },
  /** Tasks of 50 ms and more on the main thread in the window (W3C Long Tasks); null where the browser does not tell. */
  longTasks: v.nullable(v.strictObject({ count: v.number(), totalMs: v.number(), maxMs: known })),
  /** After the window, with all samples still kept; `by` is what told it. Null where the browser does not tell. */
  heap: v.nullable(v.strictObject({ bytes: v.number(), by: v.string() })),
})
