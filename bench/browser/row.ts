// What a page has noted, as a row of SPEC §7: by the host's clock, held against what was published; and whether it counts.
import { canQuote, percentile } from '../../src/core/stats.ts'
import { delayP99Of, per, round } from '../health.ts'
import { latencyOf } from '../latency.ts'
import { record } from '../record.ts'
import type { Window } from '../record.ts'
import type { Row } from '../results.ts'
import { blank } from '../row.ts'
import type { Stage } from '../stage.ts'
import type { TargetCommands, TargetReport } from '../target.ts'
import type { Offset } from './clock.ts'
import type { About, MeasuredPage, PageState, Sample } from './page.ts'

/** A clock that is known no better is none for latencies of a few milliseconds. */
const MAX_ERROR_MS = 2

export interface Noted {
  version: string
  about: About
  /** By the console. */
  said: string[]
  connectMs: number
  span: Window
  server: TargetReport
  /** At both edges of the window. */
  bytes: ReturnType<TargetCommands['totals']>[]
  clocks: Offset | string
  samples: Sample[]
  state: PageState
  longTasks: ReturnType<MeasuredPage['longTasks']>
  heap: Awaited<ReturnType<MeasuredPage['heap']>>
}

export function browserRow(stage: Stage, noted: Noted): Row {
  const { about, version, said, span, server, clocks, samples, state, longTasks, heap } = noted
  const isKnown = typeof clocks !== 'string'
  const offsetMs = isKnown ? clocks.offsetMs : 0
  const lane = record()
  const client = lane.add()
  lane.measure(span)
  const mine: { due: number; received: number; painted: number | null }[] = []
  for (const { event, gap, receivedAt, paintedAt } of samples) {
    const received = receivedAt + offsetMs
    lane.observe(client, { events: event ? [event] : [], ...(gap && { gaps: [gap] }) }, 0, received)
    if (!event || event.at < span.from || event.at >= span.to) continue
    mine.push({ due: event.at, received, painted: paintedAt === null ? null : paintedAt + offsetMs })
  }
  const counts = lane.verdict(server)
  const expected = Math.max(0, server.last - server.first + 1)
  const late = Float32Array.from(mine, ({ due, received }) => received - due)
  const painted = mine.flatMap(({ painted: at, ...each }) => (at === null ? [] : [{ ...each, at }]))
  const why = faults()
  const empty = blank(stage.transports[0]!, stage)
  const inWindow = longTasks?.filter(({ at }) => at + offsetMs >= span.from && at + offsetMs < span.to)
  return {
    ...empty,
    valid: why.length === 0,
    ...(why.length > 0 && { why: why.join('; ') }),
    ...{ expected, delivered: counts.received, lost: counts.lost },
    ...{ duplicated: counts.duplicated, reordered: counts.reordered, corrupt: counts.corrupt },
    // Without the clock's error there is no latency; what one clock measured alone is there all the same.
    ...(isKnown && latencyOf([late], late.length)),
    connectMs: { full: round(noted.connectMs), resumed: null },
    ...bytesOf(noted, counts.received),
    server: {
      ...empty.server,
      cpuUsPerDelivery: per(server.health.cpuUs, counts.received),
      ...{ loopDelayP99Ms: delayP99Of(server.health), utilisation: server.health.utilisation },
    },
    browser: {
      ...{ name: stage.scenario.browser!, version, isolated: about.isolated },
      ...{ timerStepMs: round(about.timerStepMs), frameMs: round(about.frameMs) },
      clock: isKnown ? { offsetMs: round(offsetMs), errorMs: round(clocks.errorMs), roundTripMs: round(clocks.roundTripMs) } : null, // prettier-ignore
      paintMs: percentiles(painted.map(({ at, received }) => at - received)),
      paintedMs: percentiles(isKnown ? painted.map(({ at, due }) => at - due) : []),
      longTasks: inWindow ? longTasksOf(inWindow.map(({ ms }) => ms)) : null,
      heap,
    },
  }

  function faults(): string[] {
    const wrong = counts.duplicated + counts.reordered + counts.falseGaps
    const early = isKnown ? late.filter((ms) => ms < -clocks.errorMs).length : 0
    const unpainted = mine.length - painted.length
    return [
      ...(expected === 0 ? ['no event was due in the window: the rate is too low for it'] : []),
      ...(counts.lost > 0 ? [`${counts.lost} events did not come, and no gap was declared`] : []),
      ...(counts.undeclaredGaps > 0 && counts.lost === 0 ? ['events are missing and no gap was declared'] : []),
      ...(wrong > 0 ? ['events were repeated or out of order, or a gap was false'] : []),
      ...(counts.corrupt > 0 ? [`${counts.corrupt} deliveries had other bytes than were published`] : []),
      ...(isKnown ? [] : [clocks]),
      ...(isKnown && clocks.errorMs > MAX_ERROR_MS
        ? [`the page's clock is known to ± ${round(clocks.errorMs)} ms only (at most ${MAX_ERROR_MS} ms)`]
        : []),
      ...(early > 0 ? [`${early} deliveries came before their time: the page's clock is not as it was measured`] : []),
      ...(unpainted > 0 ? [`${unpainted} events were received and not painted`] : []),
      ...state.trouble.slice(0, 3),
      ...said.slice(0, 3).map((line) => `the console said ${line}`),
    ]
  }
}

/** By the server's count: a browser does not tell what it sends. Layers above TLS are not told apart. */
function bytesOf({ bytes: [first, last] }: Noted, delivered: number): Pick<Row, 'requestsPerEvent' | 'bytesPerEvent'> {
  const none = { payload: null, framing: null, headers: null }
  if (!first || !last || delivered === 0)
    return { requestsPerEvent: null, bytesPerEvent: { ...none, tls: null, total: null, up: null, down: null } }
  const each = (bytes: number) => Math.round((bytes / delivered) * 100) / 100
  const between = (way: 'up' | 'down', layer: 'tls' | 'plain') => last[layer][way] - first[layer][way]
  const [up, down] = [between('up', 'tls'), between('down', 'tls')]
  const plain = between('up', 'plain') + between('down', 'plain')
  return {
    requestsPerEvent: round((last.requests - first.requests) / delivered),
    bytesPerEvent: { ...none, tls: each(up + down - plain), total: each(up + down), up: each(up), down: each(down) },
  }
}

/** Null with too few samples for it, as everywhere. */
function percentiles(values: number[]) {
  const at = (percent: number) => {
    const value = percentile(values, percent)
    return value === undefined || (percent > 50 && !canQuote(values.length, percent)) ? null : round(value)
  }
  return { p50: at(50), p90: at(90), p99: at(99), max: values.length > 0 ? round(Math.max(...values)) : null }
}

function longTasksOf(all: number[]) {
  const totalMs = all.reduce((sum, ms) => sum + ms, 0)
  return { count: all.length, totalMs: round(totalMs), maxMs: all.length > 0 ? round(Math.max(...all)) : null }
}
