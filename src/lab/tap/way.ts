// The two ways to the server that is overheard: over TLS, through a proxy that listens; and over a plain socket, which ends in this process.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createSecureContext, getCACertificates } from 'node:tls'
import { openLine, openSocket, speak } from '../../../bench/line.ts'
import type { Ends, TlsVersion, Way } from '../../../bench/line.ts'
import type { Change } from '../../../bench/network/line.ts'
import { startProxy } from '../../../bench/network/proxy.ts'
import type { Target, Wire } from '../../../bench/wires/contract.ts'

/** Sees all bytes as whoever is on the path: `up` towards the server. */
export type Overhear = (up: boolean, bytes: Buffer) => void

export interface OpenWay {
  /** What goes down is handed to `change` until it says that it has changed it. */
  alter(change: Change): void
  close(): Promise<void>
}

export interface Ear {
  /** Of the server. */
  port: number
  /** Whom its certificate names. */
  name: string
  trust: Way['secureContext']
  wire: Wire
  target: Target
  ends: Ends
  overhear: Overhear
}

export function trusting(ca: string, version: TlsVersion): Way['secureContext'] {
  const only = `TLSv${version}` as const
  return createSecureContext({
    ...{ ca: [...getCACertificates('default'), ca], allowPartialTrustChain: true },
    ...{ minVersion: only, maxVersion: only },
  })
}

export async function sealedWay({ port, name, trust, wire, target, ends, overhear }: Ear): Promise<OpenWay> {
  const proxy = await startProxy(() => port, {}, { tap: (_, up, bytes) => overhear(up, bytes) })
  try {
    const line = openLine({ port: proxy.port, name, secureContext: trust, http: '1.1' }, wire, target, ends)
    return {
      alter: proxy.alter,
      close() {
        line.destroy()
        return proxy.close()
      },
    }
  } catch (error) {
    await proxy.close()
    throw error
  }
}

/**
 * A client that knows nothing of TLS, and behind it, where the plain socket ends, the way on to the server: over TLS, for nobody is
 * served without. It is what lies behind a proxy that ends TLS.
 */
export async function plainWay({ port, name, trust, wire, target, ends, overhear }: Ear): Promise<OpenWay> {
  const { near, far } = await plainSocket()
  let change: Change | undefined
  const { socket: onward } = openSocket({ port, name, secureContext: trust, http: '1.1' }, () => far.destroy())
  far.on('data', (bytes: Buffer) => {
    overhear(true, bytes)
    onward.write(bytes)
  })
  onward.on('data', (bytes: Buffer) => {
    if (change?.(bytes)) change = undefined
    overhear(false, bytes)
    far.write(bytes)
  })
  let cause: Error | undefined
  for (const socket of [near, far]) socket.on('error', (error) => (cause ??= error))
  far.once('close', () => onward.destroy())
  near.once('close', () => ends.onEnd(cause))
  speak(near, wire(target), ends)()
  return {
    alter: (next) => void (change = next),
    async close() {
      for (const socket of [near, far, onward]) socket.destroy()
    },
  }
}

/** Both ends of one connection on loopback. Nobody else comes in: it takes one, which must be ours, and listens no more. */
async function plainSocket(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ noDelay: true })
  server.maxConnections = 1
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true })
  try {
    const [[far]] = await Promise.all([once(server, 'connection') as Promise<[Socket]>, once(near, 'connect')])
    if (far.remotePort === near.localPort) return { near, far }
    far.destroy()
    throw new Error('somebody else came to the plain socket')
  } catch (error) {
    near.destroy()
    throw error
  } finally {
    server.close()
  }
}
