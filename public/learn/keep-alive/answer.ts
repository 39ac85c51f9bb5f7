// The answer of “Keep-alive is not a WebSocket”: what connections cost, and what came while nobody asked. Pure.
import { median } from '../../../src/core/stats.ts'
import { count, duration, size } from '../../words.ts'
import type { Passed } from '../doors.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'

export interface Way {
  name: string
  /** How long each exchange took. */
  tookMs: number[]
  passed?: Passed
}
export interface Silence {
  ms: number
  onKept: Passed
  onSocket: Passed
  eventsDue: number
  eventsOnSocket: number
  /** Of the WebSocket, by the ids. */
  lost: number
}
export interface Data {
  kept: Way
  fresh: Way
  /** What came in while the page asked nothing. */
  silence?: Silence
}

export const TIMES = 8

/** The first exchange opens the connection. */
const usual = ({ tookMs }: Way) => median(tookMs.slice(1)) ?? NaN

export function answer({ kept, fresh, silence }: Data): Answer {
  if (!silence || !kept.passed || !fresh.passed)
    return { sentence: 'The run did not come to the silence, so there is nothing to tell.', choice: undefined }
  const { onKept, onSocket, eventsOnSocket, eventsDue, lost } = silence
  const factor = fresh.passed.total / kept.passed.total
  const isQuiet = onKept.requests === 0 && onKept.down === 0
  return {
    sentence:
      `In ${duration(silence.ms)} without a question the kept HTTP connection brought ${onKept.down === 0 ? 'not one byte' : size(onKept.down)}, ` +
      `while ${count(eventsOnSocket, 'event')} came over the WebSocket (${size(onSocket.down)}).`,
    details: [
      `${TIMES} questions on ${count(kept.passed.connections, 'connection')}: ${size(kept.passed.total)}, ${duration(usual(kept))} each. ` +
        `On ${count(fresh.passed.connections, 'connection')}: ${size(fresh.passed.total)}, ${duration(usual(fresh))} each` +
        `${Number.isFinite(factor) ? `, ${factor.toFixed(1)} times the bytes` : ''}.`,
      `Events that were due meanwhile: ${eventsDue}. ${isQuiet ? 'Who asks over HTTP gets them with the next answer.' : ''}`.trim(),
      ...(lost > 0 ? [`${count(lost, 'event')} never came over the WebSocket.`] : []),
    ],
    // What bytes are that came although nobody asked, their number does not tell.
    choice: isQuiet && eventsOnSocket > 0 ? 2 : undefined,
    surprise: surpriseOf(silence, kept.passed, fresh.passed),
  }
}

function surpriseOf({ onKept, eventsOnSocket, lost }: Silence, kept: Passed, fresh: Passed): string | undefined {
  if (onKept.down > 0)
    return 'Bytes came although nobody asked. Perhaps the server closed the idle connection (it does after some seconds), or the browser opened another one in advance.'
  if (onKept.requests > 0) return 'Somebody asked after all: is the page open twice?'
  if (eventsOnSocket === 0) return 'No event came over the WebSocket either, so this run shows nothing. Run it again.'
  if (lost > 0) return 'Nothing should be lost on an open line. Was the machine very busy?'
  if (kept.connections > 2 || fresh.connections < TIMES)
    return 'The connections are not as many as they should be: perhaps the browser opened one in advance.'
  if (fresh.total <= kept.total)
    return 'Handshakes should cost bytes, and here they did not. Is something between this page and the lab?'
  return undefined
}

export const table = ({ kept, fresh, silence }: Data): Table => ({
  caption: 'Each exchange, and what the doors counted',
  columns: ['what', 'n', 'time, ms', 'connections', 'requests', 'bytes up', 'bytes down'],
  rows: [
    ...[kept, fresh].flatMap(({ name, tookMs, passed }) => [
      ...tookMs.map((ms, index) => [name, index + 1, ms, undefined, undefined, undefined, undefined]),
      [`${name}, all`, tookMs.length, undefined, ...countedIn(passed)],
    ]),
    ...(silence
      ? [
          ['silence, kept HTTP connection', undefined, silence.ms, ...countedIn(silence.onKept)],
          ['silence, WebSocket', undefined, silence.ms, ...countedIn(silence.onSocket)],
        ]
      : []),
  ],
})

const countedIn = (passed?: Passed) => [passed?.connections, passed?.requests, passed?.up, passed?.down]
