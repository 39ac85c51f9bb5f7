// `wirelab certs`: what the local authority is, how to trust it, how to be rid of it, and what it makes for others.
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { HelpConfiguration } from 'commander'
import { openAuthority, removeAuthority } from '../../certs/authority.ts'
import { isIssuedBy } from '../../certs/chain.ts'
import { readLists } from '../../certs/crl.ts'
import { files } from '../../certs/files.ts'
import { certificatesBeside, pemsIn } from './beside.ts'
import { chain, conversion, issuing } from './certificates.ts'
import { LOOPBACK, anew, described } from './described.ts'
import { explained } from './explained.ts'
import { hostNames, wholeNumber } from './flags.ts'
import { crl, revoke } from './revocation.ts'

export interface Flags {
  certs: string
  name?: string[]
  remove?: boolean
}

/** In the help of what is below `certs`: of its options the one that matters there, and not the one that deletes it all. */
const withDirectory: HelpConfiguration = {
  showGlobalOptions: true,
  visibleGlobalOptions: ({ parent }) => parent?.options.filter(({ long }) => long === '--certs') ?? [],
}

export function certsCommand(): Command {
  const command = new Command('certs')
    .description('Show the local certificate authority and how to trust it; made now if there is none.')
    .option('--certs <directory>', 'where it lives', 'certs')
    .option('--name <name>', 'let it sign for this host name or address too (repeatable)', hostNames)
    .option('--remove', 'delete the authority, the certificate of the server and the keys')
    .action(certs)
  const add = (line: string, description: string) =>
    command.command(line).description(description).configureHelp(withDirectory)
  add('show', 'the same as without a command').action((_, given: Command) => certs(given.optsWithGlobals()))
  add('issue', 'Make a certificate and its key: for a server with these names, or for one client.')
    .argument('<names...>', 'host names and addresses; with --client the name of a person or a program')
    .option('--client', 'for a client (mutual TLS)')
    .option('--days <n>', 'how long it is valid, at most as long as the authority', wholeNumber(1, 730), 90)
    .addOption(new Option('--key <type>', 'type of its key').choices(['ecdsa', 'rsa']).default('ecdsa'))
    .option('--crl-url <url>', 'where verifiers find the list of the revoked')
    .option('--out <path>', 'beginning of the two paths; default the first name, in --certs')
    .action(issuing)
  add('revoke', 'Put a certificate on the list of the revoked.')
    .argument('<certificate>', 'its file, or its serial number')
    .action(revoke)
  add('crl', 'Show the lists of the revoked.').action(crl)
  add('convert', 'PEM to DER, or DER to PEM: a certificate, a key or a CRL.')
    .argument('<in>', 'a file in either')
    .argument('<out>', 'the same in the other; a new file')
    .action(conversion)
  add('chain', 'Print one PEM of all certificates in these files, if each is issued by the next.')
    .argument('<files...>', 'PEM or DER, the server’s own first')
    .option('--sort', 'put them in order')
    .action(chain)
  return command
}

async function certs(flags: Flags) {
  const print = (text: string) => process.stdout.write(`${text}\n`)
  const failed = (error: NodeJS.ErrnoException) => {
    throw explained(error, flags)
  }
  if (flags.remove) {
    const removed = await removeAuthority(flags.certs).catch(failed)
    for (const path of removed) print(`removed ${path}`)
    const left = await pemsIn(flags.certs)
    for (const path of left) print(`left    ${path}`)
    if (left.length > 0)
      print(
        'What is left was made by "certs issue", or by you. Its authority is gone: delete it, unless something uses it.',
      )
    print(removed.length > 0 ? untrustAdvice : `nothing to remove in ${flags.certs}`)
    return
  }
  const opened = await openAuthority(flags.certs, [...LOOPBACK, ...(flags.name ?? [])]).catch(failed)
  for (const name of [files.ca, files.intermediate, files.cert])
    print(described(join(flags.certs, name), new X509Certificate(await readFile(join(flags.certs, name)))))
  const issuer = new X509Certificate(opened.intermediate.cert)
  const revoked = new Set(
    readLists(opened.crls.join('')).flatMap(({ entries }) => entries.map(({ serialNumber }) => serialNumber)),
  )
  const own = new Set(Object.values(files).map((name) => join(flags.certs, name)))
  for (const [path, certificate] of await certificatesBeside(flags.certs))
    if (!own.has(path) && isIssuedBy(certificate, issuer)) print(described(path, certificate, revoked))
  if (opened.replaced !== undefined) print(anew(opened.replaced))
  print(trustAdvice(opened.caPath).join('\n'))
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
