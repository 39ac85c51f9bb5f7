// The lessons (transports/*/README.md) against the live server: their bytes, their numbers, their quotes of the code.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLab } from '../src/server/start.ts'
import type { Lab } from '../src/server/start.ts'
import type { Draft } from '../src/core/event.ts'
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'

const SECTIONS = ['Idea', 'On the wire', 'The code', 'What it costs', 'When it breaks']
/** The moment at which every event of these labs is due, so that lengths are what the lessons say. */
const AT = 1767225600000.125
const RECORD = 22
/** Long enough for bytes to come that should not come. */
const QUIET_MS = 150

let certs: string
const labs: Lab[] = []
const lessons = {} as Record<TransportName, string>

beforeAll(async () => {
  certs = await mkdtemp(join(tmpdir(), 'wirelab-lessons-'))
  for (const name of transportNames)
    lessons[name] = await readFile(join(import.meta.dirname, `../transports/${name}/README.md`), 'utf8')
})
afterAll(async () => {
  await Promise.all(labs.map((lab) => lab.close()))
  await rm(certs, { recursive: true })
})

describe.each(transportNames)('the lesson of %s', (name) => {
  it('has the five sections, in their order', () => {
    expect([...lessons[name].matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual(SECTIONS)
  })

  it('shows the bytes that are really on the wire', async () => {
    const lab = await start()
    await perform(fenced(lessons[name], 'text')[0]!, lab)
  })

  it('quotes lines that are really in server.ts', async () => {
    const code = await readFile(join(import.meta.dirname, `../transports/${name}/server.ts`), 'utf8')
    const quotes = fenced(lessons[name], 'ts').flat()
    expect(quotes.length).toBeGreaterThan(0)
    const lines = new Set(code.split('\n').map((line) => line.trim()))
    for (const quote of quotes) expect(lines).toContain(quote.trim())
  })

  it('names the sizes of its first exchange', () => {
    const said = (symbol: string) => new RegExp(`\`${symbol} = (\\d+)\``).exec(lessons[name])?.[1]
    if (name === 'wss') return expect(said('h↑')).toBeUndefined() // its heads are paid once; it has no formula with them
    const lines = fenced(lessons[name], 'text')[0]!.map(fill)
    expect(said('h↑')).toBe(String(sizeOfHead(lines, '>')))
    expect(said('h↓')).toBe(String(sizeOfHead(lines, '<')))
    expect(said('c')).toBe(String('12345678.1'.length))
  })

  function fill(line: string) {
    return line.replaceAll('{epoch}', '12345678').replaceAll('{date}', 'Sun, 22 Nov 2026 03:59:35 GMT')
  }
})

describe('what the lessons say it costs, in bytes below TLS', () => {
  const c = '12345678.1'.length
  const p = JSON.stringify({ id: '12345678.1', at: AT, type: 'tick', data: { n: 1 } }).length

  it.each(['polling', 'long-polling'] as const)('%s: h↑ + 22 up, h↓ + 25 + c + p + 22 down', async (name) => {
    const lab = await start()
    await lab.feed.publish({ type: 'tick', data: { n: 1 } })
    const line = await open(lab)
    const request = `GET /feed/${name}?after=${lab.feed.epoch}.0 HTTP/1.1\r\nHost: localhost:8443\r\n\r\n`
    const cost = await costOf(lab, () => void line.socket.write(request))
    const head = line.received().indexOf('\r\n\r\n') + 4
    expect(cost).toEqual({ up: request.length + RECORD, down: head + 25 + c + p + RECORD })
    line.socket.destroy()
  })

  it.each([
    ['sse', p + 11 + c + RECORD],
    ['wss', p + 2 + RECORD],
  ] as const)('%s: 0 up, %i down for an event', async (name, bytes) => {
    const lab = await start()
    const line = await follow(lab, name)
    const cost = await costOf(lab, () => lab.feed.publish({ type: 'tick', data: { n: 1 } }))
    expect(cost).toEqual({ up: 0, down: bytes })
    line.socket.destroy()
  })

  it.each(['sse', 'wss'] as const)('%s: two events of one turn share a TLS record', async (name) => {
    const lab = await start()
    const line = await follow(lab, name)
    const cost = await costOf(lab, () => {
      void lab.feed.publish({ type: 'tick', data: { n: 1 } })
      void lab.feed.publish({ type: 'tick', data: { n: 2 } })
    })
    expect(cost.down).toBe(2 * (p + (name === 'sse' ? 11 + c : 2)) + RECORD)
    line.socket.destroy()
  })

  it.each([
    ['sse', 27 + 2 * c + RECORD],
    ['wss', 18 + c + RECORD],
  ] as const)('%s: a heartbeat of %i', async (name, bytes) => {
    const lab = await start({ heartbeatMs: 1000 })
    const line = await follow(lab, name)
    const cost = await costOf(lab, () => line.take(bytes - RECORD))
    expect(cost).toEqual({ up: 0, down: bytes })
    line.socket.destroy()
  })
})

describe('the lesson of wss', () => {
  it('has the bits of each byte right', () => {
    const rows = [...lessons.wss.matchAll(/^\| `([0-9a-f]{2})` \| `([01 ]{9})` \|/gm)]
    expect(rows.length).toBeGreaterThan(4)
    for (const [, hex, bits] of rows)
      expect(bits!.replace(' ', '')).toBe(parseInt(hex!, 16).toString(2).padStart(8, '0'))
  })
})

async function start(limits = {}): Promise<Lab> {
  const lab = await startLab({ port: 0, source: 'none', certs, clock: () => AT, limits })
  labs.push(lab)
  return lab
}

/**
 * Plays the exchange of a lesson: sends what stands behind `>`, expects what stands behind `<`, does what `* publish` says.
 * Before each remark nothing more comes for a while.
 */
async function perform(script: string[], lab: Lab): Promise<void> {
  const line = await open(lab)
  const given = (text: string) => text.replaceAll('{epoch}', lab.feed.epoch).replaceAll('{key}', lab.publishKey)
  let mode: Mode = 'head'
  for (const { sign, lines } of runs(script)) {
    if (sign === '*')
      for (const remark of lines) {
        await sleep(QUIET_MS)
        expect(line.received()).toBe('')
        const draft = /^publish (\{.*\})$/.exec(remark)?.[1]
        if (draft !== undefined) await lab.feed.publish(JSON.parse(draft) as Draft)
      }
    else {
      const { bytes, next } = bytesOf(lines.map(given), mode, sign === '>')
      if (sign === '>') line.socket.write(bytes)
      else expect(show(await line.take(bytes.length))).toBe(show(bytes))
      // A body is followed by another head, a stream and frames by more of themselves.
      mode = sign === '<' && next !== 'body' ? next : mode === 'frames' ? 'frames' : 'head'
    }
  }
  await sleep(QUIET_MS)
  expect(line.received()).toBe('')
  line.socket.destroy()
}

type Mode = 'head' | 'body' | 'stream' | 'frames'

/** The lines as bytes: a head has CR LF, a stream LF, a body no line end, a frame is hex and then text. */
function bytesOf(lines: string[], mode: Mode, sent: boolean): { bytes: Buffer; next: Mode } {
  const parts: Buffer[] = []
  let next = mode
  let inHead = mode === 'head'
  for (const line of lines) {
    if (inHead) {
      parts.push(Buffer.from(`${line.replace('{date}', '0'.repeat(29))}\r\n`))
      if (line.startsWith('HTTP/1.1 101')) next = 'frames'
      else if (line.startsWith('HTTP/1.1')) next = 'body'
      if (line.startsWith('content-type: text/event-stream')) next = 'stream'
      if (line === '') inHead = false
    } else if (next === 'frames') parts.push(frameOf(line, sent))
    else parts.push(Buffer.from(next === 'stream' ? `${line}\n` : line))
  }
  return { bytes: Buffer.concat(parts), next }
}

function frameOf(line: string, masked: boolean): Buffer {
  const [, hex, text] = /^((?:[0-9a-f]{2} ?)+)(.*)$/.exec(line)!
  const header = Buffer.from(hex!.replaceAll(' ', ''), 'hex')
  const key = header.subarray(2, 6)
  const payload = Buffer.from(text!).map((byte, index) => (masked ? byte ^ key[index % 4]! : byte))
  return Buffer.concat([header, payload])
}

/** Neighbouring lines with the same sign. */
function runs(script: string[]): { sign: string; lines: string[] }[] {
  const found: { sign: string; lines: string[] }[] = []
  for (const line of script) {
    const [sign, rest] = [line[0]!, line.slice(2)]
    const last = found.at(-1)
    if (last?.sign === sign) last.lines.push(rest)
    else found.push({ sign, lines: [rest] })
  }
  return found
}

function show(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/^Date: .*\r$/m, 'Date: …\r')
    .replaceAll('\r', '␍')
    .replace(/[^\n\x20-\x7e␍]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`)
}

interface Line {
  socket: TLSSocket
  /** What came and was not taken. */
  received(): string
  take(count: number): Promise<Buffer>
}

async function open(lab: Lab): Promise<Line> {
  const socket = connect({ host: '127.0.0.1', port: lab.port, servername: 'localhost', ca: lab.authority!.ca })
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => (held = Buffer.concat([held, chunk])))
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return {
    socket,
    received: () => held.toString('latin1'),
    async take(count) {
      for (let waited = 0; held.length < count && waited < 5000; waited += 10) await sleep(10)
      const taken = held.subarray(0, count)
      held = held.subarray(count)
      return taken
    },
  }
}

async function follow(lab: Lab, name: 'sse' | 'wss'): Promise<Line> {
  const line = await open(lab)
  const handshake = fenced(lessons.wss, 'text')[0]!.filter((each) => /^> (Upgrade|Connection|Sec-)/.test(each))
  const headers = name === 'wss' ? handshake.map((each) => `${each.slice(2)}\r\n`).join('') : ''
  line.socket.write(`GET /feed/${name} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`)
  await sleep(QUIET_MS)
  const first = line.received()
  expect(first).toContain('hello')
  await line.take(first.length)
  return line
}

/** Bytes at the TCP socket while `work` is done, and a little after. */
async function costOf(lab: Lab, work: () => unknown): Promise<{ up: number; down: number }> {
  await sleep(QUIET_MS) // session tickets of the handshake are out by then
  const before = lab.wire.total().tls
  await work()
  await sleep(QUIET_MS)
  const after = lab.wire.total().tls
  return { up: after.up - before.up, down: after.down - before.down }
}

function fenced(markdown: string, language: string): string[][] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\`$`, 'gm'))].map((match) =>
    match[1]!.split('\n'),
  )
}

function sizeOfHead(lines: string[], sign: string): number {
  const mine = lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(2))
  return mine.slice(0, mine.indexOf('') + 1).reduce((sum, line) => sum + line.length + 2, 0)
}
