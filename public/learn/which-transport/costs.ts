// What a transport costs, worked out for any rate and any interval from numbers that were measured at one. Pure; the lessons’ formulas.
import type { TransportName } from '../../../transports/clients.ts'

export interface Measured {
  transport: TransportName
  events: number
  lost: number
  medianMs: number
  worstMs: number
  /** Question to an answer that comes at once. Of polling, and so of long polling, whose answers are held; of no other. */
  tripMs: number
  /** An event by itself, as text. */
  eventBytes: number
  /** Below TLS, up and down. */
  bytesPerEvent: number
  requestsPerEvent: number
  bytesPerRequest: number
}

export const isAsking = (transport: TransportName): boolean => transport === 'polling' || transport === 'long-polling'

/** A question and an answer without an event: what was measured, less the events that were in it. */
export const emptyBytes = ({ bytesPerRequest, requestsPerEvent, eventBytes }: Measured): number =>
  bytesPerRequest - eventBytes / requestsPerEvent

/** Polling pauses for so long after each answer. */
export const pollsPerSecond = ({ tripMs }: Measured, intervalMs: number): number => 1000 / (intervalMs + tripMs)

/** As long as a question is held without an event. */
const WAIT_S = 25

/**
 * The next question is there a round trip after the last one was answered; it is answered at once when an event came meanwhile, and
 * else with the next one (at random moments), or after the wait.
 */
export function longPollsPerSecond({ tripMs }: Measured, perSecond: number): number {
  const tripS = tripMs / 1000
  const heldS = (Math.exp(-perSecond * tripS) * (1 - Math.exp(-perSecond * WAIT_S))) / perSecond
  return 1 / (tripS + heldS)
}

/** Bytes a second: heads for each question, and the events, which cost the same however they are asked for. */
export const askedBytes = (found: Measured, asked: number, eventsPerSecond: number): number =>
  asked * emptyBytes(found) + eventsPerSecond * found.eventBytes

/** Whether anything can be worked out from it. */
export const isMeasured = (found: Measured): boolean =>
  found.events > 0 &&
  Number.isFinite(found.medianMs + found.bytesPerEvent) &&
  (!isAsking(found.transport) || Number.isFinite(found.tripMs + emptyBytes(found)))
