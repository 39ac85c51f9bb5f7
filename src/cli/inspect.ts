// `wirelab inspect`: what a client learns of a server before the first byte of HTTP, and whether it may believe it.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { Command } from 'commander'
import { readCertificates } from '../../certs/chain.ts'
import { files } from '../../certs/files.ts'
import { SUBPROTOCOL } from '../core/subprotocol.ts'
import { look } from './inspect/anonymous.ts'
import { ask } from './inspect/ask.ts'
import { shake } from './inspect/connection.ts'
import type { Place, Shaken, Way } from './inspect/connection.ts'
import { failedWith } from './inspect/failure.ts'
import { bindingOf, reportOf } from './inspect/report.ts'
import type { Found, Report } from './inspect/report.ts'
import { textOf } from './inspect/text.ts'
import { reasonsOf, revocationsOf } from './inspect/verdict.ts'
import type { Judged } from './inspect/verdict.ts'
import { vouched } from './inspect/vouch.ts'
import { UsageError } from './main.ts'
import { readCa, readChain, readClient, readCrl } from './pem.ts'
import { urlOf } from './place.ts'
import { printable } from './printable.ts'

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
  const url = urlOf(text)
  const client = await readClient(['--cert', flags.cert], ['--key', flags.key])
  const ca = await readCa(flags.ca)
  const lists = flags.crl ?? beside(ca?.path, files.crl)
  const known = beside(ca?.path, files.intermediate)
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(flags.subprotocol))
    throw new UsageError('--subprotocol: expected one token (RFC 9110 §5.6.2)')
  const seen = await lookAt(url, {
    ...{ ca: ca?.pem, subprotocol: flags.subprotocol },
    ...(lists !== undefined && { crl: await readCrl(lists) }),
    ...(known !== undefined && { intermediates: await readChain(known) }),
    ...client,
  }).catch((error: Error) => {
    if (flags.json && !(error instanceof UsageError)) printJson({ url: url.href, error: failedWith(error) })
    throw error
  })
  let isShown = false
  const show = () => {
    if (flags.json) return
    isShown = true
    print(textOf(seen))
  }
  const report = flags.trustOnFirstUse ? await vouched(seen, flags, show) : seen
  if (flags.json) printJson(report)
  else if (!isShown) print(textOf(report))
  if (!report.trusted) process.exitCode = 1
}

const print = (lines: string[]) => void process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''))
const printJson = (value: object) => print(JSON.stringify(value, undefined, 2).split('\n'))

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
  const first = await look(place, way)
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

/** What the local authority keeps in the same place; undefined when it is not there. */
function beside(caPath: string | undefined, name: string): string | undefined {
  const path = caPath === undefined ? undefined : join(dirname(caPath), name)
  return path !== undefined && existsSync(path) ? path : undefined
}
