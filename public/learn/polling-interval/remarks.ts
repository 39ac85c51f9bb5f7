// What the words beside the formula and the reason of “How often to ask” say of the numbers of a run. Pure.
import { list, percent } from '../../words.ts'
import { every, figuresOf, offOf } from './answer.ts'
import type { Line } from './answer.ts'

/** How near the formula is, for the reader of both. */
export function nearness(lines: readonly Line[]): string {
  const all = lines.map(figuresOf)
  const far = all.filter((each) => !(offOf(each) <= each.chanceMs))
  return (
    'By chance alone the median is in 19 of 20 runs no further off than the last column says, as a simulation with the lab’s schedule finds. ' +
    (far.length === 0
      ? 'Here all are within that.'
      : `Further off: every ${list(far.map(every))}. The formula is for questions that come evenly and answers that take no time to read: ` +
        'a busy machine or browser makes waits longer. Run it again and see whether it stays.')
  )
}

/** What the questions bought that no event was there for. */
export function emptiness(lines: readonly Line[]): string {
  const all = lines.map(figuresOf).filter(({ answers }) => answers > 0)
  const some = all.filter(({ empty }) => empty > 0)
  if (all.length === 0) return ''
  if (some.length === 0) return 'In this run none did: an event came up in each pause.'
  const none = all.filter(({ empty }) => empty === 0)
  const shares = some.map((each) => `${percent(each.empty / each.answers)} of those every ${every(each)}`)
  return `In this run ${list(shares)} did${none.length > 0 ? `, and none of those every ${list(none.map(every))}` : ''}.`
}
