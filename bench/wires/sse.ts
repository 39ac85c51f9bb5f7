// An event stream (WHATWG HTML §9.2) as the generator reads it: whole blocks go to eventsource-parser, equal ones once.
import { createParser } from 'eventsource-parser'
import { EMPTY, NOTHING, remember } from './contract.ts'
import type { Body, Read, Wire } from './contract.ts'
import { authorizing, field, streamReader } from './http1.ts'
import { joined } from './websocket.ts'

export interface EventStreamOptions {
  /** What one event of the stream means. Pure. */
  message(event: string, data: string): Partial<Read>
  opensWithHead?: boolean
}

const END = '\n\n'

/** Blocks end in an empty line; only LF is read as one, which all the servers here send. @returns a maker of readers. */
export function blocks(message: EventStreamOptions['message']): () => Body {
  const whole = remember((bytes) => readBlocks(bytes, message))
  return () => {
    let held = EMPTY
    return {
      read(bytes) {
        const all = held.length > 0 ? Buffer.concat([held, bytes]) : bytes
        const end = all.lastIndexOf(END) + END.length
        if (end < END.length) {
          held = Buffer.from(all)
          return NOTHING
        }
        held = end === all.length ? EMPTY : Buffer.from(all.subarray(end))
        return whole(end === all.length ? all : all.subarray(0, end))
      },
    }
  }
}

function readBlocks(bytes: Buffer, message: EventStreamOptions['message']): Read {
  const reads: Partial<Read>[] = []
  const parser = createParser({ onEvent: ({ event = 'message', data }) => reads.push(message(event, data)) })
  parser.feed(bytes.toString())
  return joined(reads)
}

export function eventStream({ message, opensWithHead }: EventStreamOptions): Wire {
  const bodies = blocks(message)
  return ({ authority, path, after, ...target }) =>
    streamReader({
      request:
        `GET ${path}${after === undefined ? '' : `?after=${after}`} HTTP/1.1\r\nHost: ${authority}\r\n` +
        `Accept: text/event-stream\r\n${authorizing(target)}\r\n`,
      refuses: (head) =>
        head.status === 200 && /^text\/event-stream/i.test(field(head, 'content-type') ?? '') ? undefined : 'no stream',
      body: bodies(),
      ...(opensWithHead && { opensWithHead }),
    })
}
