// What each transport sends in a case beside the cheapest of those that can do it: one rule for all four. Pure.
import type { TransportName } from '../../../transports/clients.ts'
import { ratio } from '../../words.ts'
import { NAMES } from './answer.ts'
import type { Fit, Reason } from './advice.ts'
import { askedBytes, isAsking, longPollsPerSecond, pollsPerSecond } from './costs.ts'
import type { Measured } from './costs.ts'

export interface Needs {
  freshMs: number
  clients: number
  /** Events for each client. */
  perSecond: number
}

/** What is so much more than the cheapest has a price. */
const TWICE = 2
/** What differs by less is called equal, and gets the same verdict. */
const ALIKE = 1.1
/** Bytes a second for each client: less is no price, whatever it is a multiple of. The heartbeats of a stream alone are some 3. */
const LITTLE = 20
/** A shorter pause is none. */
const LEAST_PAUSE_MS = 20

/** @returns how long polling may pause, for at worst the latency is i + 3t/2 (lesson 1); NaN: no pause is short enough. */
export function pauseOf({ freshMs }: Needs, { tripMs }: Measured): number {
  const pauseMs = freshMs - 1.5 * tripMs
  return pauseMs < LEAST_PAUSE_MS ? NaN : pauseMs
}

export function questionsOf(needs: Needs, found: Measured): number {
  if (!isAsking(found.transport)) return 0
  const each =
    found.transport === 'polling'
      ? pollsPerSecond(found, pauseOf(needs, found))
      : longPollsPerSecond(found, needs.perSecond)
  return needs.clients * each
}

/** @returns bytes a second in all; NaN where events come later than they may. */
export function bytesOf(needs: Needs, found: Measured): number {
  const { freshMs, clients, perSecond } = needs
  if (found.transport !== 'polling' && found.medianMs >= freshMs) return NaN
  const events = clients * perSecond
  if (!isAsking(found.transport)) return events * found.bytesPerEvent
  return askedBytes(found, questionsOf(needs, found), events)
}

/** @param able those that nothing rules out, with their bytes a second. @returns what that says of each of them. */
export function pricesOf(
  able: readonly (readonly [transport: TransportName, bytes: number])[],
  clients: number,
): Map<TransportName, Reason> {
  const sorted = able.filter(([, bytes]) => Number.isFinite(bytes)).toSorted(([, a], [, b]) => a - b)
  const prices = new Map<TransportName, Reason>()
  const [cheapest, least] = sorted[0] ?? []
  if (cheapest === undefined || least === undefined) return prices
  let [fits, before]: [Fit, number] = ['yes', least]
  for (const [transport, bytes] of sorted) {
    // No line between two that are as good as equal.
    if (bytes > before * ALIKE) fits = bytes > least * TWICE && bytes > LITTLE * clients ? 'maybe' : 'yes'
    before = bytes
    prices.set(transport, [fits, wordsOf(bytes / least, transport === cheapest, NAMES[cheapest], fits)])
  }
  return prices
}

function wordsOf(times: number, isCheapest: boolean, cheapest: string, fits: Fit): string {
  if (isCheapest) return 'It sends the least here.'
  if (times <= ALIKE) return `It sends as good as the least here, which is that of ${cheapest}.`
  return `It sends ${ratio(times)} times as much as ${cheapest}, the cheapest here${fits === 'yes' && times > TWICE ? '; little all the same' : ''}.`
}
