// Naive on purpose, and only for the range: an event stream as it is often written, with what people typed behind `data:`.
import type { Duplex } from 'node:stream'
import { parseObject } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'

/** Each line break of a note is one of the stream. Who reads too slowly is dropped, as everywhere. @param queueBytes how slowly */
export function naiveStream(stream: Duplex, feed: Feed, queueBytes: number): void {
  const decoder = new TextDecoder()
  const leave = feed.follow('now', ({ entries }) => {
    for (const { bytes } of entries) {
      const { type, data } = parseObject(decoder.decode(bytes)) as { type: string; data: { text?: unknown } | null }
      const text = data?.text
      stream.write(`event: ${type}\ndata: ${typeof text === 'string' ? text : JSON.stringify(text ?? null)}\n\n`)
    }
    if (stream.writableLength > queueBytes) stream.destroy()
  })
  stream.once('close', leave)
}
