// Each line on standard input is an event: `tail -f access.log | npx wirelab serve --source stdin`.
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Feed } from '../core/feed.ts'

/** A line longer than this is not kept: input without a line end must not fill the memory. */
const MAX_LINE = 64 * 1024
/** At most so many in one turn of the loop, so that followers get theirs before the log has forgotten them. */
const MAX_BURST = 100

/** A line that cannot be an event (too long) is reported, never dropped in silence. The end of input does not end the lab. */
export function startStdin(feed: Feed, input: Readable, report: (message: string) => void): { stop(): void } {
  let stopped = false
  let n = 0

  function take(text: string | undefined) {
    const line = ++n
    if (text === undefined) return report(`stdin line ${line}: longer than ${MAX_LINE} characters; skipped`)
    feed.publish({ type: 'line', data: { line, text: text.toWellFormed() } }).catch((error: unknown) => {
      report(`stdin line ${line}: ${(error as Error).message}`)
    })
  }

  async function read() {
    for await (const line of lines(input)) {
      if (stopped) return
      take(line)
      if (n % MAX_BURST === 0) await nextTurn()
    }
  }

  read()
    .catch((error: Error) => stopped || report(`stdin failed: ${error.message}`))
    .finally(() => stopped || report(`stdin ended after ${n} lines; the feed stays open`))
  return {
    stop() {
      stopped = true
      input.destroy()
    },
  }
}

/** Line by line, with \n or \r\n; undefined stands for one that is too long. The input waits while a line is worked on. */
async function* lines(input: Readable): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder('utf8') // a character may be cut in two by the end of a chunk
  let held = ''
  let tooLong = false

  for await (const chunk of input as AsyncIterable<string | Buffer>) {
    const pieces = (typeof chunk === 'string' ? chunk : decoder.write(chunk)).split('\n')
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        if (!tooLong) yield held.replace(/\r$/, '')
        held = ''
        tooLong = false
      }
      if (tooLong) continue // the rest of it, up to the next line
      held += piece
      if (held.length <= MAX_LINE) continue
      yield undefined // now: its end may never come
      held = ''
      tooLong = true
    }
  }
  held += decoder.end()
  if (held !== '' && !tooLong) yield held
}
