// `wirelab echo`: the smallest server and the smallest client of TLS, each verified as it should be. Read it from top to bottom.
import type { AddressInfo } from 'node:net'
import { connect, createServer, getCACertificates } from 'node:tls'
import { Command } from 'commander'
import { openAuthority } from '../../certs/authority.ts'
import { lookupLocal } from '../../transports/lookup.ts'
import { hopeless, reasonOf } from './cause.ts'
import { LOOPBACK, anew } from './described.ts'
import { explained } from './explained.ts'
import { hostName, wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'
import { readCa } from './pem.ts'

interface Flags {
  listen?: number
  connect?: string
  certs: string
  ca?: string
}

export function echoCommand(): Command {
  return new Command('echo')
    .description('A TLS server that says back what it hears, or a client that sends what you type.')
    .option('--listen <port>', 'be the server, on this port of this machine; 0 takes any', wholeNumber(0, 65_535))
    .option('--connect <host:port>', 'be the client: standard input goes there, what comes back to standard output')
    .option('--certs <directory>', 'server: where the local authority lives', 'certs')
    .option('--ca <file>', 'client: the CA to trust beside the system’s; default certs/ca.pem if it is there')
    .action(echo)
}

async function echo(flags: Flags) {
  if ((flags.listen === undefined) === (flags.connect === undefined))
    throw new UsageError('echo: expected either --listen PORT or --connect HOST:PORT')
  if (flags.listen === undefined) await client(flags)
  else await server(flags.listen, flags)
}

async function server(port: number, { certs }: Flags) {
  const failed = (error: NodeJS.ErrnoException) => {
    throw explained(error, { certs, port, host: '127.0.0.1', flag: '--listen' })
  }
  const { leaf, replaced } = await openAuthority(certs, LOOPBACK).catch(failed)
  if (replaced !== undefined) process.stderr.write(anew(replaced))
  const listening = createServer({ cert: leaf.cert, key: leaf.key, minVersion: 'TLSv1.2' }, (socket) => {
    socket.on('error', () => undefined) // a client that went away
    socket.pipe(socket)
  })
  await new Promise<void>((resolve, reject) => {
    listening.once('error', reject).listen(port, '127.0.0.1', resolve)
  }).catch(failed)
  const { port: taken } = listening.address() as AddressInfo
  process.stdout.write(`echo on localhost:${taken}; say something: wirelab echo --connect localhost:${taken}\n`)
}

async function client({ connect: place = '', ca }: Flags) {
  const [, name = '', port = ''] = /^(.+):(\d{1,5})$/.exec(place) ?? []
  if (name === '' || Number(port) > 65_535)
    throw new UsageError('--connect: expected HOST:PORT, with a port up to 65535')
  const host = hostName(name.replace(/^\[|\]$/g, ''))
  const own = await readCa(ca)
  // Node verifies by itself that the chain ends at one of these, and that the certificate is for this host.
  const trusted = [...getCACertificates('default'), ...(own ? [own.pem] : [])]
  const socket = connect({ host, port: Number(port), ca: trusted, lookup: lookupLocal })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', () => {
      process.stdin.pipe(socket)
      socket.pipe(process.stdout, { end: false })
    })
    socket.once('error', reject).once('close', () => resolve())
  }).catch((cause: unknown) => {
    const url = `https://${place}`
    throw hopeless(url, cause) ?? new Error(`${place}: ${reasonOf(cause, url)}`, { cause })
  })
  process.stdin.destroy() // the server may have hung up first
}
