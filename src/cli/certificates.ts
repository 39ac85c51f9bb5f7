// `wirelab certs issue | convert | chain`: what one does with certificates, each in one step.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { openAuthority } from '../../certs/authority.ts'
import type { Authority } from '../../certs/authority.ts'
import { flawOf, readCertificates, sorted } from '../../certs/chain.ts'
import { constraintsOf, permits } from '../../certs/constraints.ts'
import { convert } from '../../certs/convert.ts'
import { writePair, writeWhole } from '../../certs/files.ts'
import { issue } from '../../certs/issue.ts'
import type { KeyType } from '../../certs/keys.ts'
import type { Flags } from './certs.ts'
import { LOOPBACK, anew, described } from './described.ts'
import { explained } from './explained.ts'
import { isHostName } from './flags.ts'
import { UsageError } from './main.ts'

interface IssueFlags extends Flags {
  client?: boolean
  days: number
  key: KeyType
  crlUrl?: string
  out?: string
}

const print = (text: string) => process.stdout.write(`${text}\n`)

export async function open(flags: Flags): Promise<Authority> {
  const authority = await openAuthority(flags.certs, LOOPBACK).catch((error: NodeJS.ErrnoException) => {
    throw explained(error, flags)
  })
  if (authority.replaced !== undefined) process.stderr.write(anew(authority.replaced))
  return authority
}

export async function issuing(given: string[], _: unknown, command: Command) {
  const flags: IssueFlags = command.optsWithGlobals()
  const names = flags.client ? given : given.map((name) => name.toLowerCase())
  if (flags.client && names.length > 1)
    throw new UsageError('issue --client: expected one name, of a person or a program')
  const wrong = names.find((name) => (flags.client ? !/^[\w.@][\w.@ -]{0,62}$/.test(name) : !isHostName(name)))
  if (wrong !== undefined)
    throw new UsageError(
      `issue: "${wrong}" is no ${flags.client ? 'name of letters, digits and . @ _ -' : 'host name'}`,
    )
  if (flags.crlUrl !== undefined && !/^https?:\/\/\S+$/.test(flags.crlUrl))
    throw new UsageError('issue --crl-url: expected http://… or https://…')

  const authority = await open(flags)
  const permitted = constraintsOf(authority.ca) ?? []
  // OpenSSL takes a common name with dots for a host name, in a client's certificate too.
  const other = names.find(
    (name) => (flags.client ? name.includes('.') && isHostName(name) : true) && !permits(permitted, name),
  )
  if (other !== undefined)
    throw new UsageError(
      `issue: this authority may sign for ${permitted.join(', ')} and not for ${other}; "wirelab certs --name ${other}" makes one that may, to be trusted anew`,
    )
  const base = flags.out ?? join(flags.certs, names[0]!.replaceAll(/[^\w.@-]/g, '_'))
  const [certPath, keyPath] = [`${base}.pem`, `${base}-key.pem`]
  const taken = [certPath, keyPath].find(existsSync)
  if (taken !== undefined) throw new UsageError(`issue: ${taken} is there already; remove it, or choose another --out`)

  const made = await issue({
    ...{ kind: flags.client ? 'client' : 'server', subject: names[0]!, issuer: authority.intermediate },
    ...{ names: flags.client ? [] : names, days: flags.days, keyType: flags.key },
    ...(flags.crlUrl !== undefined && { crlUrl: flags.crlUrl }),
  })
  await writePair(made, certPath, keyPath).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`issue: ${certPath} cannot be written (${cause.code}); choose another --out`, { cause })
  })
  print(described(certPath, readCertificates(Buffer.from(made.cert))[0]!))
  print(`with the intermediate after it; its key is in ${keyPath}, for you alone`)
}

export async function conversion(from: string, to: string) {
  const content = await readAny(from)
  if (existsSync(to)) throw new UsageError(`convert: ${to} is there already; remove it, or choose another name`)
  try {
    const { content: converted, label, format } = convert(content)
    await writeWhole(to, converted, label.includes('PRIVATE KEY') ? 0o600 : 0o644)
    print(`${to}: ${label} in ${format}, ${converted.length} bytes`)
  } catch (error) {
    throw new UsageError(`convert ${from}: ${(error as Error).message}`, { cause: error })
  }
}

export async function chain(paths: string[], flags: { sort?: boolean }) {
  const found = (await Promise.all(paths.map(certificatesIn))).flat()
  try {
    const certificates = flags.sort ? sorted(found) : found
    const flaw = flawOf(certificates)
    if (flaw !== undefined) throw new Error(`${flaw}; name them in another order, or --sort`)
    process.stdout.write(certificates.map((each) => each.toString()).join(''))
  } catch (error) {
    throw new UsageError(`chain: ${(error as Error).message}`, { cause: error })
  }
}

export async function certificatesIn(path: string) {
  const content = await readAny(path)
  try {
    return readCertificates(content)
  } catch (cause) {
    throw new UsageError(`${path}: expected a certificate in PEM or DER`, { cause })
  }
}

function readAny(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path} (${cause.code})`, { cause })
  })
}
