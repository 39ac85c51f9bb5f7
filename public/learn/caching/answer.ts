// The answer of “ETag and 304”: what “not modified” saved of an empty answer and of a long one, and what the browser kept. Pure.
import { count, percent, size } from '../../words.ts'
import type { Passed } from '../doors.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'
import { keptIn } from './kept.ts'
import type { Fetched } from './kept.ts'

/** `plain` asks without a condition; `miss` with an ETag that fits nothing, so it is answered 200; `hit` is answered 304. */
export const kinds = ['plain', 'miss', 'hit'] as const
export type Kind = (typeof kinds)[number]
/** The same question, some times. */
export interface Series {
  kind: Kind
  /** In the answer that it would be without 304. */
  events: number
  statuses: number[]
  passed?: Passed
}
export interface Data {
  series: Series[]
  fetched: Fetched[]
  etag: string
}

/** Bytes of one exchange, up and down, with all that the browser sends for it. */
const eachOf = (series?: Series) => (series?.passed?.total ?? NaN) / (series?.statuses.length ?? 0)

export interface Saving {
  events: number
  /** One exchange answered 200, without a condition. */
  plain: number
  /** One answered 304, as it was sent between two origins. */
  hit: number
  /** How many of its questions asked for leave before (CORS preflight), and what that cost each question on average. */
  leaves: number
  leave: number
  /** A 304 without that, as a page has it at its own origin. */
  own: number
}

/** `miss` and `hit` differ in nothing but their answers; `miss` and `plain` in the condition, and the leave to send it. */
export function savingOf({ series, etag }: Data, isLong: boolean): Saving {
  const of = (kind: Kind) => series.find((one) => one.kind === kind && one.events > 0 === isLong)
  const [plain = NaN, miss = NaN, hit = NaN] = kinds.map((kind) => eachOf(of(kind)))
  const { passed, statuses = [] } = of('hit') ?? {}
  const leaves = (passed?.requests ?? 0) - statuses.length
  const leave = leaves > 0 ? Math.max(0, miss - plain - `If-None-Match: ${etag}\r\n`.length) : 0
  return { events: of('plain')?.events ?? 0, plain, hit, leaves, leave, own: hit - leave }
}

export const WORDS: Record<Kind, string> = {
  plain: 'no condition',
  miss: 'an ETag that does not fit',
  hit: 'the right ETag',
}

export function answer(data: Data): Answer {
  const [empty, long] = [savingOf(data, false), savingOf(data, true)]
  const [little, much] = [empty, long].map(({ own, plain }) => 1 - own / plain) as [number, number]
  if (!Number.isFinite(little + much))
    return {
      sentence: 'Not every question was asked in this run, so there is nothing to compare.',
      choice: undefined,
      surprise: 'Is the lab still running, and does it answer? Run it again.',
    }
  const change = (share: number) =>
    share >= 0 ? `saved ${percent(share)} of the bytes` : `cost ${percent(-share)} more`
  return {
    sentence: `For the empty answer 304 ${change(little)}, for ${count(long.events, 'event')} it ${change(much)}.`,
    details: [
      `One poll without news: ${size(empty.plain)} as 200, ${size(empty.own)} as 304.`,
      `One poll for ${count(long.events, 'event')} that the page already had: ${size(long.plain)} as 200, ${size(long.own)} as 304.`,
      ...(empty.leaves > 0
        ? [
            `Between two origins this browser asked for leave ${count(empty.leaves, 'time')} (a preflight, ${size(empty.leave)} for each question): then a poll without news costs ${size(empty.hit)}, ${empty.hit > empty.plain ? 'more' : 'less'} than one without ETag.`,
          ]
        : []),
      ...keptIn(data.fetched),
    ],
    choice: !isRight(data) ? undefined : choiceOf(little, much),
    surprise: !isRight(data)
      ? 'Not every question got the answer it should: something was published in between, so there was news after all. Run it again.'
      : much > Math.max(0, little)
        ? undefined
        : 'The long answer should save much, and more than the empty one. Has the lab only a few events in its log?',
  }
}

/** Of “nearly all, in both cases”, “little when it was empty, most when it was long”, “none”. */
const choiceOf = (little: number, much: number) =>
  little > 0.6 && much > 0.6
    ? 0
    : much > 0.5 && little < 0.4
      ? 1
      : Math.max(Math.abs(little), Math.abs(much)) < 0.1
        ? 2
        : undefined

const STATUS: Record<Kind, number> = { plain: 200, miss: 200, hit: 304 }
const isRight = ({ series }: Data) =>
  series.every(({ kind, statuses }) => statuses.every((status) => status === STATUS[kind]))

export const table = ({ series, fetched, etag }: Data): Table => ({
  caption: `The last ETag was ${etag}`,
  columns: [
    ...['what', 'exchanges', 'requests', 'statuses', 'bytes up', 'bytes down', 'bytes of one exchange'],
    ...['transferSize', 'body bytes'],
  ],
  rows: [
    ...series.map((one) => [
      ...[`${count(one.events, 'event')}, ${WORDS[one.kind]}`, one.statuses.length, one.passed?.requests],
      ...[[...new Set(one.statuses)].join(' '), one.passed?.up, one.passed?.down, eachOf(one), undefined, undefined],
    ]),
    ...fetched.map(({ what, mode, transferBytes, bodyBytes }) => [
      ...[`${what}, cache mode ${mode}`, 1, undefined, undefined, undefined, undefined, undefined],
      ...[transferBytes, bodyBytes],
    ]),
  ],
})
