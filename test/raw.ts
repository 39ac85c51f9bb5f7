// A client without manners: writes the bytes it is given over real, verified TLS, and reads whatever comes back.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectHttp2 } from 'node:http2'
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Limits } from '../src/core/limits.ts'
import { startLab } from '../src/server/start.ts'
import type { Lab } from '../src/server/start.ts'

export interface Answer {
  status: number
  /** Names in lower case; what came twice is joined by a comma. */
  headers: Record<string, string>
  head: string
  body: string
}

export interface Line {
  socket: TLSSocket
  write(bytes: string | Uint8Array): void
  /** The next HTTP answer, checked by `expectManners`. `body: false` after HEAD, or where the body never ends. */
  answer(options?: { body?: boolean; ms?: number }): Promise<Answer>
  /** Resolves with the milliseconds until the server ended the connection. @throws when it does not within `ms`. */
  ended(ms?: number): Promise<number>
  /** Waits until what came (and was not yet taken) satisfies this. @throws when it does not within `ms`, or the line ended. */
  until<T>(found: (bytes: Buffer) => T | undefined, ms?: number): Promise<T>
  /** What came and was not taken by `answer`. */
  readonly rest: Buffer
  readonly over: boolean
  /** Forgets the first bytes of `rest`. */
  drop(count: number): void
  /** Goes without a goodbye; `reset` with an RST. */
  end(how?: 'reset'): void
}

export interface Target {
  readonly lab: Lab
  readonly host: string
  readonly http2: ClientHttp2Session
  /** Who follows the feed inside the server: at most one a transport, none when no line is held. */
  readonly followers: number
}

const MS = 3000

/** One lab for a test file. After each case: nothing uncaught, and a good request on a new connection works (FAULTS §3, rule for all). */
export function labForFile(limits: Partial<Limits> = {}): Target {
  let lab: Lab
  let session: ClientHttp2Session | undefined
  let followers = 0
  const target = {
    get lab() {
      return lab
    },
    get host() {
      return `localhost:${lab.port}`
    },
    get http2() {
      if (!session || session.closed || session.destroyed) {
        session = connectHttp2(`https://localhost:${lab.port}`, { ca: lab.authority!.ca })
        session.on('error', () => undefined) // the stream that was refused says why
      }
      return session
    },
    get followers() {
      return followers
    },
  }
  beforeAll(async () => {
    const certs = join(tmpdir(), `wirelab-hostile-${process.pid}`)
    lab = await startLab({ port: 0, certs, source: 'none', limits })
    const { feed } = lab
    const { follow } = feed
    feed.follow = (after, listener) => {
      followers++
      const unfollow = follow(after, listener)
      return () => {
        followers--
        unfollow()
      }
    }
  })
  afterEach(async () => {
    const { status } = await get(target, '/healthz')
    expect(status, 'the next good request').toBe(200)
    expect(lab.metrics.uncaught, 'uncaught errors').toBe(0)
  })
  afterAll(async () => {
    session?.destroy()
    expect(await lab.close()).toEqual({ forced: false })
  })
  return target
}

export async function open({ lab }: Target, options: ConnectionOptions = {}): Promise<Line> {
  const tcp = connectTcp(lab.port, '127.0.0.1')
  const socket = connectTls({
    socket: tcp,
    servername: 'localhost',
    ca: lab.authority!.ca,
    ALPNProtocols: ['http/1.1'],
    ...options,
  })
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return watch(socket, tcp)
}

function watch(socket: TLSSocket, tcp: Socket): Line {
  const since = performance.now()
  let rest: Buffer = Buffer.alloc(0)
  let over = false
  const looking = new Set<() => void>()
  const look = () => looking.forEach((each) => each())
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    look()
  })
  socket.on('error', () => undefined) // a reset ends the line like an end does
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      over = true
      look()
    })

  function wait<T>(found: () => T | undefined, ms: number, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const value = found()
        if (value === undefined && !over) return
        settle(() => (value === undefined ? reject(new Error(`ended: ${what}; had ${show(rest)}`)) : resolve(value)))
      }
      const timer = setTimeout(() => settle(() => reject(new Error(`${ms} ms without ${what}; had ${show(rest)}`))), ms)
      const settle = (act: () => void) => {
        clearTimeout(timer)
        looking.delete(check)
        act()
      }
      looking.add(check)
      check()
    })
  }

  const line: Line = {
    socket,
    write: (bytes) => void socket.write(bytes),
    until: (found, ms = MS) => wait(() => found(rest), ms, 'what was expected'),
    ended: (ms = MS) => wait(() => (over ? performance.now() - since : undefined), ms, 'the end of the connection'),
    async answer({ body = true, ms = MS } = {}) {
      const { answer, length } = await wait(() => parseAnswer(rest, body, over), ms, 'an HTTP answer')
      line.drop(length)
      expectManners(answer, body)
      return answer
    },
    get rest() {
      return rest
    },
    get over() {
      return over
    },
    drop: (count) => void (rest = rest.subarray(count)),
    end: (how) => void (how === 'reset' ? tcp.resetAndDestroy() : socket.destroy()),
  }
  return line
}

