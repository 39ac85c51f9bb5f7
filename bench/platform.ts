// What the load generator hands to the clients: as little as can be between the socket and them, and a connection for each of them.
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { EventSource } from 'eventsource'
import { Agent, WebSocket as UndiciWebSocket, fetch as undiciFetch } from 'undici'
import { WebSocket } from 'ws'
import type { Platform } from '../transports/contract.ts'
import { leanEventSource } from './eventsource.ts'

export interface LoadPlatforms {
  /** A platform of its own for each client: clients of a real feed do not share connections. */
  platform(lane?: string): Platform & { close(): Promise<void> }
  /** How long questions took, in milliseconds: for what polling is predicted to show. */
  roundTripsMs: number[]
  secureContext: SecureContext
}

export function loadPlatforms(ca: string, http: '1.1' | '2'): LoadPlatforms {
  // One for all: reading the CA anew for each of 2 000 connections would take longer than connecting.
  const secureContext = createSecureContext({ ca })
  const roundTripsMs: number[] = []

  return {
    roundTripsMs,
    secureContext,
    platform(lane) {
      const allowH2 = http === '2'
      const agent = new Agent({
        allowH2,
        connect: { secureContext, allowH2 },
        connections: 1,
        bodyTimeout: 0,
        headersTimeout: 60_000,
      })
      const plain = ((url: string, init: object) =>
        undiciFetch(url, { ...init, dispatcher: agent })) as unknown as typeof fetch
      const marked = (url: string) => (lane === undefined ? url : `${url}&lane=${lane}`)

      const timed = (async (url: string, init: RequestInit) => {
        const started = performance.now()
        const response = await plain(url, init)
        roundTripsMs.push(performance.now() - started)
        return response
      }) as typeof fetch
      const Lean = leanEventSource({ secureContext })
      return {
        fetch: timed,
        EventSource: allowH2
          ? class extends EventSource {
              constructor(url: string) {
                super(marked(url), { fetch: (input, init) => plain(String(input), init) })
              }
            }
          : class extends Lean {
              constructor(url: string) {
                super(marked(url))
              }
            },
        WebSocket: (allowH2
          ? class extends UndiciWebSocket {
              constructor(url: string, protocol: string) {
                super(marked(url), { protocols: [protocol], dispatcher: agent })
              }
            }
          : class extends WebSocket {
              constructor(url: string, protocol: string) {
                super(marked(url), protocol, { secureContext, perMessageDeflate: false } as object)
              }
            }) as unknown as Platform['WebSocket'],
        close: () => agent.destroy(),
      }
    },
  }
}
