// Reads HTTP/1.1 answers where several questions are under way at once on one connection (RFC 9112 §9.3.2): one after the other.
import { EMPTY, NOTHING, remember } from '../wires/contract.ts'
import type { Read, Reader } from '../wires/contract.ts'
import { field, parseHead } from '../wires/http1.ts'
import type { Head } from '../wires/http1.ts'
import { joined } from '../wires/websocket.ts'

interface Answer {
  head: Head
  body: Buffer
}

/** @param read gets each whole answer, if it is no refusal. Equal answers are given to it as the same object. */
export function answers(hello: string, read: (answer: Answer) => Read): Reader {
  let held = EMPTY
  return {
    asks: true,
    hello: () => hello,
    read(chunk) {
      const { all, rest } = split(held.length > 0 ? Buffer.concat([held, chunk]) : chunk)
      held = rest
      if (all.length === 0) return NOTHING
      const reads = all.map((answer) =>
        answer.head.status < 400 ? read(answer) : { ...NOTHING, failed: answer.head.text.split('\r\n')[0]! },
      )
      const headBytes = all.reduce((sum, { head }) => sum + head.bytes, 0)
      return { ...(reads.length === 1 ? reads[0]! : joined(reads)), headBytes }
    },
  }
}

const split = remember((given) => {
  const bytes = Buffer.from(given) // kept longer than the chunk is
  const all: Answer[] = []
  let at = 0
  for (let head = parseHead(bytes); head; head = parseHead(bytes.subarray(at))) {
    const length = head.status === 304 ? 0 : Number(field(head, 'content-length'))
    if (Number.isNaN(length)) throw new Error(`expected an answer with a length, got ${head.text}`)
    const start = at + head.bytes
    if (bytes.length < start + length) break
    all.push({ head, body: bytes.subarray(start, start + length) })
    at = start + length
  }
  return { all, rest: bytes.subarray(at) }
})
