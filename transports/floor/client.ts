// The floor, client side: length, bytes, length, bytes. Node only; it neither resumes nor reconnects, for there is nothing to resume.
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import type { Json } from '../../src/core/event.ts'
import { reader } from '../../src/core/reader.ts'
import type { ConnectOptions, Connection } from '../contract.ts'

/** `origin` is `tls://host:port`; `tls` carries the CA to trust. Same callbacks as any transport; a broken line is final. */
export function connect(options: ConnectOptions & { tls: ConnectionOptions }): Connection {
  const { origin, tls, onEvent, onGap, onState } = options
  const { hostname, port } = new URL(origin)
  const position = reader('now', onEvent, onGap)
  let held: Buffer = Buffer.alloc(0)
  let cause: unknown
  onState?.('connecting')
  const socket = connectTls({ ...tls, host: hostname, port: Number(port) }, () => onState?.('open'))
  socket.setNoDelay(true)

  socket.on('data', (chunk: Buffer) => {
    held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    let start = 0
    try {
      while (held.length - start >= 4) {
        const end = start + 4 + held.readUInt32BE(start)
        if (end > held.length) break
        position.event(JSON.parse(held.toString('utf8', start + 4, end)) as Json)
        start = end
      }
    } catch (error) {
      socket.destroy(error as Error)
    }
    held = held.subarray(start)
  })
  socket.on('error', (error) => void (cause = error))
  socket.once('close', () => onState?.('closed', cause))
  return { close: () => socket.destroy() }
}
