// `wirelab certs`: what the local authority is, how to trust it, how to be rid of it.
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { files, openAuthority, removeAuthority } from '../../certs/authority.ts'
import { explained } from './explained.ts'

interface Flags {
  certs: string
  remove?: boolean
}

export function certsCommand(): Command {
  return new Command('certs')
    .description('Show the local certificate authority and how to trust it; made now if there is none.')
    .option('--certs <directory>', 'where it lives', 'certs')
    .option('--remove', 'delete the authority, the certificate and the keys')
    .action(certs)
}

async function certs(flags: Flags) {
  const print = (text: string) => process.stdout.write(`${text}\n`)
  if (flags.remove) {
    const removed = await removeAuthority(flags.certs).catch((error: NodeJS.ErrnoException) => {
      throw explained(error, flags)
    })
    for (const path of removed) print(`removed ${path}`)
    print(removed.length > 0 ? untrustAdvice : `nothing to remove in ${flags.certs}`)
    return
  }
  const { caPath } = await openAuthority(flags.certs, ['localhost', '127.0.0.1', '::1']).catch(
    (error: NodeJS.ErrnoException) => {
      throw explained(error, flags)
    },
  )
  for (const name of [files.ca, files.cert])
    print(describe(join(flags.certs, name), await readFile(join(flags.certs, name), 'utf8')))
  print(trustAdvice(caPath).join('\n'))
}

function describe(path: string, pem: string): string {
  const certificate = new X509Certificate(pem)
  return [
    path,
    `  subject      ${certificate.subject.replaceAll('\n', ', ')}`,
    `  issuer       ${certificate.issuer.replaceAll('\n', ', ')}`,
    ...(certificate.subjectAltName ? [`  names        ${certificate.subjectAltName}`] : []),
    `  valid        ${certificate.validFromDate.toISOString()} – ${certificate.validToDate.toISOString()}`,
    `  SHA-256      ${certificate.fingerprint256}`,
    '',
  ].join('\n')
}

export function trustAdvice(caPath: string): string[] {
  const path = resolve(caPath)
  return [
    'Trust    it once, on this machine only, so that browsers and tools verify the lab:',
    `  Chrome   Linux: mkdir -p $HOME/.pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n wirelab -i ${path}`,
    `           macOS: security add-trusted-cert -k ~/Library/Keychains/login.keychain-db ${path}`,
    `           Windows: certutil -user -addstore Root ${path}`,
    `  Firefox  Settings → Privacy & Security → View Certificates → Authorities → Import ${path}`,
    `  curl     curl --cacert ${path} …`,
    `  Node     NODE_EXTRA_CA_CERTS=${path} node …`,
  ]
}

const untrustAdvice = `
If you trusted it, take it back where you put it:
  Chrome   Linux: certutil -d sql:$HOME/.pki/nssdb -D -n wirelab · macOS: Keychain Access · Windows: certmgr.msc
  Firefox  Settings → Privacy & Security → View Certificates → Authorities → Wirelab local CA → Delete`
