// The answer of “The eavesdropper”: what was read on plain sockets, and what the records of TLS still told. Pure.
import { suiteName } from '../../tls/names.ts'
import { count, list } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'
import type { Clear } from './clear.ts'
import type { Pattern } from './listener.ts'

export interface Line {
  transport: string
  pattern: Pattern
  /** Votes that it saw pass, and those of them that it named right. */
  counted: number
  right: number
  /** On the plain socket: of the secret votes so many were read, and the key of the listener’s victim. */
  read: number
  hasKey: boolean
}
export interface Round {
  tls: '1.3' | '1.2'
  isPadded: boolean
  /** The secret ones; true is yes. */
  votes: boolean[]
  lines: Line[]
  clear?: Clear
}
/** What the picture shows of one line while it goes on. */
export interface Sample {
  transport: string
  plain: Piece[]
  sealed: Piece[]
}
export interface Piece {
  up: boolean
  bytes: Uint8Array
}
export interface Seen {
  transport: string
  /** Milliseconds since the round began. */
  marks: { at: number; up: boolean; bytes: number }[]
}
export interface Data {
  rounds: Round[]
  sample?: Sample
  seen: Seen[]
  lastMs: number
}

const PATTERNS: Readonly<Record<string, Pattern>> = {
  polling: 'asks on a clock',
  'long-polling': 'asks again when answered',
  sse: 'one question, then a stream',
  wss: 'one question, then a stream',
}
export const nameOf = ({ tls, isPadded }: Round) => `TLS ${tls}${isPadded ? ', padded' : ''}`
const sumOf = (lines: readonly Line[], what: 'counted' | 'right' | 'read') =>
  lines.reduce((sum, each) => sum + each[what], 0)
const dueIn = (rounds: readonly Round[]) =>
  rounds.reduce((sum, { votes, lines }) => sum + votes.length * lines.length, 0)
const known = ({ transport, pattern }: Line) => PATTERNS[transport] === pattern

export function answer({ rounds }: Data): Answer {
  const [bare, padded] = [rounds.filter((each) => !each.isPadded), rounds.filter(({ isPadded }) => isPadded)]
  const linesOf = (some: readonly Round[]) => some.flatMap(({ lines }) => lines)
  const [due, right] = [dueIn(bare), sumOf(linesOf(bare), 'right')]
  if (due === 0) return { sentence: 'Nothing was overheard, so there is nothing to tell.', choice: undefined }
  const all = linesOf(rounds)
  const [read, keys] = [sumOf(all, 'read'), all.filter(({ hasKey }) => hasKey).length]
  const share = right / due
  return {
    sentence: `Without a key, by lengths and times of TLS records alone, the listener named ${right} of ${count(due, 'vote')} right. On the plain sockets it read ${read} of ${dueIn(rounds)}, word by word${keys > 0 ? ', and the key of who asked' : ''}.`,
    details: [
      ...rounds.map(
        (round) =>
          `${nameOf(round)}: of ${dueIn([round])} votes ${sumOf(round.lines, 'counted')} were seen to pass and ${sumOf(round.lines, 'right')} named: ${list(round.lines.map((line) => `${line.transport} ${line.right} of ${round.votes.length}`))}.`,
      ),
      'Votes that share an answer or a record, as by polling and long polling, have no order to it: of those it names how many are yes, not which.',
      `What a client does: ${all.filter(known).length} of ${all.length} lines were told rightly as asking on a clock, asking again when answered, or a stream. SSE and WebSocket look alike to it.`,
      ...versions(rounds),
    ],
    choice: choiceOf(share),
    ...surpriseOf(share, padded, read === dueIn(rounds)),
  }
}

/** In the clear, once a version. */
function versions(rounds: readonly Round[]): string[] {
  const clear = new Map(rounds.flatMap((each) => (each.clear ? [[each.clear.version, each.clear]] : [])))
  return [...clear.values()].map(
    ({ version, serverName, offered, chosen, suite, certificate }) =>
      `In the clear over TLS ${version}: ${serverName === undefined ? 'no name, for the host is an address' : `the name ${serverName} (SNI)`}, offered protocols ${list(offered) || 'none'} (ALPN), ${chosen === undefined ? 'the choice is sealed' : `chosen ${chosen}`}, suite ${suiteName(suite)}, ${certificate ? `the certificate, for ${list(certificate) || 'no name'}` : 'no certificate: it is sealed'}.`,
  )
}

const choiceOf = (share: number) => (share >= 0.9 ? 2 : share < 0.3 ? 0 : share <= 0.7 ? 1 : undefined)

function surpriseOf(share: number, padded: readonly Round[], isAllRead: boolean): { surprise?: string } {
  const lines = padded.flatMap(({ lines }) => lines)
  if (!isAllRead)
    return {
      surprise:
        'Not every vote was read on the plain sockets, where nothing hides them. Was a packet of it in two pieces?',
    }
  if (choiceOf(share) !== 2)
    return {
      surprise:
        'The two votes are of different lengths, and TLS hides no length. A busy machine puts several events into one record, or the listener’s own two votes did not pass alone: then it has nothing to compare with.',
    }
  if (sumOf(lines, 'right') > 0)
    return { surprise: 'Padded votes are of one length, and yet some were named: something else about them differs.' }
  return {}
}

export const table = ({ rounds }: Data): Table => ({
  caption: 'What the listener made of each line',
  columns: [
    ...['line', 'over', 'looks like', 'secret votes', 'seen to pass', 'named right', 'read on the plain socket'],
    'key read',
  ],
  rows: rounds.flatMap((round) =>
    round.lines.map(({ transport, pattern, counted, right, read, hasKey }) => [
      ...[transport, nameOf(round), pattern, round.votes.length, counted, right, read, hasKey ? 'yes' : 'no'],
    ]),
  ),
})
