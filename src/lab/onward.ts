// What of a message goes on through the gateway, and what is of one connection only (RFC 9110 §7.6.1).
import type { IncomingMessage } from 'node:http'

/** Of one connection only, and so is what `Connection` names. */
const HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

function ofConnection({ connection = '' }: Pick<IncomingMessage['headers'], 'connection'>): Set<string> {
  return new Set([...HOP, ...String(connection).toLowerCase().split(',')].map((name) => name.trim()))
}

/** As a request or an answer goes on; `authority` is the Host of a request over HTTP/2. */
export function onward(headers: IncomingMessage['headers'], authority?: string): Record<string, string | string[]> {
  const dropped = ofConnection(headers)
  const kept = Object.entries(headers).filter(([name]) => !dropped.has(name) && !name.startsWith(':'))
  return Object.fromEntries([...kept, ...(authority ? [['host', authority]] : [])]) as Record<string, string | string[]>
}

/** Of a request to leave HTTP, which each connection is asked anew. */
export function headOf({ method, url, headers, rawHeaders }: IncomingMessage): string {
  const dropped = ofConnection(headers)
  let head = `${method} ${url} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!dropped.has(rawHeaders[i]!.toLowerCase())) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`
  return `${head}\r\n`
}
