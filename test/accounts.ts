// A lab with accounts for a test: quick hashes, a clock that only moves when it is told to, and requests of which every detail is chosen.
import { request as requestHttps } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import type { Letter } from '../src/accounts/letters.ts'
import { accountRoom } from '../src/accounts/room.ts'
import type { RoomOptions } from '../src/accounts/room.ts'
import { hostClock } from '../src/server/clock.ts'
import type { Lab, LabOptions } from '../src/server/start.ts'
import { startTestLab } from './lab.ts'

export interface Asked {
  /** An object is sent as JSON, a string as it is. */
  body?: unknown
  headers?: Record<string, string | string[]>
  /** The loopback address it comes from: 127.0.0.1 to 127.255.255.254 are all this machine (Linux). */
  from?: string
}
export interface Answered {
  status: number
  headers: IncomingHttpHeaders
  text: string
  json: { error: { code: string; message: string } } & Record<string, unknown>
}

export interface TestAccounts {
  lab: Lab
  ask(method: string, path: string, asked?: Asked): Promise<Answered>
  /** As the lab's own page. */
  page(cookie?: string): Record<string, string>
  signUp(name: string, password?: string, more?: object): Promise<Answered>
  /** @returns the cookie, as a browser sends it. */
  logIn(name: string, password?: string): Promise<string>
  advance(ms: number): void
  /** What the lab reported, and the letters it sent. */
  log: string[]
  letters: Letter[]
  /** Of the newest letter. */
  token(): string
  close(): Promise<void>
}

export const PASSWORD = 'correct horse'
export const basic = (name: string, password = PASSWORD) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

export async function startWithAccounts(
  room: Partial<RoomOptions> = {},
  options: LabOptions = {},
): Promise<TestAccounts> {
  const startedAt = hostClock()()
  let aheadMs = 0
  const [log, letters]: [string[], Letter[]] = [[], []]
  const deliver = async (letter: Letter) => void letters.push(letter)
  const lab = await startTestLab({
    clock: () => startedAt + aheadMs, // it stands still: how long a test takes is no matter
    report: (message) => void log.push(message),
    accounts: accountRoom({ path: ':memory:', cost: 4, free: 1000, deliver, ...room }),
    ...options,
  })

  const ask: TestAccounts['ask'] = (method, path, { body, headers = {}, from = '127.0.0.1' } = {}) =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      const { port, authority } = lab
      const asked = requestHttps(
        {
          ...{ host: '127.0.0.1', servername: 'localhost', port, ca: authority!.ca, localAddress: from, method, path },
          headers: {
            host: `localhost:${port}`,
            ...(typeof body === 'object' && { 'content-type': 'application/json' }),
            ...(content !== undefined && { 'content-length': String(Buffer.byteLength(content)) }),
            ...headers,
          },
          agent: false,
        },
        (answer) => {
          const parts: Buffer[] = []
          answer.on('data', (part: Buffer) => parts.push(part))
          answer.on('error', reject)
          answer.on('end', () => {
            const text = Buffer.concat(parts).toString()
            const isJson = answer.headers['content-type']?.startsWith('application/json')
            const json = (isJson ? JSON.parse(text) : {}) as Answered['json']
            resolve({ status: answer.statusCode!, headers: answer.headers, text, json })
          })
        },
      )
      asked.on('error', reject)
      asked.end(content)
    })

  const page = (cookie?: string) => ({ origin: lab.url, 'sec-fetch-site': 'same-origin', ...(cookie && { cookie }) })
  return {
    lab,
    ask,
    page,
    async signUp(name, password = PASSWORD, more = {}) {
      return ask('POST', '/users', { body: { name, password, ...more } })
    },
    async logIn(name, password = PASSWORD) {
      const answer = await ask('POST', '/sessions', { body: { name, password }, headers: page() })
      expect(answer.status).toBe(201)
      return cookieOf(answer)
    },
    advance: (ms) => void (aheadMs += ms),
    log,
    letters,
    token: () => /token=(.+)$/.exec(letters.at(-1)!.link)![1]!,
    async close() {
      expect(await lab.close()).toEqual({ forced: false })
      expect(lab.metrics.uncaught).toBe(0)
    },
  }
}

/** What the answer sets, without its attributes. */
export function cookieOf({ headers }: Pick<Answered, 'headers'>): string {
  const found = headers['set-cookie']?.find((each) => each.includes('-account='))
  return found?.split(';')[0] ?? ''
}

export const codeOf = ({ status, json }: Answered) => `${status}${json.error ? ` ${json.error.code}` : ''}`
