// `wirelab inspect`: what a client learns of a server before the first byte of HTTP, and whether it may believe it.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { Command } from 'commander'
import { readCertificates } from '../../certs/chain.ts'
import { files } from '../../certs/files.ts'
import { SUBPROTOCOL } from '../core/subprotocol.ts'
import { ask } from './inspect/ask.ts'
import { shake } from './inspect/connection.ts'
import type { Place, Shaken, Way } from './inspect/connection.ts'
import { confirmed, knownOf, remember } from './inspect/known.ts'
import { bindingOf, reportOf } from './inspect/report.ts'
import type { Found, Report } from './inspect/report.ts'
import { textOf } from './inspect/text.ts'
import { reasonsOf, revocationsOf } from './inspect/verdict.ts'
import type { Judged } from './inspect/verdict.ts'
import { UsageError } from './main.ts'
import { printable } from './printable.ts'
import { caOf } from './watch.ts'

interface Flags {
  ca?: string
  crl?: string
  cert?: string
  key?: string
  subprotocol: string
  json?: boolean
  trustOnFirstUse?: boolean
  yes?: boolean
  knownHosts: string
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'Print the TLS session and the certificate chain of https://… or wss://…, and why it is trusted or not.',
    )
    .argument('<url>', 'https:// or wss:// URL')
    .option('--ca <file>', 'the CA to trust beside the system’s; default certs/ca.pem if it is there')
    .option('--crl <file>', 'lists of revoked certificates (PEM); default crl.pem beside the CA if it is there')
    .option('--cert <file>', 'a certificate of ours, where the server asks for one; needs --key')
    .option('--key <file>', 'the private key of --cert')
    .option('--subprotocol <name>', 'what a WebSocket offers', SUBPROTOCOL)
    .option('--json', 'one JSON object instead of text')
    .option(
      '--trust-on-first-use',
      'vouch for an unknown certificate after a look at it; from then on it must stay the same',
    )
    .option('--yes', 'with --trust-on-first-use: without asking')
    .option('--known-hosts <file>', 'where what was vouched for is kept', join(homedir(), '.wirelab', 'known_hosts'))
    .addHelpText(
      'after',
      '\nExit 1 when it is not trusted, or nobody answers: --json then prints {"url","error":{"code","message"}}. Exit 2, and no JSON, when a flag is wrong.',
    )
    .action(inspect)
}

async function inspect(text: string, flags: Flags) {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['https:', 'wss:'].includes(url.protocol)) throw new UsageError('inspect: expected https://… or wss://…')
  if ((flags.cert === undefined) !== (flags.key === undefined)) throw new UsageError('--cert and --key go together')
  const caPath = await caOf(flags.ca)
  const [ca, crl] = [await readText(caPath), await readText(flags.crl ?? beside(caPath, files.crl))]
  const intermediates = await readText(beside(caPath, files.intermediate))
  const [cert, key] = [await readText(flags.cert), await readText(flags.key)]
  const client = cert !== undefined && key !== undefined && { client: { cert, key } }
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(flags.subprotocol))
    throw new UsageError('--subprotocol: expected one token (RFC 9110 §5.6.2)')
  const options = { ca, crl, intermediates, subprotocol: flags.subprotocol, ...client }
  const report = await lookAt(url, options).catch((error: Error) => {
    if (flags.json && !(error instanceof UsageError)) printJson({ url: url.href, error: failedWith(error) })
    throw error
  })
  if (flags.json) printJson(report)
  else print(textOf(report))
  if (!(await isBelieved(report, flags))) process.exitCode = 1
}

const print = (lines: string[]) => void process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''))
const printJson = (value: object) => print(JSON.stringify(value, undefined, 2).split('\n'))

/** For a script, which reads one JSON object whatever comes. The code is that of the system, where it has one. */
function failedWith({ message, cause }: Error): { code: string; message: string } {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  return { code: code ?? 'NO_ANSWER', message }
}

