// What a browser has and Node must be handed: fetch, EventSource and WebSocket, all of them trusting one more CA.
import type { IncomingMessage } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import { getCACertificates } from 'node:tls'
import { EventSource as NodeEventSource } from 'eventsource'
import { Agent, WebSocket as UndiciWebSocket, buildConnector, fetch as undiciFetch } from 'undici'
import { WebSocket as WsWebSocket } from 'ws'
import type { Platform } from './contract.ts'
import { lookupLocal } from './lookup.ts'
import { REFUSAL_LENGTH, refusalOf, refusedBy } from './retry.ts'
import type { Refused } from './retry.ts'

export interface NodePlatformOptions {
  /** PEM of a CA to trust beside Node's own and those of NODE_EXTRA_CA_CERTS. */
  ca?: string
  /** PEM of what this client shows where a server asks for it. */
  client?: { cert: string; key: string }
  http?: '1.1' | '2'
  /** Sent with every request and handshake, e.g. Authorization. */
  headers?: Record<string, string>
}

/** `ws` and `eventsource` over HTTP/1.1; undici where HTTP/2 is asked for (it speaks RFC 8441). Close it, or sockets stay open. */
export function nodePlatform(options: NodePlatformOptions = {}): Platform & { close(): Promise<void> } {
  const { ca, client, http = '1.1', headers = {} } = options
  const trust = {
    lookup: lookupLocal,
    ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }),
    ...client,
  }
  const pools = new Set<ReturnType<typeof pool>>()
  const open = () => {
    const opened = pool(trust, http === '2')
    pools.add(opened)
    return opened
  }
  const drop = async (dropped: ReturnType<typeof pool>) => {
    pools.delete(dropped)
    await dropped.destroy()
  }
  const fetchWith = (agent: Agent, input: unknown, init: RequestInit = {}) =>
    undiciFetch(input as string, { ...init, headers: { ...headers, ...init.headers }, dispatcher: agent } as never)

  let shared = open()
  async function fetch(input: unknown, init?: RequestInit) {
    const used = shared
    try {
      return await fetchWith(used.agent, input, init)
    } catch (error) {
      if (hasLeft(init)) throw error // that says nothing of the connection, and the others are still on it
      // HTTP/2 would put the next request on the same connection, dead or not: take a new one, as a browser does after a PING.
      if (used === shared) {
        shared = open()
        void drop(used)
      }
      throw error
    }
  }

  // Each stream has a connection of its own, so that coming back after a silent death is a new connection too.
  class EventSource extends NodeEventSource {
    #pool: ReturnType<typeof pool>
    constructor(url: string) {
      const own = open()
      let failure: unknown
      super(url, {
        fetch: (input, init) =>
          fetchWith(own.agent, input, init).then(
            async (answer) => {
              // Read now: it ends the request when it sees the status.
              if (answer.status !== 200) failure = { refused: await refusalOf(answer as unknown as Response) }
              return answer
            },
            (error: unknown) => {
              failure = error
              throw error
            },
          ),
      })
      this.#pool = own
      // It keeps the words of an error only, and of an answer its status; as with `ws`, the event carries the error itself.
      this.addEventListener('error', (event) => Object.assign(event, { error: failure }))
    }
    override close() {
      super.close()
      void drop(this.#pool)
    }
  }
  class WebSocket extends WsWebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { ...trust, headers, perMessageDeflate: false })
      let refused: Promise<Refused> | undefined
      this.on('unexpected-response', (_, answer) => {
        refused = refusalFrom(answer)
        void refused.then(() => this.terminate())
      })
      this.on('error', (error) => void (refused && Object.assign(error, { refused })))
    }
  }
  class Http2WebSocket extends UndiciWebSocket {
    constructor(url: string, protocol: string) {
      const own = open()
      super(url, { protocols: [protocol], dispatcher: own.agent, headers })
      this.addEventListener('close', () => void drop(own))
    }
  }
  return {
    fetch: fetch as unknown as Platform['fetch'],
    EventSource: EventSource,
    WebSocket: (http === '2' ? Http2WebSocket : WebSocket) as unknown as Platform['WebSocket'],
    close: async () => void (await Promise.all([...pools].map(drop))),
  }
}

async function refusalFrom(answer: IncomingMessage): Promise<Refused> {
  let text = ''
  try {
    for await (const piece of answer.setEncoding('utf8') as AsyncIterable<string>) {
      text += piece
      if (text.length >= REFUSAL_LENGTH) break // and what comes after it is not waited for
    }
  } catch {
    // it broke: the status is known
  }
  return refusedBy(answer.statusCode ?? 0, answer.headers['retry-after'] ?? null, text)
}

/** Whether whoever asked does not want the answer any more. An abort with another reason is about the line: it is dead. */
function hasLeft(init: RequestInit | undefined): boolean {
  return init?.signal?.aborted === true && (init.signal.reason as Error | undefined)?.name === 'AbortError'
}

/** Connections that can be ended for good: undici may let go of an HTTP/2 socket without closing it. */
function pool(trust: { lookup: LookupFunction; ca?: string[]; cert?: string; key?: string }, allowH2: boolean) {
  const sockets = new Set<Socket>()
  const dial = buildConnector({ ...trust, allowH2 })
  const connect: typeof dial = (options, callback) =>
    dial(options, (...[error, socket]) => {
      if (!socket) return callback(error ?? new Error('no socket'), null)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      callback(null, socket)
    })
  const agent = new Agent({
    allowH2,
    connect,
    connections: null,
    bodyTimeout: 0,
    headersTimeout: 60_000,
    ...(allowH2 && { pipelining: 100 }),
  })
  return {
    agent,
    async destroy() {
      await agent.destroy()
      for (const socket of sockets) socket.destroy()
    },
  }
}
