// How many bytes an event has to which nothing is added, as one of them came: the slider of the size says it once it is known.
import { encodeEvent } from '../src/core/event.ts'
import type { FeedEvent } from '../src/core/event.ts'
import { size } from './words.ts'

/** They differ by a digit or two. */
let bytes: number | undefined

/** One of the lab's own; what is padded has a `pad`, or is nothing else. */
export function weigh(event: FeedEvent) {
  const { type, data } = event
  if (bytes !== undefined || type !== 'tick' || typeof data !== 'object' || data === null || 'pad' in data) return
  bytes = encodeEvent(event).length
}

export const smallest = () => (bytes === undefined ? 'smallest' : `smallest, ≈ ${size(bytes)}`)
