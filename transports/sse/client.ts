// SSE, client side: the platform's EventSource reads the stream and remembers the last id; we watch that it is alive.
import type { Json } from '../../src/core/event.ts'
import { reader } from '../../src/core/reader.ts'
import type { Connect } from '../contract.ts'
import { retrying, settle, watchdog, whyRefused } from '../retry.ts'

/** Until the hello says how often the server beats. */
const FIRST_WORD_MS = 10_000

export const connect: Connect = (options) => {
  const { origin, after = 'now', platform = globalThis, onEvent, onGap, onState } = options
  const position = reader(after, onEvent, onGap)

  return retrying(onState, (line) => {
    const url = `${origin}/feed/sse?after=${position.cursor}`
    const source = new platform.EventSource(url)
    const alive = watchdog(FIRST_WORD_MS, () => line.lost(new Error('sse: no heartbeat; the line is dead')))
    let opened = false

    const on = (type: string, take: (data: string) => void) =>
      source.addEventListener(type, ({ data }: MessageEvent<string>) => {
        if (line.over) return // the rest of a chunk that was read before close()
        alive.feed()
        try {
          take(data)
        } catch (error) {
          line.lost(error) // not an event, or events are missing: resume at the cursor
        }
      })
    on('message', (data) => position.event(JSON.parse(data) as Json))
    on('gap', (data) => position.gap(JSON.parse(data) as Json))
    on('heartbeat', (data) => position.heartbeat(data))
    on('hello', (data) => {
      const { cursor, heartbeatMs } = JSON.parse(data) as { cursor: string; heartbeatMs: number }
      position.start(cursor)
      alive.feed(2.5 * heartbeatMs)
      opened = true
      line.opened()
    })

    source.addEventListener('error', (event) => {
      if (line.over) return
      // CONNECTING: EventSource comes back by itself after the server's `retry`, with Last-Event-ID. Once; then we back off.
      if (source.readyState === source.CONNECTING && opened) {
        opened = false
        alive.feed(FIRST_WORD_MS)
        return line.waiting(event)
      }
      if (source.readyState === source.CONNECTING) return line.lost(event)
      // CLOSED: the answer was no stream.
      whyRefused(event, url, platform.fetch).then(
        (refused) => settle(line, 'sse', refused),
        (error: unknown) => line.lost(error),
      )
    })

    return () => {
      alive.stop()
      source.close()
    }
  })
}
