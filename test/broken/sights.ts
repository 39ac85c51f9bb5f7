// What a client sees of one server, by HTTPS, SSE and WSS: curl and Node, each in its own words.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { messageOf } from '../../src/cli/cause.ts'
import { SUBPROTOCOL } from '../../src/core/subprotocol.ts'
import { nodePlatform } from '../../transports/platform.ts'

export const ways = ['https', 'sse', 'wss'] as const
export type Way = (typeof ways)[number]
/** `in` when the feed was read, or else why not. */
export type Sights = Record<Way, string>
export const IN = 'in'

/** A handshake needs nothing but these; the key is that of RFC 6455 §1.3. */
const UPGRADE = [
  ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`],
].flatMap((header) => ['-H', header])
/** What does not end by itself is read for so long. */
const SECONDS = '2'

const asks: Record<Way, string[]> = {
  https: ['/feed/polling'],
  sse: ['/feed/sse', '--no-buffer'],
  wss: ['/feed/wss', '--http1.1', ...UPGRADE],
}

/** @param trust `--cacert FILE`, and what else is said about trust. */
export async function curlSees(origin: string, trust: string[]): Promise<Sights> {
  return inEach(async (way) => {
    const [path = '', ...rest] = asks[way]
    const quiet = ['--silent', '--show-error', '--output', '/dev/null', '--write-out', '%{http_code}']
    const args = [...quiet, '--max-time', SECONDS, ...trust, ...rest, origin + path]
    const { code, stdout, stderr } = await promisify(execFile)('curl', args).then(
      (done) => ({ ...done, code: 0 }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
    if (stdout !== '000') return IN // there was an answer; a time-out is how we end a stream
    return `${code} ${/^curl: \(\d+\) (.*)$/m.exec(stderr)?.[1]?.replace(/ port \d+ after \d+ ms/, '') ?? stderr}`
  })
}

/** With `fetch` and the packages `eventsource` and `ws`, as our own clients have them. */
export async function nodeSees(origin: string, ca: string): Promise<Sights> {
  const platform = nodePlatform({ ca })
  const { fetch, EventSource, WebSocket } = platform
  const tries: Record<Way, () => Promise<string>> = {
    https: () =>
      fetch(`${origin}/feed/polling`).then(async (response) => {
        await response.text()
        return IN
      }, said),
    sse: () =>
      new Promise((resolve) => {
        const source = new EventSource(`${origin}/feed/sse`)
        const end = (seen: string) => (source.close(), resolve(seen))
        source.onopen = () => end(IN)
        source.onerror = (event) => end(said(event))
      }),
    wss: () =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${origin.replace('https', 'wss')}/feed/wss`, SUBPROTOCOL)
        socket.onopen = () => (socket.close(), resolve(IN))
        socket.onerror = (event) => resolve(said(event))
      }),
  }
  const seen = await inEach((way) => tries[way]())
  await platform.close()
  return seen
}

/** The first code of an error or an event and all that it came from, and the words as our commands say them. */
function said(thrown: unknown): string {
  for (let each = thrown; each;) {
    type Thrown = { code?: unknown; cause?: unknown; error?: unknown; errors?: unknown[] }
    const { code, cause, error, errors } = each as Thrown
    if (typeof code === 'string') return `${code} ${messageOf(each).replace(/ [\d.]+:\d+$/, '')}`
    each = cause ?? error ?? errors?.at(-1)
  }
  return messageOf(thrown)
}

async function inEach(see: (way: Way) => Promise<string>): Promise<Sights> {
  const seen = await Promise.all(ways.map(async (way) => [way, await see(way)] as const))
  return Object.fromEntries(seen) as Sights
}
