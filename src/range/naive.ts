// Naive on purpose, and only for the range: an event stream as it is often written, with what people typed behind `data:`.
import type { Duplex } from 'node:stream'
import { parseObject } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'

/** Each line break of a note is one of the stream. */
export function naiveStream(stream: Duplex, feed: Feed): void {
  const decoder = new TextDecoder()
  const leave = feed.follow('now', ({ entries }) => {
    for (const { bytes } of entries) {
      const { type, data } = parseObject(decoder.decode(bytes)) as { type: string; data: { text?: string } }
      stream.write(`event: ${type}\ndata: ${data.text}\n\n`)
    }
  })
  stream.once('close', leave)
}
