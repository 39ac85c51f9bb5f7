// EventSource for the load generator: a TLS socket straight into eventsource-parser. The npm `eventsource` reads through fetch and web
// streams: more work between the socket and the client, which the generator would pay for; the transport's own client.ts stays the same.
import { connect } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { createParser } from 'eventsource-parser'
import type { Platform } from '../transports/contract.ts'

type Listener = (event: object) => void

const HEAD_END = '\r\n\r\n'

/** The part of EventSource that sse/client.ts uses. It does not come back by itself: a lost line is closed, and the client resumes. */
export function leanEventSource(tls: ConnectionOptions): Platform['EventSource'] {
  class LeanEventSource {
    readonly CONNECTING = 0
    readyState = 0
    #listeners = new Map<string, Listener[]>()
    #socket
    #head: string | undefined = ''
    #parser = createParser({
      onEvent: ({ event = 'message', data }) => this.#emit(event, { data }),
    })

    constructor(url: string) {
      const { hostname, host, port, pathname, search } = new URL(url)
      this.#socket = connect({ ...tls, host: hostname, port: Number(port), ALPNProtocols: ['http/1.1'] })
      this.#socket.setNoDelay(true).setEncoding('utf8')
      this.#socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream${HEAD_END}`)
      this.#socket.on('data', (text: string) => this.#read(text))
      this.#socket.on('error', (error) => this.#fail(error)).once('close', () => this.#fail(undefined))
    }

    #read(text: string) {
      if (this.#head === undefined) return this.#parser.feed(text)
      this.#head += text
      const end = this.#head.indexOf(HEAD_END)
      if (end < 0) return
      const [head, body] = [this.#head.slice(0, end), this.#head.slice(end + HEAD_END.length)]
      this.#head = undefined
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
      // RFC 9112 §6.3: with neither length nor chunks the body is all that comes; our server sends it so, and only that is read.
      if (
        status === 200 &&
        /\r\ncontent-type: text\/event-stream/i.test(head) &&
        !/\r\n(transfer-enc|content-len)/i.test(head)
      ) {
        this.readyState = 1
        this.#parser.feed(body)
      } else {
        this.#fail(new Error(`no stream: HTTP ${status}`), status)
        this.#socket.destroy()
      }
    }

    #fail(error: unknown, code?: number) {
      if (this.readyState === 2) return
      this.readyState = 2
      this.#emit('error', { error, ...(code !== undefined && { code }) })
    }

    #emit(type: string, event: object) {
      for (const listener of this.#listeners.get(type) ?? []) listener(event)
    }

    addEventListener(type: string, listener: Listener) {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
    }

    close() {
      this.readyState = 2
      this.#socket.destroy()
    }
  }
  return LeanEventSource as unknown as Platform['EventSource']
}
