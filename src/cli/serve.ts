// `wirelab serve`: the main job.
import { closeSync, openSync } from 'node:fs'
import { styleText } from 'node:util'
import { Command, Option } from 'commander'
import { conflictOf, defaults } from '../core/limits.ts'
import type { Broken } from '../broken/start.ts'
import { benchRoom } from '../lab/room.ts'
import { startLab } from '../server/start.ts'
import type { Lab, LabOptions } from '../server/start.ts'
import { brokenLines, brokenOption, checkBroken, openBroken } from './broken.ts'
import { trustAdvice } from './certs.ts'
import { explained } from './explained.ts'
import { hostName, hostNames, limit, mailServer, number, origin, wholeNumber } from './flags.ts'
import { UsageError, fail } from './main.ts'
import { printable } from './printable.ts'
import { checkRange, rangeLines, rangeOf, rangeOption } from './range.ts'
import { tlsOptions, withTlsFlags } from './tls.ts'
import type { TlsFlags } from './tls.ts'

interface Flags extends TlsFlags {
  port: number
  host: string
  name?: string[]
  http: '1.1' | '2' | 'both'
  certs: string
  auth: 'open' | 'required'
  publishKey?: string
  accounts?: string
  signUp?: 'open' | 'key'
  smtp?: string
  origin?: string
  source: 'ticker' | 'host' | 'stdin' | 'none'
  rate: number
  feed: string
  broken?: number
  limit?: LabOptions['limits']
  range?: boolean
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Serve the feed over all four transports, and the page, on https://localhost:8443.')
    .option('--port <number>', 'port to listen on; 0 takes any free one', wholeNumber(0, 65_535), 8443)
    .option('--host <address>', 'address to listen on', hostName, '127.0.0.1')
    .option('--name <name>', 'answer to this host name too, and certify it (repeatable)', hostNames)
    .addOption(new Option('--http <version>', 'HTTP versions to offer').choices(['1.1', '2', 'both']).default('both'))
    .option('--certs <directory>', 'where the local authority lives', 'certs')
  return withTlsFlags(command)
    .addOption(
      new Option('--source <source>', 'where events come from')
        .choices(['ticker', 'host', 'stdin', 'none'])
        .default('ticker'),
    )
    .option('--rate <number>', 'events a second of the ticker', number(0, 10_000), 5)
    .option('--feed <log>', 'the log behind the feed: memory', 'memory')
    .addOption(new Option('--auth <mode>', 'who may read').choices(['open', 'required']).default('open'))
    .addOption(
      // In the environment other users of the machine cannot read it; in the list of processes they can.
      new Option('--publish-key <key>', 'what scripts show to publish; a random one otherwise').env('WIRELAB_KEY'),
    )
    .addOption(
      new Option(
        '--accounts [file]',
        'accounts, kept in this file of SQLite (":memory:": not kept); guests stay',
      ).preset('accounts.db'),
    )
    .addOption(
      new Option('--sign-up <who>', 'who may make an account: anybody, or whoever has the key').choices([
        'open',
        'key',
      ]),
    )
    .addOption(
      new Option('--smtp <url>', 'send links for a new password by mail (smtp://, smtps://)')
        .argParser(mailServer)
        .env('WIRELAB_SMTP'),
    )
    .option('--origin <url>', 'where others find this lab, for links in mails', origin)
    .addOption(rangeOption())
    .addOption(brokenOption())
    .option('--limit <name=value>', 'change a bound that GET /limits shows (repeatable)', limit)
    .action(serve)
}

