// Somebody in between: ends the client's session, makes another with the server, and reads what passes from the one into the other.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'

export interface Relay {
  port: number
  /** What it has read so far, both ways. */
  read(): string
  close(): Promise<unknown>
}

/**
 * @param to the port of the server.
 * @param as what it poses as to the client.
 * @param offering to the server, as openssl s_client has it; Node would not talk to who shows no certificate.
 */
export async function startRelay(to: number, as: TlsOptions, offering: string[] = []): Promise<Relay> {
  const read: Buffer[] = []
  const server = createServer(as, (near) => {
    const far = spawn('openssl', ['s_client', '-quiet', '-connect', `127.0.0.1:${to}`, ...offering])
    near.on('data', (asked: Buffer) => read.push(asked)).pipe(far.stdin)
    far.stdout.on('data', (answered: Buffer) => read.push(answered)).pipe(near)
    for (const end of [near, far.stdin]) end.on('error', () => undefined) // the other end has hung up: it is over
    near.on('close', () => far.kill())
  })
  server.on('tlsClientError', () => undefined) // a client that does not believe it: that is told by the client
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    read: () => Buffer.concat(read).toString(),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
