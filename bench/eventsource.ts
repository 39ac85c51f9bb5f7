// EventSource for the load generator: node:https straight into eventsource-parser. The npm `eventsource` reads through fetch and web
// streams, which costs the generator more than all the rest together; the transport's own client stays the same.
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import { createParser } from 'eventsource-parser'
import type { Platform } from '../transports/contract.ts'

type Listener = (event: object) => void

/** The part of EventSource that sse/client.ts uses. It does not come back by itself: a lost line is closed, and the client resumes. */
export function leanEventSource(tls: ConnectionOptions): Platform['EventSource'] {
  class LeanEventSource {
    readonly CONNECTING = 0
    readyState = 0
    #listeners = new Map<string, Listener[]>()
    #request

    constructor(url: string) {
      const agent = new Agent({ ...tls, maxCachedSessions: 0 })
      this.#request = request(url, { agent, headers: { accept: 'text/event-stream' } }, (response) =>
        this.#read(response),
      )
      this.#request.on('error', (error) => this.#fail(error)).end()
    }

    #read(response: IncomingMessage) {
      const type = response.headers['content-type'] ?? ''
      if (response.statusCode !== 200 || !type.startsWith('text/event-stream')) {
        this.#fail(undefined, response.statusCode)
        return void response.destroy()
      }
      this.readyState = 1
      const parser = createParser({
        onEvent: ({ event = 'message', data }) => this.#emit(event, { data }),
      })
      response.setEncoding('utf8').on('data', (text: string) => parser.feed(text))
      response.on('error', (error) => this.#fail(error)).once('close', () => this.#fail(undefined))
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
      this.#request.destroy()
    }
  }
  return LeanEventSource as unknown as Platform['EventSource']
}
