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

/** Sends a page, and does not wait for ever for a reader that takes nothing of it. */
export function sendPage(outgoing: Env['Bindings']['outgoing'], body: Buffer, stallMs: number): void {
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  giveUp(outgoing, stallMs)
}

/** Ends an answer that is complete, and of which the reader takes nothing for so long. */
export function giveUp(outgoing: Env['Bindings']['outgoing'], stallMs: number): void {
  outgoing.setTimeout(stallMs, () => outgoing.destroy())
  outgoing.prependOnceListener('finish', () => outgoing.setTimeout(0)) // before Node sets its own, for the idle connection
}

const COMMA = Buffer.from(',')
