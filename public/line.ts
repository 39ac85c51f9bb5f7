// A platform for one lane: the browser's own fetch, EventSource and WebSocket, whose requests are noted as they go out.
import type { Platform } from '../transports/contract.ts'
import { afterQuestion } from './question.ts'

export interface LineOptions {
  /** Names the lane in requests, where its connections do not tell it. */
  token: string | undefined
  /** Called for each request that goes out. */
  asked(at: number): void
  /** Whether a WebSocket that opens now is to go over HTTP/2. */
  isOverHttp2(): boolean
}

export function lineOf({ token, asked, isOverHttp2 }: LineOptions): Platform {
  const named = (input: string | URL | Request) => {
    asked(performance.now())
    const url = new URL(input instanceof Request ? input.url : input)
    if (token !== undefined) url.searchParams.set('lane', token)
    return url.href
  }
  class NamedWebSocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(named(url), protocol)
    }
  }
  const LateWebSocket = afterQuestion(NamedWebSocket)
  return {
    fetch: (input, init) => fetch(named(input), init),
    EventSource: class extends EventSource {
      constructor(url: string) {
        super(named(url))
      }
    },
    get WebSocket() {
      return isOverHttp2() ? LateWebSocket : NamedWebSocket
    },
  }
}
