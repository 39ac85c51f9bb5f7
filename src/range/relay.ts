// Somebody on the way between client and server, who sees every ClientHello before the server does, and may change it or cut the line.
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { readHello } from './hello.ts'
import type { ReadHello } from './hello.ts'

export interface Relay {
  port: number
  close(): void
}

/** A record has 16 KiB and its head (RFC 8446 §5.1): a ClientHello that is not whole by then is none that we read. */
const HELLO_BYTES = 2 ** 14 + 5

const HANDSHAKE = 0x16

function helloIn(bytes: Buffer): ReadHello | 'more' | 'none' {
  if (bytes[0] !== HANDSHAKE) return 'none'
  try {
    return readHello(bytes) ?? (bytes.length < HELLO_BYTES ? 'more' : 'none')
  } catch {
    return 'none' // anybody may send anything to this port
  }
}

/** @param onHello what is sent on in its place; undefined: the line is cut. All after it is passed on as it is. */
export async function relay(port: number, onHello: (hello: ReadHello) => Buffer | undefined): Promise<Relay> {
  const open = new Set<Socket>()
  const kept = (socket: Socket) => {
    open.add(socket)
    return socket.on('error', () => socket.destroy()).on('close', () => void open.delete(socket))
  }
  const server = createServer((client) => {
    kept(client)
    let bytes: Buffer = Buffer.alloc(0)
    client.on('data', function first(chunk: Buffer) {
      bytes = Buffer.concat([bytes, chunk])
      const hello = helloIn(bytes)
      if (hello === 'more') return
      client.off('data', first)
      if (hello === 'none') return void client.destroy()
      const sent = onHello(hello)
      if (!sent) return void client.resetAndDestroy()
      const onward = kept(connect(port, '127.0.0.1'))
      onward.write(sent)
      client.pipe(onward).pipe(client)
      for (const [one, other] of [
        [client, onward],
        [onward, client],
      ] as const)
        one.once('close', () => other.destroySoon())
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
