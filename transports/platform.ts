// What a browser has and Node must be handed: fetch, EventSource and WebSocket, all of them trusting one more CA.
import { rootCertificates } from 'node:tls'
import { EventSource as NodeEventSource } from 'eventsource'
import { Agent, WebSocket as UndiciWebSocket, fetch as undiciFetch } from 'undici'
import { WebSocket as WsWebSocket } from 'ws'
import type { Platform } from './contract.ts'

export interface NodePlatformOptions {
  /** PEM of a CA to trust beside Node's own. */
  ca?: string
  http?: '1.1' | '2'
  /** Sent with every request and handshake, e.g. Authorization. */
  headers?: Record<string, string>
}

/** `ws` and `eventsource` over HTTP/1.1; undici where HTTP/2 is asked for (it speaks RFC 8441). Close it, or sockets stay open. */
export function nodePlatform({ ca, http = '1.1', headers = {} }: NodePlatformOptions = {}): Platform & {
  close(): Promise<void>
} {
  const trust = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
  const agent = new Agent({
    allowH2: http === '2',
    connect: trust,
    connections: null,
    bodyTimeout: 0,
    headersTimeout: 60_000,
    ...(http === '2' && { pipelining: 100 }),
  })
  const fetch = ((input: string, init?: RequestInit) =>
    undiciFetch(input, {
      ...init,
      headers: { ...headers, ...(init?.headers as Record<string, string>) },
      dispatcher: agent,
    } as never)) as unknown as typeof globalThis.fetch

  class EventSource extends NodeEventSource {
    constructor(url: string) {
      super(url, { fetch: (input, init) => fetch(String(input), init) })
    }
  }
  class WebSocket extends WsWebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { ...trust, headers, perMessageDeflate: false })
    }
  }
  class Http2WebSocket extends UndiciWebSocket {
    constructor(url: string, protocol: string) {
      super(url, { protocols: [protocol], dispatcher: agent, headers })
    }
  }
  return {
    fetch,
    EventSource: EventSource,
    WebSocket: (http === '2' ? Http2WebSocket : WebSocket) as unknown as Platform['WebSocket'],
    close: () => agent.destroy(),
  }
}
