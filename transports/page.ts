// The JSON that polling and long polling answer with, put together from events that were encoded once.
import type { Page } from '../src/core/feed.ts'
import type { Env } from './contract.ts'

/** `{"cursor":…,"events":[…],"gap"?:…}` as bytes. */
export function pageBody({ cursor, entries, gap }: Page): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`{"cursor":"${cursor}","events":[`)]
  for (const [index, { bytes }] of entries.entries()) {
    if (index > 0) parts.push(COMMA)
    parts.push(bytes)
  }
  parts.push(Buffer.from(gap ? `],"gap":${JSON.stringify(gap)}}` : ']}'))
  return Buffer.concat(parts)
}

const COMMA = Buffer.from(',')

const SLICE_BYTES = 64 * 1024

/** Answers 200 with `body`, no faster than it is taken. A client that takes nothing for `stallMs` is cut off. */
export function sendPage(outgoing: Env['Bindings']['outgoing'], body: Buffer, stallMs: number): void {
  const stalled = setTimeout(() => outgoing.destroy(), stallMs)
  outgoing.once('close', () => clearTimeout(stalled))
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })

  let at = 0
  function next() {
    stalled.refresh()
    while (body.length - at > SLICE_BYTES)
      if (!outgoing.write(body.subarray(at, (at += SLICE_BYTES)))) return void outgoing.once('drain', next)
    outgoing.end(body.subarray(at))
  }
  next()
}