export interface LookOptions {
  /** PEM, trusted beside the system's. */
  ca?: string | undefined
  /** PEM, lists of the revoked. */
  crl?: string | undefined
  /** PEM, those that a server may have forgotten to send. */
  intermediates?: string | undefined
  client?: { cert: string; key: string }
  /** Offered to wss://. */
  subprotocol?: string
}

/** @throws Error when nobody answers there. */
export async function lookAt(url: URL, options: LookOptions): Promise<Report> {
  const { ca, crl, intermediates, client, subprotocol = SUBPROTOCOL } = options
  const place: Place = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 443),
    path: url.pathname + url.search,
    subprotocol: url.protocol === 'wss:' ? subprotocol : undefined,
  }
  const all = (pem: string | undefined) => (pem === undefined ? [] : readCertificates(Buffer.from(pem)).map(String))
  const roots = [...getCACertificates('default'), ...all(ca)]
  const judged = { host: place.host, roots, intermediates: all(intermediates), crl }
  return reportOf(await find(url, place, { ca, protocols: ['h2', 'http/1.1'], ...(client && { client }) }, judged))
}

/** The first connection says nothing but its handshake; only a server that is trusted is asked something, on the second. */
async function find(url: URL, place: Place, way: Way, judged: Judged): Promise<Found> {
  const first = await shake(place, way)
  const session = await first.session()
  const binding = bindingOf(first)
  // TLS 1.3: whether a server takes our certificate is said after the handshake.
  const broken = first.presented.alert === undefined ? undefined : first.broken()
  const seen: Shaken = broken ? { ...first, refused: { code: codeOf(broken), message: broken.message } } : first
  const reasons = await reasonsOf(seen, judged)
  const [revoked] = await revocationsOf(first.presented.chain, judged)
  first.close()
  const found = { url, place, first, reasons, revoked, binding }
  if (reasons.length > 0) return { ...found, second: undefined, answer: undefined }
  const second = await shake(place, { ...way, protocols: ['http/1.1'], session })
  const answer = second.refused ? undefined : await ask(second, place)
  second.close()
  return { ...found, second, answer }
}

const codeOf = ({ code }: NodeJS.ErrnoException) => code ?? 'BROKEN'

/** Trusted, or vouched for; a server that shows another certificate than the one vouched for never is. */
async function isBelieved({ trusted, reasons, chain, url }: Report, flags: Flags): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const host = `${hostname}:${port || 443}`
  const [leaf] = chain
  if (!flags.trustOnFirstUse || !leaf) return trusted
  const say = (line: string) => process.stderr.write(`${printable(line)}\n`)
  const known = await knownOf(flags.knownHosts, host)
  if (known && known.fingerprint !== leaf.sha256) {
    say('THE CERTIFICATE HAS CHANGED. Somebody may be in between.')
    say(`Vouched for on ${known.since}: ${known.fingerprint}`)
    say(`It shows now:                              ${leaf.sha256}`)
    say(`Ask its owner. If this is right, delete the line of ${host} in ${flags.knownHosts}.`)
    return false
  }
  if (trusted) return true
  if (reasons.some(({ isIdentity }) => !isIdentity)) {
    say('Nobody can vouch for that: more is wrong than that its issuer is unknown.')
    return false
  }
  if (known) {
    say(`It is the certificate that was vouched for on ${known.since}.`)
    return true
  }
  const isMeant =
    flags.yes ??
    (await confirmed(`${host} is unknown. Is ${leaf.sha256} its SHA-256 fingerprint, as its owner told you?`))
  if (!isMeant) {
    say(`${host} is not vouched for${process.stdin.isTTY ? '' : '; without a terminal only --yes does that'}.`)
    return false
  }
  await remember(flags.knownHosts, host, leaf.sha256)
  say(`${host} is vouched for from now on, in ${flags.knownHosts}.`)
  return true
}

/** What the local authority keeps in the same place; undefined when it is not there. */
function beside(caPath: string | undefined, name: string): string | undefined {
  const path = caPath === undefined ? undefined : join(dirname(caPath), name)
  return path !== undefined && existsSync(path) ? path : undefined
}

async function readText(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path} (${cause.code}); expected PEM`, { cause })
  })
}
