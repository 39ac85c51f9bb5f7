// A platform for one lane: the browser's own fetch, EventSource and WebSocket, whose every URL names the lane.
import type { Platform } from '../transports/contract.ts'

/** `asked` is called for each request that goes out. */
export function lineOf(token: string, asked: (at: number) => void): Platform {
  const named = (input: string | URL | Request) => {
    asked(performance.now())
    const url = new URL(input instanceof Request ? input.url : input)
    url.searchParams.set('lane', token)
    return url.href
  }
  return {
    fetch: (input, init) => fetch(named(input), init),
    EventSource: class extends EventSource {
      constructor(url: string) {
        super(named(url))
      }
    },
    WebSocket: class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(named(url), protocol)
      }
    },
  }
}
