// The answer of “One URL, four transports”: what kind each answer was, from what came back, not from what was asked for. Pure.
import { count, duration } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'

export interface Asked {
  name: string
  /** What the request said, beyond what each one says. */
  said: string
  askedAt: number
  status?: number
  contentType?: string
  vary?: string
  applied?: string
  /** Head of the answer, or the WebSocket's opening. */
  headAt?: number
  endAt?: number
  /** When each event was read. */
  events: number[]
}
export interface Data {
  asked: Asked[]
  now: number
}

type Kind = 'polling' | 'long-polling' | 'sse' | 'wss'

function kindOf({ contentType = '', applied, status, headAt }: Asked): Kind | undefined {
  if (headAt !== undefined && status === undefined) return 'wss'
  if (status !== 200) return undefined
  if (contentType.startsWith('text/event-stream')) return 'sse'
  if (contentType.startsWith('application/json')) return applied ? 'long-polling' : 'polling'
  return undefined
}

const lasted = ({ askedAt, endAt }: Asked) => (endAt === undefined ? 'no end yet' : duration(endAt - askedAt))
const events = ({ events }: Asked) => count(events.length, 'event')

const WORDS: Record<Kind, (asked: Asked) => string> = {
  polling: (asked) => `JSON with ${events(asked)} after ${lasted(asked)}`,
  'long-polling': (asked) => `JSON that was held for ${lasted(asked)} and then had ${events(asked)}`,
  sse: (asked) => `a stream with ${events(asked)}, ${asked.endAt === undefined ? 'which goes on' : 'which ended'}`,
  wss: (asked) => `a WebSocket, no HTTP any more, with ${events(asked)}`,
}

const told = (asked: Asked) => {
  const kind = kindOf(asked)
  return kind ? WORDS[kind](asked) : asked.status ? `HTTP ${asked.status}` : 'no answer'
}

export function answer({ asked }: Data): Answer {
  const kinds = new Set(asked.map(kindOf).filter((kind) => kind !== undefined)).size
  const vary = asked.find((each) => each.vary)?.vary
  return {
    sentence:
      kinds === 0
        ? 'None of the requests got an answer with events.'
        : `One URL gave ${count(kinds, 'kind')} of answer.`,
    details: [
      ...asked.map((each) => `${each.said}: ${told(each)}.`),
      ...(vary ? [`The server names what it looked at: Vary: ${vary}.`] : []),
    ],
    choice: { 1: 0, 2: 1, 4: 2 }[kinds],
    ...(kinds !== 4 && {
      surprise:
        'Four were expected. Something between this page and the lab may have taken a header away (Upgrade and Prefer are the usual ones), or an answer failed; see the table.',
    }),
  }
}

export const table = ({ asked }: Data): Table => ({
  caption: 'The four exchanges',
  columns: [
    ...['transport', 'request header', 'status', 'Content-Type', 'Preference-Applied', 'Vary'],
    ...['first byte after, ms', 'ended after, ms', 'events'],
  ],
  rows: asked.map((each) => [
    ...[each.name, each.said, each.status ?? (each.headAt === undefined ? undefined : 'opened')],
    ...[each.contentType, each.applied, each.vary],
    each.headAt === undefined ? undefined : each.headAt - each.askedAt,
    each.endAt === undefined ? 'open' : each.endAt - each.askedAt,
    each.events.length,
  ]),
})
