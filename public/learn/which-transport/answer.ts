// The answer of “Which transport should I use?”: which of the four sent the most and the least for an event, and with what latency. Pure.
import { transportNames } from '../../../transports/clients.ts'
import type { TransportName } from '../../../transports/clients.ts'
import { asSet, count, duration, list, size } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'
import { isMeasured } from './costs.ts'
import type { Measured } from './costs.ts'

export interface Data {
  /** In the order of the transports. */
  measured: Measured[]
}

export const NAMES: Record<TransportName, string> = {
  polling: 'Polling',
  'long-polling': 'Long polling',
  sse: 'SSE',
  wss: 'WebSocket',
}

/** How far apart two may be to be called equally soon. */
const NEAR_MS = 50

export const isWhole = (measured: readonly Measured[]): boolean =>
  transportNames.every((name) => measured.some((each) => each.transport === name && isMeasured(each)))

export function answer({ measured }: Data): Answer {
  if (!isWhole(measured))
    return {
      sentence: 'Not every transport delivered an event in this run, so there is nothing to compare.',
      choice: undefined,
      surprise:
        'Each of the four should have had dozens. Was the page in the background, or the machine very busy? Run it again.',
    }
  const byBytes = measured.toSorted((a, b) => b.bytesPerEvent - a.bytesPerEvent)
  const byLatency = measured.toSorted((a, b) => a.medianMs - b.medianMs)
  const [most, least] = [byBytes[0]!, byBytes.at(-1)!]
  const [soonest, latest] = [byLatency[0]!, byLatency.at(-1)!]
  const near = byLatency.filter(({ medianMs }) => medianMs < soonest.medianMs + NEAR_MS)
  const losers = measured.filter(({ lost }) => lost > 0)
  const isOdd = most.transport === 'wss' || most.transport === 'sse'
  return {
    sentence:
      `${NAMES[most.transport]} sent the most, ${size(most.bytesPerEvent)} for an event, ${NAMES[least.transport]} the least, ${size(least.bytesPerEvent)}; ` +
      `the median latency was ${duration(soonest.medianMs)} by ${NAMES[soonest.transport]} and ${duration(latest.medianMs)} by ${NAMES[latest.transport]}.`,
    details: [
      ...measured.map(
        (each) =>
          `${NAMES[each.transport]}: median latency ${duration(each.medianMs)}, worst ${duration(each.worstMs)}; ${size(each.bytesPerEvent)} and ${each.requestsPerEvent.toFixed(2)} requests for an event.`,
      ),
      `Within ${asSet(NEAR_MS)} of the soonest: ${list(near.map(({ transport }) => NAMES[transport]))}. ${losers.length === 0 ? 'None of the four lost an event.' : `Lost: ${list(losers.map(({ transport, lost }) => `${count(lost, 'event')} by ${NAMES[transport]}`))}.`}`,
      'Describe your case beside this: each reason there is worked out from these numbers.',
    ],
    choice: transportNames.indexOf(most.transport),
    ...((isOdd || losers.length > 0) && {
      surprise: isOdd
        ? 'A stream pays a connection once and should then be the cheapest for an event. Did it break and come back in this run? Run it again.'
        : 'Nothing should be lost: all four have a cursor. Was the page in the background, or the machine very busy? Run it again.',
    }),
  }
}

export const table = ({ measured }: Data): Table => ({
  caption: 'The four transports',
  columns: [
    ...['transport', 'events', 'median latency, ms', 'worst latency, ms', 'round trip, ms', 'event as text, bytes'],
    ...['bytes per event', 'requests per event', 'bytes per request', 'lost'],
  ],
  rows: measured.map((each) => [
    ...[each.transport, each.events, each.medianMs, each.worstMs, each.tripMs, each.eventBytes],
    ...[each.bytesPerEvent, each.requestsPerEvent, each.bytesPerRequest, each.lost],
  ]),
})
