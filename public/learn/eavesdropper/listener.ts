// Who listens on the path and has no key: what it makes of types, lengths and times of TLS records, and of what a hello says in the clear.
// It knows this lab, for everybody can: how a record is made, and how its own two votes looked when they passed.
import { median } from '../../../src/core/stats.ts'
import { APPLICATION_DATA } from '../../tls/records.ts'
import type { SeenRecord } from '../../tls/records.ts'
import { clearOf, recordBytes } from './clear.ts'

export type Pattern = 'asks on a clock' | 'asks again when answered' | 'one question, then a stream' | 'unknown'

/** Of one answer, or of one record of a stream: so many votes of each kind, or that cannot be told apart. */
export interface Guessed {
  yes: number
  no: number
  either: number
}
export interface Heard {
  pattern: Pattern
  guessed: Guessed[]
}
/** A vote of its own: it knows when it cast it, and what it is in the feed. */
export interface OwnVote {
  at: number
  isYes: boolean
  /** Of the event. */
  bytes: number
}

interface Group {
  at: number
  bytes: number
}

/** Two lengths that differ by fewer bytes are one. */
const SAME_BYTES = 3
const NEAR_BYTES = 5
const MOST_IN_ONE = 8
const LATE_MS = 500

export function listen(records: readonly SeenRecord[], own: readonly OwnVote[]): Heard {
  const clear = clearOf(records)
  if (!clear) return { pattern: 'unknown', guessed: [] }
  const sealed = records.filter(({ type }) => type === APPLICATION_DATA)
  // The first one that a client of TLS 1.3 sends under this type is its Finished (RFC 8446 §2).
  const questions = sealed.filter(({ up }) => up).slice(clear.version === '1.3' ? 1 : 0)
  const [first] = questions
  if (!first) return { pattern: 'unknown', guessed: [] }
  const down = sealed.filter(({ up, at }) => !up && at >= first.at)
  const isAsking = questions.length >= 3
  const groups = isAsking ? answersTo(questions, down) : down
  return {
    pattern: isAsking ? rhythmOf(questions, down) : 'one question, then a stream',
    guessed: votesIn(groups, own, isAsking ? undefined : recordBytes(clear)),
  }
}

function answersTo(questions: readonly SeenRecord[], down: readonly SeenRecord[]): Group[] {
  return questions.flatMap(({ at }, index) => {
    const until = questions[index + 1]?.at ?? Infinity
    const mine = down.filter((each) => each.at >= at && each.at < until)
    return mine.length === 0 ? [] : [{ at: mine[0]!.at, bytes: mine.reduce((sum, { bytes }) => sum + bytes, 0) }]
  })
}

function rhythmOf(questions: readonly SeenRecord[], down: readonly SeenRecord[]): Pattern {
  const held: number[] = []
  const rested: number[] = []
  for (const [index, { at }] of questions.entries()) {
    const next = questions[index + 1]
    const answers = down.filter((each) => each.at >= at && (!next || each.at < next.at))
    if (answers.length === 0) continue
    held.push(answers[0]!.at - at)
    if (next) rested.push(next.at - answers.at(-1)!.at)
  }
  return (median(rested) ?? 0) > (median(held) ?? 0) ? 'asks on a clock' : 'asks again when answered'
}

/** @param around what is not votes in a record or answer; where it is not known, what its own votes leave of theirs. */
function votesIn(groups: readonly Group[], own: readonly OwnVote[], around?: number): Guessed[] {
  const [yes, no] = [true, false].map((isYes) => {
    const vote = own.find((each) => each.isYes === isYes)
    const near = groups.filter(({ at }) => vote && at >= vote.at && at < vote.at + LATE_MS)
    const largest = near.toSorted((a, b) => b.bytes - a.bytes)[0] // others that come then are empty
    return vote && largest && { ...largest, around: around ?? largest.bytes - vote.bytes }
  })
  if (!yes || !no) return []
  const after = Math.max(yes.at, no.at)
  return groups
    .filter(({ at }) => at > after)
    .map(({ bytes }) => split(bytes - yes.around, yes.bytes - yes.around, no.bytes - no.around, around === undefined))
    .filter((each) => each.yes + each.no + each.either > 0)
}

/** So many of the one length and so many of the other come nearest to it; neither, where nothing comes near. */
function split(bytes: number, yes: number, no: number, isList: boolean): Guessed {
  const isOne = Math.abs(yes - no) < SAME_BYTES
  let best: Guessed = { yes: 0, no: 0, either: 0 }
  let off = NEAR_BYTES + 1
  for (let all = 1; all <= MOST_IN_ONE; all++)
    for (let some = isOne ? all : 0; some <= all; some++) {
      const commas = isList ? all - 1 : 0 // as JSON has them
      const away = Math.abs(some * yes + (all - some) * no + commas - bytes)
      if (away >= off) continue
      off = away
      best = isOne ? { yes: 0, no: 0, either: all } : { yes: some, no: all - some, either: 0 }
    }
  return best
}

export const counted = (guessed: readonly Guessed[]) =>
  guessed.reduce((sum, { yes, no, either }) => sum + yes + no + either, 0)

/** How many of the secret votes, true for yes, it has named: in one answer their order cannot be told, so it does not count. */
export function namedRight(guessed: readonly Guessed[], votes: readonly boolean[]): number {
  let [at, right] = [0, 0]
  for (const { yes, no, either } of guessed) {
    const mine = votes.slice(at, (at += yes + no + either))
    const trulyYes = mine.filter(Boolean).length
    right += Math.min(yes, trulyYes) + Math.min(no, mine.length - trulyYes)
  }
  return right
}
