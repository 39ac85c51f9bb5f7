// The one request that `wirelab inspect` makes of a server that it trusts: how long until it answers.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { patient } from './connection.ts'
import type { Place, Shaken } from './connection.ts'

export interface Answer {
  /** Undefined when there was none. */
  status: number | undefined
  ms: number
}

/** One request on a verified connection: for the path, or to become a WebSocket (RFC 6455 §4.1). */
export async function ask({ socket }: Shaken, { host, port, path, subprotocol }: Place): Promise<Answer> {
  const start = performance.now()
  const authority = `${host.includes(':') ? `[${host}]` : host}${port === 443 ? '' : `:${port}`}`
  const upgrade = [
    ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ]
  const wishes = subprotocol === undefined ? ['Connection: close'] : upgrade
  const head = [`GET ${path} HTTP/1.1`, `Host: ${authority}`, 'User-Agent: wirelab-inspect', ...wishes]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const first = Promise.race([
    once(socket, 'data').then(([chunk]: Buffer[]) => chunk!.toString('latin1')),
    ...['end', 'close'].map((event) => once(socket, event).then(() => '')),
  ])
  const answer = await patient(first, '').catch(() => '') // it broke: no answer either
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]
  return { status: status === undefined ? undefined : Number(status), ms: performance.now() - start }
}
