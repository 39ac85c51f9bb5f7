// What an attack made by hand may use: sockets of its own, over verified TLS, so many and no more; all of it ends with the attack.
import { connect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

/** Of one attack. A range is a demonstration: what needs more than this is not shown. */
export const BOUNDS = { connections: 200, bytes: 64 * 2 ** 20, ms: 10_000 } as const

export interface Victim {
  port: number
  /** PEM: what its certificate is verified with. */
  ca: string
}

export interface Raid {
  /** Aborted when the attack is to end. */
  readonly over: AbortSignal
  /** @throws Error when the server, or TLS, refuses; or when the bounds of an attack are reached. */
  open(options?: ConnectionOptions): Promise<Line>
  /** Shorter, when the attack is to end. */
  sleep(ms: number): Promise<void>
  /** Connections opened so far, and bytes sent above TLS. */
  readonly spent: { connections: number; bytes: number }
}

export interface Line {
  readonly socket: TLSSocket
  /** Why it is over, as far as this end was told; undefined while it is not. */
  readonly ended: string | undefined
  /** Resolves when the bytes have left this process. @returns whether they have: not when the line is over. */
  write(bytes: string | Uint8Array): Promise<boolean>
  /** What `found` finds in the bytes that came and were not taken; undefined when the line ends first, or `ms` pass. */
  until<Found>(found: (bytes: Buffer) => Found | undefined, ms: number): Promise<Found | undefined>
  /** Takes so many of the bytes that came. */
  take(count: number): void
  end(): void
}

/** Runs an attack within its bounds, and ends whatever it opened, however it went. */
export async function raid<Result>(
  victim: Victim,
  signal: AbortSignal,
  attack: (raid: Raid) => Promise<Result>,
): Promise<Result> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.ms)])
  const lines = new Set<Line>()
  const spent = { connections: 0, bytes: 0 }

  async function open(options: ConnectionOptions = {}): Promise<Line> {
    over.throwIfAborted()
    if (++spent.connections > BOUNDS.connections) throw new Error(`an attack has ${BOUNDS.connections} connections`)
    const { port, ca } = victim
    const socket = connect({
      ...{ host: '127.0.0.1', port, servername: 'localhost', ca, ALPNProtocols: ['http/1.1'] },
      ...options,
    })
    const line = lineOn(socket, spent)
    lines.add(line)
    const stop = () => socket.destroy()
    over.addEventListener('abort', stop)
    socket.once('close', () => over.removeEventListener('abort', stop))
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject)
      socket.once('close', () => reject(new Error('the connection was closed during the handshake')))
    })
    return line
  }

  try {
    return await attack({ over, open, spent, sleep: (ms) => sleep(ms, over) })
  } finally {
    for (const line of lines) line.end()
  }
}

function lineOn(socket: TLSSocket, spent: Raid['spent']): Line {
  let rest: Buffer = Buffer.alloc(0)
  let ended: string | undefined
  const looking = new Set<() => void>()
  const look = () => looking.forEach((each) => each())
  const gone = new Promise<false>((resolve) => socket.once('close', () => resolve(false)))
  const end = (why: string) => {
    ended ??= why
    look()
  }
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    look()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  socket.on('end', () => end('closed'))
  socket.on('close', () => end('closed'))

  return {
    socket,
    get ended() {
      return ended
    },
    write(bytes) {
      spent.bytes += bytes.length
      if (spent.bytes > BOUNDS.bytes) throw new Error(`an attack has ${BOUNDS.bytes} bytes`)
      if (ended !== undefined) return Promise.resolve(false)
      const written = new Promise<boolean>((resolve) => {
        socket.write(bytes, (error) => resolve(!error && ended === undefined))
      })
      return Promise.race([written, gone]) // a peer that takes nothing would have it wait for ever
    },
    until(found, ms) {
      return new Promise((resolve) => {
        const settle = (value: ReturnType<typeof found>) => {
          clearTimeout(timer)
          looking.delete(check)
          resolve(value)
        }
        const check = () => {
          const value = found(rest)
          if (value !== undefined || ended !== undefined) settle(value)
        }
        const timer = setTimeout(() => settle(undefined), ms)
        looking.add(check)
        check()
      })
    },
    take: (count) => void (rest = rest.subarray(count)),
    end: () => void socket.destroy(),
  }
}

function sleep(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      over.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    if (over.aborted) done()
    else over.addEventListener('abort', done)
  })
}
