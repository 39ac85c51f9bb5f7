// A WebSocket over HTTP/2 (RFC 8441). A browser opens one so only where it has an HTTP/2 connection already; else it offers HTTP/1.1 alone
// in the handshake. So a question goes before each of them, also when the line comes back after it broke.
import type { Platform } from '../transports/contract.ts'

type Open = Platform['WebSocket']
type Listening = Parameters<WebSocket['addEventListener']>

/** Of the question, which is one round trip on a connection that lives, three on a new one. */
const PATIENCE_MS = 7000

/** @returns a WebSocket as far as our client uses it: listeners, and `close`. Where the question fails it fails too, as one that cannot connect. */
export function afterQuestion(Socket: Open): Open {
  class Late extends EventTarget {
    readonly #listeners: Listening[] = []
    readonly #closed = new AbortController()
    #socket: WebSocket | undefined

    constructor(url: string, protocol: string) {
      super()
      void isAnswered(new URL(url.replace(/^ws/, 'http')).origin, this.#closed.signal).then((isThere) => {
        if (this.#closed.signal.aborted) return
        if (!isThere) return void this.dispatchEvent(new CloseEvent('close', { code: 1006 }))
        this.#socket = new Socket(url, protocol)
        for (const each of this.#listeners) this.#socket.addEventListener(...each)
      })
    }
    override addEventListener(...listening: Listening) {
      if (this.#socket) this.#socket.addEventListener(...listening)
      else this.#listeners.push(listening)
      super.addEventListener(...listening)
    }
    close() {
      this.#closed.abort()
      this.#socket?.close()
    }
  }
  return Late as unknown as Open
}

/** With credentials, as a WebSocket has them: a browser keeps connections with and without apart. A HEAD has no body to be left unread. */
async function isAnswered(origin: string, closed: AbortSignal): Promise<boolean> {
  const over = new AbortController()
  const end = () => over.abort()
  const timer = setTimeout(end, PATIENCE_MS)
  closed.addEventListener('abort', end)
  try {
    await fetch(`${origin}/feed/polling?after=now&limit=1`, {
      ...{ method: 'HEAD', mode: 'no-cors', credentials: 'include', signal: over.signal },
    })
    return true
  } catch {
    return false // nobody there, or nobody who answers: the client tries again
  } finally {
    clearTimeout(timer)
    closed.removeEventListener('abort', end)
  }
}
