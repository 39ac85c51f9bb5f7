// A WebSocket for attacks: the opening handshake by hand, then any bytes one likes.
import { SUBPROTOCOL } from '../core/subprotocol.ts'
import { decode } from './frames.ts'
import type { Line, Raid, Victim } from './raid.ts'

export interface Answer {
  status: number
  /** Status line and header, in lower case. */
  head: string
  /** Of a refusal, e.g. `bad_subprotocol`. */
  code: string | undefined
}

export interface Wss {
  line: Line
  /** 0 when there was none. */
  answer: Answer
  /** The next frame; undefined when none came within `ms`. */
  frame(ms: number): Promise<{ opcode: number; payload: Buffer } | undefined>
  /** Reads on to the close frame. @returns its code; 1006 when the line ended without one; undefined when neither came within `ms`. */
  closeCode(ms: number): Promise<number | undefined>
}

const MS = 3000
const KEY = 'd2lyZWxhYi1hdHRhY2stMQ=='

/** @param fields replace those of an honest handshake, add, or (as undefined) leave out */
export async function openWss(
  raid: Raid,
  { port }: Victim,
  fields: Record<string, string | undefined> = {},
  path = '/feed/wss',
): Promise<Wss> {
  const line = await raid.open()
  const all: Record<string, string | undefined> = {
    Host: `localhost:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Protocol': SUBPROTOCOL,
    ...fields,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  await line.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  const answer = (await answerOn(line, MS)) ?? { status: 0, head: '', code: undefined }

  async function frame(ms: number) {
    const found = await line.until(decode, ms)
    if (found) line.take(found.size)
    return found
  }
  return {
    line,
    answer,
    frame,
    async closeCode(ms) {
      const until = performance.now() + ms
      for (;;) {
        const next = await frame(Math.max(0, until - performance.now()))
        if (!next) return line.ended === undefined ? undefined : 1006
        if (next.opcode === 8) return next.payload.length < 2 ? 1005 : next.payload.readUInt16BE(0)
      }
    },
  }
}

/** @throws Error when one of them is refused: then an attack says nothing. */
export async function openAll(
  raid: Raid,
  victim: Victim,
  count: number,
  fields: Record<string, string | undefined>,
): Promise<Wss[]> {
  const opened: Wss[] = []
  while (opened.length < count) {
    const one = await openWss(raid, victim, fields)
    if (one.answer.status !== 101) throw new Error(`no WebSocket but ${one.answer.status} ${one.answer.code ?? ''}`)
    opened.push(one)
  }
  return opened
}

/** How these lines ended, counted: `4 × close code 1009, 2 × all taken`. @param otherwise of one that did not end */
export function told(codes: (number | undefined)[], otherwise: string): string {
  const counts = new Map<string, number>()
  for (const code of codes) {
    const word = code === undefined ? otherwise : code === 1006 ? 'cut off' : `close code ${code}`
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, count]) => `${count} × ${word}`).join(', ')
}

/** The next answer on this line, whose body has a length if it has one; undefined when none came within `ms`. */
export async function answerOn(line: Line, ms: number): Promise<Answer | undefined> {
  const found = await line.until((bytes) => {
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const head = bytes.subarray(0, end).toString('latin1').toLowerCase()
    const size = end + 4 + Number(/\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0)
    return bytes.length < size ? undefined : { head, size, body: bytes.subarray(end + 4, size).toString() }
  }, ms)
  if (!found) return undefined
  line.take(found.size)
  const status = Number(/^http\/1\.1 (\d{3})/.exec(found.head)?.[1] ?? 0)
  return { status, head: found.head, code: /"code":"([a-z_]+)"/.exec(found.body)?.[1] }
}
