// A stranger at a door: a stream, and a line to ask on, hit by whatever hits the lane of that door. Bare sockets, on which the end of a line
// is seen as it is.
import type { Lab } from '../src/server/start.ts'
import { dial } from './benches.ts'

export type End = 'FIN' | 'RST' | undefined

export interface Witness {
  /** When bytes came down the stream (performance.now()). */
  readonly came: readonly number[]
  /** So many, without TLS. */
  readonly bytes: number
  /** The numbers of the events in them; a heartbeat has that of the last one again. */
  offsets(): number[]
  /** How they ended; undefined for a line that is open. */
  ends(): [stream: End, questions: End]
  /** @returns when its answer began to come (performance.now()); waits for ever for one that does not. */
  ask(): Promise<number>
}

export async function witness(lab: Lab, port: number): Promise<Witness> {
  const came: number[] = []
  let text = ''
  const [stream, questions] = await Promise.all([lineTo(lab, port), lineTo(lab, port)])
  stream.socket.on('data', (bytes: Buffer) => {
    came.push(performance.now())
    text += bytes.toString('latin1')
  })
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`
  stream.socket.write(get('/feed/sse?after=now'))
  return {
    came,
    get bytes() {
      return text.length
    },
    offsets: () => [...text.matchAll(/(?<!event:heartbeat\n)^id:\w+\.(\d+)$/gm)].map(([, offset]) => Number(offset)),
    ends: () => [stream.end, questions.end],
    ask() {
      const answered = new Promise<number>((resolve) => questions.socket.once('data', () => resolve(performance.now())))
      questions.socket.write(get('/feed/polling?after=now&limit=1'))
      return answered
    },
  }
}

async function lineTo(lab: Lab, port: number) {
  const socket = await dial(lab, port, { ALPNProtocols: ['http/1.1'] })
  const line = { socket, end: undefined as End }
  socket.on('end', () => (line.end ??= 'FIN'))
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'ECONNRESET') line.end ??= 'RST'
  })
  return line
}