function parseAnswer(bytes: Buffer, withBody: boolean, over: boolean): { answer: Answer; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.subarray(0, end).toString('latin1')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
  const headers: Record<string, string> = {}
  for (const field of head.split('\r\n').slice(1)) {
    const [name = '', value = ''] = field.split(/:\s*(.*)/s)
    headers[name.toLowerCase()] = name.toLowerCase() in headers ? `${headers[name.toLowerCase()]}, ${value}` : value
  }
  const start = end + 4
  const answer = (body: string, length: number) => ({ answer: { status, headers, head, body }, length })
  if (!withBody || status < 200 || status === 204 || status === 304) return answer('', start)
  if (headers['transfer-encoding'] === 'chunked') {
    const parts: Buffer[] = []
    for (let at = start; ;) {
      const eol = bytes.indexOf('\r\n', at)
      const size = eol < 0 ? NaN : parseInt(bytes.subarray(at, eol).toString(), 16)
      if (!(bytes.length >= eol + 4 + size)) return undefined
      if (size === 0) return answer(Buffer.concat(parts).toString(), eol + 4)
      parts.push(bytes.subarray(eol + 2, eol + 2 + size))
      at = eol + 4 + size
    }
  }
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  if (length === undefined) return over ? answer(bytes.subarray(start).toString(), bytes.length) : undefined
  return bytes.length < start + length
    ? undefined
    : answer(bytes.subarray(start, start + length).toString(), start + length)
}

/** I20: an error is `{"error":{"code","message"}}` and says nothing of how the server is built. */
export function expectManners({ status, head, body }: Answer, withBody = true): void {
  if (status < 400) return
  expect(head + body).not.toMatch(/\/work|\/tmp|node_modules|\.ts\b|\bat .*:\d+|HPE_|ERR_|WS_ERR|hono|Error:|stack/i)
  if (!withBody) return
  expect(head.toLowerCase()).toContain('content-type: application/json')
  expect(JSON.parse(body)).toEqual({
    error: {
      code: expect.stringMatching(/^[a-z_]{2,40}$/) as string,
      message: expect.stringMatching(/^.{5,200}$/) as string,
    },
  })
}

export function codeOf({ status, body }: Answer): string {
  return `${status} ${(JSON.parse(body) as { error: { code: string } }).error.code}`
}

/** A request head with our Host, unless `headers` has one; `''` as a value leaves the field out. */
export function request(target: Target, line: string, headers: string[] = [], body = ''): string {
  const host = headers.some((each) => /^host:/i.test(each)) ? [] : [`Host: ${target.host}`]
  return [`${line} HTTP/1.1`, ...host, ...headers, '', body].join('\r\n')
}

/** One exchange on a connection of its own. */
export async function exchange(
  target: Target,
  bytes: string | Uint8Array,
  options?: { body?: boolean; ms?: number; closes?: boolean },
): Promise<Answer> {
  const line = await open(target)
  try {
    line.write(bytes)
    const answer = await line.answer(options)
    if (options?.closes) await line.ended()
    return answer
  } finally {
    line.end()
  }
}

export function get(target: Target, path: string, headers: string[] = []): Promise<Answer> {
  return exchange(target, request(target, `GET ${path}`, headers))
}

/** Publishes with the key of the lab. */
export function post(target: Target, body: string, headers: string[] = []): Promise<Answer> {
  const length = `Content-Length: ${Buffer.byteLength(body)}`
  return exchange(target, request(target, 'POST /feed', [...json(target), length, ...headers], body))
}

export const json = ({ lab }: Target) => ['Content-Type: application/json', `Authorization: Bearer ${lab.publishKey}`]

/** One request on the file's HTTP/2 connection. `body: false` reads no further than the head. */
export function get2(target: Target, headers: OutgoingHttpHeaders, { body = true } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = target.http2.request(headers, { endStream: headers[':protocol'] === undefined })
    stream.setTimeout(MS, () => stream.destroy(new Error('no answer over HTTP/2')))
    const parts: Buffer[] = []
    stream.on('error', reject)
    stream.on('data', (chunk: Buffer) => parts.push(chunk))
    stream.on('response', (fields) => {
      const finish = () => {
        const text = Buffer.concat(parts).toString()
        const head = Object.entries(fields)
          .map(([name, value]) => `${name}: ${String(value)}`)
          .join('\r\n')
        const answer = { status: Number(fields[':status']), headers: fields as Answer['headers'], head, body: text }
        expectManners(answer, body)
        return answer
      }
      const settle = () => {
        try {
          resolve(finish())
        } catch (error) {
          reject(error)
        }
        stream.destroy()
      }
      if (body) stream.once('end', settle)
      else settle()
    })
  })
}

/** Waits until the server holds no request but the one that asks (`other`), and nothing follows the feed. @throws after `withinMs`. */
export async function idle(target: Target, withinMs = 2000): Promise<void> {
  const until = performance.now() + withinMs
  for (;;) {
    const { body } = await get(target, '/metrics')
    const open = [...body.matchAll(/^wirelab_requests_open\{path="([^"]+)"\} (\d+)$/gm)]
    const answered = open.every(([, path, count]) => count === (path === 'other' ? '1' : '0'))
    if (answered && target.followers === 0) return
    if (performance.now() > until) {
      const held = open.map(([line]) => line).join(', ')
      throw new Error(`held after ${withinMs} ms: ${held}; ${target.followers} followers of the feed`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Resident memory after a collection, in MiB. */
export function residentMiB(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().rss / 2 ** 20
}

function show(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 300).toString('latin1'))
}
