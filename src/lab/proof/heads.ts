// Heads of handshakes: where one ends, and its fields; without what is none of a page's business; and changed, to be sent again.
import { SUBPROTOCOL, TICKET } from '../../core/subprotocol.ts'

const END = '\r\n\r\n'

/** With the empty line. @returns undefined while it is not all there */
export function headIn(text: string): string | undefined {
  const end = text.indexOf(END)
  return end < 0 ? undefined : text.slice(0, end + END.length)
}

/** A whole answer: the head, and as many bytes behind it as it says. @returns undefined while some are missing */
export function answerIn(text: string): string | undefined {
  const head = headIn(text)
  if (head === undefined) return undefined
  const length = head.length + Number(fieldIn(head, 'content-length') ?? 0)
  return text.length < length ? undefined : text.slice(0, length)
}

export const statusIn = (answer: string): number | null => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]) || null

/** The value of a field, the first of its name. */
export const fieldIn = (head: string, name: string) => new RegExp(`^${name}: *(.*?)\r$`, 'im').exec(head)?.[1]

/**
 * A browser sends whatever cookies it has for this host, at every port: those of the lab itself too, which no script of a page can read
 * (HttpOnly). So of all values only that of `cookie` (name and value) is left, and no other password than `authorization`. As many bytes.
 */
export function blotted(text: string, cookie: string, authorization: string): string {
  const stars = (value: string) => '*'.repeat(value.length)
  const pairs = (value: string) =>
    value.replace(/[^; ][^;]*/g, (pair) => {
      if (pair === cookie) return pair
      const at = pair.indexOf('=') + 1 // a cookie may have no name: then it is all value
      return pair.slice(0, at) + stars(pair.slice(at))
    })
  return text.replace(
    /^((?:proxy-)?authorization|cookie)(: *)(.*)$/gim,
    (_, name: string, colon: string, value: string) => {
      if (name.toLowerCase() === 'cookie') return name + colon + pairs(value)
      return name + colon + (value === authorization ? value : stars(value))
    },
  )
}

/** The same request, as a page of that origin would make it. */
export function withOrigin(head: string, origin: string): string {
  const without = head.replace(/^origin: .*?\r\n/im, '')
  return `${without.slice(0, -2)}Origin: ${origin}\r\n\r\n`
}

/** The handshake of whoever has read that URL in a log, and knows how a ticket is used. */
export function taken(request: string, ticket: string): string {
  const line = request.slice(0, request.indexOf('\r\n')).replace(/[?&]token=[^& ]+/, '')
  const rest = request.slice(request.indexOf('\r\n')).replace(/^sec-websocket-protocol: .*?\r\n/im, '')
  return `${line}${rest.slice(0, -2)}Sec-WebSocket-Protocol: ${SUBPROTOCOL}, ${TICKET}${ticket}\r\n\r\n`
}

/** The same cookie, kept for so long and no longer. */
export const lasting = (setCookie: string, ms: number) =>
  `${setCookie.replace(/; *max-age=\d+/i, '')}; Max-Age=${Math.ceil(ms / 1000)}`

/** A request that brings JSON. @param what method and path */
export function bringing(json: object, what: string, fields: Record<string, string>): string {
  const body = JSON.stringify(json)
  const all = { ...fields, 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${what} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
