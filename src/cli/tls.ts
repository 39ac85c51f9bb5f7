// The flags of `wirelab serve` that set how TLS is spoken, and what is made of them.
import { open, readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import type { KeyType } from '../../certs/keys.ts'
import { clientCerts, suites, versionOf } from '../server/secure.ts'
import type { ClientCert, Credentials, NamedCredentials, Suite, TlsRules, TlsVersion } from '../server/secure.ts'
import type { LabOptions } from '../server/start.ts'
import { hostName, list } from './flags.ts'
import { UsageError } from './main.ts'
import { fileFor } from './outputs.ts'

export interface TlsFlags {
  cert?: string
  key?: string
  sni?: Sni[]
  tls?: TlsVersion
  ciphers?: Suite[]
  clientCert: ClientCert
  psk?: string
  tickets: 'on' | 'off'
  keyType: KeyType
  keylog?: string
}
interface Sni {
  name: string
  cert: string
  key: string
}

export function withTlsFlags(command: Command): Command {
  return command
    .option('--cert <file>', 'your own certificate chain (PEM) instead, e.g. from mkcert; needs --key')
    .option('--key <file>', 'the private key of --cert')
    .option('--sni <name=cert,key>', 'another certificate, for clients that ask for this name (repeatable)', sni)
    .addOption(
      new Option('--key-type <type>', 'key of the local certificate').choices(['ecdsa', 'rsa']).default('ecdsa'),
    )
    .addOption(new Option('--tls <version>', 'only this version of TLS; default both').choices(['1.2', '1.3']))
    .option('--ciphers <names>', `only these suites, of ${suites.join(', ')}`, ciphers)
    .addOption(
      new Option('--client-cert <mode>', 'whether clients show a certificate (wirelab certs issue --client)')
        .choices(clientCerts)
        .default('none'),
    )
    .option('--psk <file>', 'pre-shared keys, a line identity:hex each: who has one needs no certificate')
    .addOption(new Option('--tickets <mode>', 'whether sessions are resumed').choices(['on', 'off']).default('on'))
    .option(
      '--keylog <file>',
      'append the secrets of connections to the lab and its doors, for Wireshark (NSS key log)',
    )
}

/** @throws UsageError when flags do not fit together, or a file of theirs cannot be read. */
export async function tlsOptions(flags: TlsFlags): Promise<Partial<LabOptions>> {
  const { cert, key, sni: named, tls, clientCert, psk, tickets, keyType, keylog } = flags
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key go together')
  checkCiphers(flags)
  const rules: TlsRules = {
    ...{ clientCert, tickets: tickets === 'on' },
    ...(tls && { version: tls }),
    ...(flags.ciphers && { ciphers: flags.ciphers }),
    ...(psk !== undefined && { psk: await readKeys(psk) }),
  }
  return {
    ...{ rules, keyType },
    // Read again on SIGHUP.
    ...(cert !== undefined && { credentials: () => readPair(cert, key!) }),
    ...(named && { named: () => Promise.all(named.map(readNamed)) }),
    ...(keylog !== undefined && { onSecret: await keylogTo(keylog) }),
  }
}

function sni(text: string, before: Sni[] = []): Sni[] {
  const [, name, cert, key] = /^([^=]+)=([^,]+),(.+)$/.exec(text) ?? []
  if (name === undefined || cert === undefined || key === undefined)
    throw new InvalidArgumentError('Expected a host name, its certificate chain and its key: name=cert.pem,key.pem.')
  return [...before, { name: hostName(name), cert, key }]
}

function ciphers(text: string): Suite[] {
  if (/\b(A?NULL|ADH|AECDH)\b/i.test(text))
    throw new InvalidArgumentError('With such a suite nobody proves who he is: whoever is in between could answer.')
  return list(suites)(text)
}

/** A server that no client can agree with is a mistake. */
function checkCiphers({ ciphers, tls, keyType, cert }: TlsFlags) {
  if (!ciphers) return
  const usable = ciphers.filter((suite) => tls === undefined || versionOf(suite) === tls)
  if (usable.length === 0) throw new UsageError(`--ciphers: none of them is of TLS ${tls}`)
  const isSigned = (suite: Suite) =>
    versionOf(suite) === '1.3' || suite.includes(keyType === 'rsa' ? '-RSA-' : '-ECDSA-')
  if (cert === undefined && !usable.some(isSigned))
    throw new UsageError(`--ciphers: none of them works with a key of type ${keyType}; see --key-type`)
}

async function readKeys(path: string): Promise<Map<string, Buffer>> {
  const lines = (await readText(path, 'lines identity:hex')).split('\n').map((line) => line.trim())
  const keys = new Map<string, Buffer>()
  for (const [i, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue
    const [, identity, hex] = /^([^:\s]{1,128}):((?:[0-9a-f]{2}){16,64})$/i.exec(line) ?? []
    if (identity === undefined || hex === undefined)
      throw new UsageError(`--psk ${path}: line ${i + 1}: expected identity:hex, with a key of 16 to 64 bytes`)
    keys.set(identity, Buffer.from(hex, 'hex'))
  }
  if (keys.size === 0) throw new UsageError(`--psk ${path}: there is no key in it`)
  return keys
}

async function readPair(cert: string, key: string): Promise<Credentials> {
  return { cert: await readText(cert, 'a PEM file'), key: await readText(key, 'a PEM file') }
}
async function readNamed({ name, cert, key }: Sni): Promise<NamedCredentials> {
  return { name, ...(await readPair(cert, key)) }
}

async function readText(path: string, wanted: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path} (${cause.code}); expected ${wanted}`, { cause })
  })
}

/** Whoever reads the file reads all that was said, so nobody else may. */
async function keylogTo(path: string): Promise<(line: Buffer) => void> {
  await fileFor(path, '--keylog')
  const file = await open(path, 'a', 0o600)
  if ((await file.stat()).isFile())
    await file.chmod(0o600).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageError(`--keylog ${path}: others may read it (${cause.code}); name a file of your own`, { cause })
    })
  const stream = file.createWriteStream()
  return (line) => void stream.write(line)
}