async function serve(flags: Flags) {
  if (flags.feed !== 'memory')
    throw new UsageError('--feed: only "memory" is there yet (sqlite: and nats:// come later)')
  if (flags.publishKey !== undefined && !/^[\x21-\x7e]{16,200}$/.test(flags.publishKey))
    throw new UsageError('--publish-key (or WIRELAB_KEY) must be 16–200 visible ASCII characters')

  const conflict = conflictOf({ ...defaults, ...flags.limit })
  if (conflict !== undefined) throw new UsageError(`--limit: ${conflict}`)

  checkRange(flags)
  checkBroken(flags)
  if (flags.signUp !== undefined && flags.accounts === undefined) throw new UsageError('--sign-up needs --accounts')
  const report = (message: string) => process.stderr.write(`${printable(message)}\n`)
  const { port, host, http, certs, auth, publishKey, source, accounts, signUp, smtp } = flags
  const lab = await startLab({
    ...{ port, host, http, certs, auth, source },
    ...(publishKey !== undefined && { publishKey }),
    ...(flags.origin !== undefined && { origin: flags.origin }),
    ...(await tlsOptions(flags)),
    ...(flags.name && { names: flags.name }),
    ...(flags.limit && { limits: flags.limit }),
    perSecond: flags.rate,
    lab: benchRoom(),
    ...(accounts !== undefined && { accounts: await accountsOf(accounts, signUp, smtp) }),
    ...(await rangeOf(flags)),
    ...(flags.source === 'stdin' && { input: process.stdin }),
    report,
  }).catch((error: NodeJS.ErrnoException) => {
    throw explained(error, flags)
  })
  const broken = await openBroken(lab, flags)
  // The last resort: an error nobody expected is logged and counted; the other clients go on.
  process.on('uncaughtException', lab.metrics.failed)
  process.on('unhandledRejection', lab.metrics.failed)
  onSignals(lab, broken, (reason) => report(`certificates: ${reason}`), flags)
  greet(lab, flags, broken)
}

/** Loaded for whoever wants them: SQLite and bcrypt are not for the others. */
async function accountsOf(path: string, signUp: Flags['signUp'], smtp: string | undefined) {
  const { accountRoom } = await import('../accounts/room.ts')
  const print = (text: string) => void process.stdout.write(`${printable(text)}\n`)
  return accountRoom({ path, print, ...(signUp && { signUp }), ...(smtp !== undefined && { smtp }) })
}

function greet(
  { url, authority, publishKey, target }: Lab,
  { source, rate, accounts, publishKey: chosen, clientCert, certs }: Flags,
  broken: Broken | undefined,
) {
  const lines = [
    '',
    `${styleText('bold', 'Wirelab')}  ${styleText(['cyan', 'underline'], url)}   open it in a browser`,
    '',
    ...(authority
      ? [`CA       ${authority.caPath}${made(authority)}`, ...trustAdvice(authority.caPath)]
      : ['TLS      your own certificate']),
    ...(clientCert === 'none'
      ? []
      : [`Clients  a certificate each: wirelab certs --certs ${certs} issue NAME --client`]),
    '',
    `Follow   curl -N ${authority ? `--cacert ${authority.caPath} ` : ''}${url}/feed/sse`,
    `Events   ${source === 'ticker' ? `${rate} a second, by the clock` : source}`,
    ...(accounts === undefined ? [] : [`Accounts ${accounts}`]),
    ...rangeLines(url, target),
    `Key      ${chosen === undefined ? publishKey : '(as given)'}   for scripts that publish: Authorization: Bearer <key>`,
    ...(broken ? brokenLines(broken, certs) : []),
    `Stop     Ctrl-C; kill -HUP ${process.pid} reads the certificates again, and drops nobody`,
    '',
  ]
  process.stdout.write(lines.join('\n') + '\n')
}

function made({ wrote, replaced }: NonNullable<Lab['authority']>): string {
  if (replaced !== undefined) return `  (made anew: ${replaced}. It must be trusted anew.)`
  return wrote.includes('ca') ? '  (made just now)' : ''
}

function onSignals(lab: Lab, broken: Broken | undefined, say: (reason: string) => void, flags: Flags) {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    Promise.all([lab.close(), broken?.close()]).then(
      (closed) => process.exit(closed.some((each) => each?.forced) ? 1 : 0),
      (error: unknown) => {
        fail(error)
        process.exit()
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => {
    if (isHungUp()) return stop()
    lab.renew().then(
      () => say('read again, for new connections'),
      (error: NodeJS.ErrnoException) => say(`those before stay: ${explained(error, flags).message}`),
    )
  })
  // `npm start` puts a shell between npm and us that dies of SIGTERM without passing it on; nobody else would stop us then.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event !== undefined)
    setInterval(() => process.ppid !== parent && !stopping && stop(), 500).unref()
}

/** The same signal says that the terminal was closed; then the lab is to end with it. */
function isHungUp(): boolean {
  if (!process.stdin.isTTY && !process.stdout.isTTY) return false
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return false
  } catch {
    return true // ENXIO: there is none any more
  }
}
