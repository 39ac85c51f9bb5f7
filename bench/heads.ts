// The heads of our questions and answers over HTTP/1.1, to the byte: what the generator's reader asks, and what the lessons recorded.
import { ours } from './wires/ours.ts'

export type Asking = 'polling' | 'long-polling'

/** The first answer of each lesson: a cursor of ten bytes, and a body whose length has three digits. A test reads them there. */
export const recorded: Record<Asking, { headDown: number; cursor: number; lengthDigits: number }> = {
  polling: { headDown: 187, cursor: 10, lengthDigits: 3 },
  'long-polling': { headDown: 167, cursor: 10, lengthDigits: 3 },
}

/** Ports that the system gives have five digits. */
const AUTHORITY = 'localhost:40000'

/** `cursor`: its bytes; `body`: those of the answer. Polling's answer carries the cursor too, as its ETag. */
export function headsOf(transport: Asking, { cursor, body }: { cursor: number; body: number }) {
  const answer = recorded[transport]
  // Both ask in the same words, when the first long poll, which only looks where it stands, is over.
  const question = ours.polling({ authority: AUTHORITY, path: `/feed/${transport}`, after: '' }).hello()
  const longer = transport === 'polling' ? cursor - answer.cursor : 0
  return {
    headUp: question.length + cursor,
    headDown: answer.headDown + longer + String(Math.round(body)).length - answer.lengthDigits,
  }
}
