// Reads an event stream (WHATWG HTML §9.2) as the peers send it: each event's data is one line, and one of ours.
import { decodeEvent } from '../../src/core/event.ts'
import type { FeedEvent } from '../../src/core/event.ts'
import { remember } from '../wires/contract.ts'
import type { Wire } from '../wires/contract.ts'
import { get, stream } from './answers.ts'

/** Whole blocks, each ended by an empty line; those without data are comments, or only say `retry`. */
const decode = remember((blocks): FeedEvent[] =>
  blocks
    .toString()
    .split('\n') // and not by `$` of a pattern, which also ends a line at U+2028
    .filter((line) => line.startsWith('data:'))
    .map((line) => Object.freeze(decodeEvent(line.slice(5)))),
)

export const eventStream: Wire = ({ authority, path }) => {
  let rest: Buffer = Buffer.alloc(0)
  return stream(get(authority, path, ['Accept: text/event-stream']), (body) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, body]) : body
    const end = bytes.lastIndexOf('\n\n')
    if (end < 0) return ((rest = Buffer.from(bytes)), { events: [] })
    rest = Buffer.from(bytes.subarray(end + 2))
    return { events: decode(bytes.subarray(0, end + 1)) }
  })
}
