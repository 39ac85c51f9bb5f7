// `wirelab certs revoke | crl`: what was issued is taken back, and who it was taken from.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { inOneLine, isIssuedBy, readCertificates } from '../../certs/chain.ts'
import { readLists, revokeSerial } from '../../certs/crl.ts'
import { alone, files } from '../../certs/files.ts'
import { certificatesBeside } from './beside.ts'
import { certificatesIn, open } from './certificates.ts'
import type { Flags } from './certs.ts'
import { UsageError } from './main.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)

export async function revoke(what: string, _: unknown, command: Command) {
  const flags: Flags = command.optsWithGlobals()
  const { intermediate } = await open(flags)
  const isFile = existsSync(what)
  const serial = isFile ? await serialIn(what, intermediate.cert) : serialOf(what)
  const path = join(flags.certs, files.crl)
  const { since, already } = await alone(flags.certs, () => revokeSerial(path, intermediate, serial))
  print(`${serial} ${already ? 'was revoked already,' : 'is revoked'} since ${since.toISOString()}, in ${path}`)
  if (!isFile) {
    const place = await placeOf(serial, flags.certs, intermediate.cert)
    print(
      place === undefined
        ? `No certificate in ${flags.certs} has this number: is it right? It is on the list all the same.`
        : `It is that of ${place}.`,
    )
  }
  print('A lab that runs reads the list again on SIGHUP, and every 12 h.')
}

/**
 * What somebody typed. Ours are 16 bytes at random (certs/issue.ts), and zeros in front are left out: much shorter ones are a part of one.
 * @throws UsageError
 */
function serialOf(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase()
  if (/^(?:[0-9a-f]{2}){12,16}$/.test(digits)) return digits
  throw new UsageError(
    /^[0-9a-f]+$/.test(digits)
      ? `revoke: ${text} is no file, and no serial number of this authority: those have 32 hexadecimal digits`
      : `cannot read ${text} (ENOENT)`,
  )
}

async function serialIn(path: string, issuerPem: string): Promise<string> {
  const [certificate] = await certificatesIn(path)
  const [issuer] = readCertificates(Buffer.from(issuerPem))
  if (!isIssuedBy(certificate!, issuer!))
    throw new UsageError(
      `revoke: ${path} is issued by ${inOneLine(certificate!.issuer)}, not by this intermediate; only the issuer can revoke it`,
    )
  return certificate!.serialNumber.toLowerCase()
}

/** The authority keeps no book of what it has issued: all that it can be held against is what lies beside it. */
async function placeOf(serial: string, directory: string, issuerPem: string): Promise<string | undefined> {
  const [issuer] = readCertificates(Buffer.from(issuerPem))
  const found = (await certificatesBeside(directory)).find(
    ([, each]) => each.serialNumber.toLowerCase() === serial && isIssuedBy(each, issuer!),
  )
  return found?.[0]
}

export async function crl(_: unknown, command: Command) {
  const flags: Flags = command.optsWithGlobals()
  const { crls } = await open(flags)
  print(join(flags.certs, files.crl))
  for (const { issuer, thisUpdate, nextUpdate, entries } of readLists(crls.join(''))) {
    print(`  issuer       ${issuer}`)
    print(`  valid        ${thisUpdate.toISOString()} – ${nextUpdate?.toISOString() ?? 'no end'}`)
    for (const { serialNumber, revocationDate } of entries)
      print(`  revoked      ${serialNumber}  since ${revocationDate.toISOString()}`)
    print(entries.length === 0 ? '  revoked      none\n' : '')
  }
}
