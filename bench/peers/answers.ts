// Reads HTTP/1.1 answers where several questions are under way at once on one connection (RFC 9112 §9.3.2): one after the other.
import { EMPTY, NOTHING, remember } from '../wires/contract.ts'
import type { Read, Reader } from '../wires/contract.ts'
import { field, parseHead } from '../wires/http1.ts'
import type { Head } from '../wires/http1.ts'
import { joined } from '../wires/websocket.ts'

/** What a connection makes of each answer, by what was parsed of it once for all of them. */
export type MakeReader<Parsed> = (hello: string, read: (parsed: Parsed) => Read) => Reader

/** @param parse what a whole answer means; pure. Never asked about a refusal. */
export function answers<Parsed>(parse: (body: Buffer, head: Head) => Parsed): MakeReader<Parsed> {
  const split = remember((bytes) => whole(bytes, parse))
  return (hello, read) => {
    let held = EMPTY
    return {
      asks: true,
      hello: () => hello,
      read(chunk) {
        const { all, rest } = split(held.length > 0 ? Buffer.concat([held, chunk]) : chunk)
        held = rest
        if (all.length === 0) return NOTHING
        const reads = all.map((each) => ('failed' in each ? { ...NOTHING, failed: each.failed } : read(each.parsed)))
        const sum = (key: 'headBytes' | 'bodyBytes') => all.reduce((total, each) => total + each[key], 0)
        const bytes = { headBytes: sum('headBytes'), bodyBytes: sum('bodyBytes') }
        return { ...(reads.length === 1 ? reads[0]! : joined(reads)), ...bytes }
      },
    }
  }
}

type Answer<Parsed> = { headBytes: number; bodyBytes: number } & ({ parsed: Parsed } | { failed: string })

function whole<Parsed>(bytes: Buffer, parse: (body: Buffer, head: Head) => Parsed) {
  const all: Answer<Parsed>[] = []
  let at = 0
  for (let head = parseHead(bytes); head; head = parseHead(bytes.subarray(at))) {
    const length = Number(field(head, 'content-length'))
    const start = at + head.bytes
    const refused = head.status !== 200 || Number.isNaN(length)
    if (!refused && bytes.length < start + length) break
    all.push({
      headBytes: head.bytes,
      bodyBytes: refused ? 0 : length,
      ...(refused
        ? { failed: `expected 200 and a length, got ${head.text.replaceAll('\r\n', ', ')}` }
        : { parsed: parse(bytes.subarray(start, start + length), head) }),
    })
    at = refused ? bytes.length : start + length
  }
  return { all, rest: at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at)) }
}
