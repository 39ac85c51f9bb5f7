// A platform for one lane: the browser's own fetch, EventSource and WebSocket, whose requests are noted as they go out.
import type { Platform } from '../transports/contract.ts'

/** `asked` is called for each request that goes out. `token` names the lane where its connections do not tell it. */
export function lineOf(token: string | undefined, asked: (at: number) => void): Platform {
  const named = (input: string | URL | Request) => {
    asked(performance.now())
    const url = new URL(input instanceof Request ? input.url : input)
    if (token !== undefined) url.searchParams.set('lane', token)
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

/**
 * A browser opens a WebSocket over HTTP/2 (RFC 8441) only where it has an HTTP/2 connection already; else it asks for HTTP/1.1 in the
 * handshake. With credentials, as a WebSocket has them: a browser keeps connections with and without apart.
 */
export async function warm(origin: string, ended: AbortSignal): Promise<void> {
  const question = `${origin}/feed/polling?after=now&limit=1`
  const signal = AbortSignal.any([ended, AbortSignal.timeout(5000)])
  await fetch(question, { mode: 'no-cors', credentials: 'include', signal }).catch(
    () => undefined, // then the WebSocket goes its own way, and says why not
  )
}
