// Somebody on the network: a port without TLS, on loopback, where the attacker's page is for whoever comes in plain text.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface PlainPort {
  port: number
  close(): Promise<void>
}

export interface PlainOptions {
  port: number
  /** What it answers to. */
  names: readonly string[]
  /** A request came in plain text. @param request as it was made, in words */
  plain(request: string): void
  /** The browser insisted on TLS, which is not spoken here. */
  hello(): void
}

/** The first byte of a TLS record that holds a handshake (RFC 8446 §5.1); no request begins with it. */
const HANDSHAKE = 22
const SILENCE_MS = 5000
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Not the lab</title>
<h1>This page came in plain text, from the attacker</h1>
<p>Whoever is on the way can read it, change it, and ask for a password here. Close it: the range shows what came of it.</p>`

const fieldOf = (head: string, name: string) => new RegExp(`^${name}: *(\\S*)`, 'im').exec(head)?.[1]?.toLowerCase()

export function openPlain({ port, names, plain, hello }: PlainOptions): Promise<PlainPort> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setTimeout(SILENCE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.once('data', (bytes) => {
      if (bytes[0] === HANDSHAKE) {
        hello()
        socket.destroy()
        return
      }
      const head = bytes.toString('latin1').split('\r\n\r\n', 1)[0]!
      const own = names.map((name) => `${name}:${socket.localPort}`)
      const [host, mode] = ['host', 'sec-fetch-mode'].map((field) => fieldOf(head, field))
      if (!own.includes(host ?? ''))
        return void socket.end('HTTP/1.1 421 Misdirected Request\r\nconnection: close\r\n\r\n')
      // A browser that goes there, and not a page of anybody that fetches from here: that says nothing of HSTS.
      const isVisit = mode === undefined || mode === 'navigate'
      const isSent = /^cookie:.*-account=/im.test(head)
      const cookie = isSent ? 'with the cookie: to localhost browsers send a Secure one in plain' : 'without the cookie'
      if (isVisit && head.startsWith('GET / ')) plain(`${head.split('\r\n', 1)[0]!}, ${cookie}`)
      const fields = ['content-type: text/html', 'cache-control: no-store', 'connection: close']
      socket.end(`HTTP/1.1 200 OK\r\n${fields.join('\r\n')}\r\n\r\n${PAGE}`)
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            for (const socket of sockets) socket.destroy()
          }),
      })
    })
  })
}
