// Each line on standard input is an event: `tail -f access.log | npx wirelab serve --source stdin`.
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Feed } from '../core/feed.ts'

/** A line that cannot be an event (too long) is reported, never dropped in silence. The end of input does not end the lab. */
export function startStdin(feed: Feed, input: Readable, report: (message: string) => void): { stop(): void } {
  const lines = createInterface({ input, crlfDelay: Infinity })
  let n = 0
  lines.on('line', (text) => {
    const line = ++n
    feed.publish({ type: 'line', data: { line, text: text.toWellFormed() } }).catch((error: unknown) => {
      report(`stdin line ${line}: ${(error as Error).message}`)
    })
  })
  lines.on('close', () => report(`stdin ended after ${n} lines; the feed stays open`))
  return { stop: () => lines.close() }
}
