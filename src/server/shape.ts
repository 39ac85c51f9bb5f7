// The shape of a request, before anybody asks who sent it: what Node lets through and RFC 9112 does not, and which host was meant.
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../transports/request.ts'
import type { Limits } from '../core/limits.ts'

/** @throws {Refusal} 400, 431 */
export function checkShape(incoming: IncomingMessage, limits: Limits) {
  const { httpVersion, rawHeaders, headers, url } = incoming
  // Node's HTTP/1.1 parser takes "HTTP/2.0" on a request line; what follows is not HTTP/2, and nothing here may think so.
  if (httpVersion === '2.0' && !('stream' in incoming)) throw bad('HTTP/2 is chosen by ALPN')
  if (httpVersion === '0.9') throw bad('HTTP/0.9 is not spoken here')
  if (httpVersion === '1.0' && headers.upgrade !== undefined) throw bad('HTTP/1.0 has no Upgrade')
  if (!url?.startsWith('/')) throw bad('the request target must be a path')
  let [count, hosts] = [0, 0]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (!name.startsWith(':')) count++
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  if (hosts > 1) throw bad('one Host, please')
  const isHttp2 = incoming.httpVersionMajor === 2
  const close: Record<string, string> = isHttp2 ? {} : { connection: 'close' }
  if (count > limits.headers) throw new Refusal(431, 'too_many_headers', `at most ${limits.headers} headers`, close)
  // HTTP/1.1 has this in its parser; over HTTP/2 Node's limit is in force only once the client has acknowledged it.
  if (isHttp2 && rawHeaders.join('').length > limits.headerBytes)
    throw new Refusal(431, 'too_many_headers', `at most ${limits.headerBytes} bytes of headers`, close)
}

/** As the client wrote it, with the port. */
export function hostOf({ headers, httpVersionMajor }: IncomingMessage): string {
  const host = (httpVersionMajor === 2 ? headers[':authority'] : headers.host) ?? headers.host
  return String(host ?? '').toLowerCase()
}

/** As the browser sees it, `:8443`; empty where it is the default. A tunnel may have another than this server. */
export const portOf = (incoming: IncomingMessage) => hostOf(incoming).slice(nameOf(hostOf(incoming)).length)

/** The name without the port; an IPv6 address keeps its brackets. */
export function nameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, '')
}

/** An address or a name of this machine alone. */
export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

const bad = (message: string) => new Refusal(400, 'bad_request', message)
