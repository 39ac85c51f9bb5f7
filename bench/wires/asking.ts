// Polling and long polling as the generator does them: a question, its whole answer, the next question, on one connection.
import { EMPTY, NOTHING, remember } from './contract.ts'
import type { Read, Wire } from './contract.ts'
import { authorizing, field, parseHead } from './http1.ts'
import type { Head } from './http1.ts'

export interface Answer extends Pick<Read, 'events' | 'gaps'> {
  /** What the next question needs: a query, and fields. */
  next: { query: string; fields?: string }
  /** There is more at once: ask without a pause. */
  more?: boolean
}

export interface AskingOptions {
  /** Without `after`: from now on. */
  first(after?: string): Answer['next']
  /** What an answer means. Pure. @throws when it means nothing. */
  answer(body: Buffer, head: Head): Answer
  /** Ask again when it is time (polling), or at once (long polling). */
  when: 'later' | 'reply'
}

export function asking({ first, answer, when }: AskingOptions): Wire {
  return (target) => {
    const { authority, path, after } = target
    const own = authorizing(target)
    const question = ({ query, fields = '' }: { query: string; fields?: string }) =>
      `GET ${path}${query} HTTP/1.1\r\nHost: ${authority}\r\n${own}${fields}\r\n`
    const whole = shared(`${authority} ${path} ${own}`, question)
    let held = EMPTY
    return {
      asks: true,
      hello: () => question(first(after)),
      read(chunk) {
        const all = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
        const read = whole(all)
        held = read ? EMPTY : Buffer.from(all)
        return read ?? NOTHING
      },
    }
  }

  /** One memory for all connections to one place: their next questions are the same bytes too. */
  function shared(place: string, question: (next: Answer['next']) => string) {
    const known = memories.get(place)
    if (known) return known
    const made = remember((bytes) => readAnswer(bytes, question))
    memories.set(place, made)
    return made
  }

  function readAnswer(bytes: Buffer, question: (next: Answer['next']) => string): Read | undefined {
    const head = parseHead(bytes)
    if (!head) return undefined
    const length = Number(field(head, 'content-length') ?? (head.status === 304 ? 0 : NaN))
    if (Number.isNaN(length)) return { ...NOTHING, failed: `an answer without a length: ${head.text.split('\r\n')[0]}` }
    if (bytes.length < head.bytes + length) return undefined
    if (bytes.length > head.bytes + length) return { ...NOTHING, failed: 'more than was asked for' }
    const body = bytes.subarray(head.bytes)
    if (head.status !== 200 && head.status !== 304)
      return { ...NOTHING, failed: `${head.text.split('\r\n')[0]} ${body.toString().slice(0, 200)}` }
    const { events, gaps, next, more } = answer(body, head)
    const said = Buffer.from(question(next))
    return {
      ...{ events, open: true, bodyBytes: length },
      ...(gaps && { gaps }),
      [more ? 'reply' : when]: said,
    }
  }
}

const memories = new Map<string, (bytes: Buffer) => Read | undefined>()
