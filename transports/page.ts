// The JSON that polling and long polling answer with, put together from events that were encoded once.
import type { Page } from '../src/core/feed.ts'

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
