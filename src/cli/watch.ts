// `wirelab watch`: follow the feed in a terminal over any transport, or send to it.
import { styleText } from 'node:util'
import { Command, Option } from 'commander'
import type { After } from '../core/feed.ts'
import { clients, transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Platform } from '../../transports/contract.ts'
import { nodePlatform } from '../../transports/platform.ts'
import { refusedBy } from '../../transports/retry.ts'
import { hopeless, reasonOf, wasAnswered } from './cause.ts'
import { after, login, number, wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'
import { readCa, readClient } from './pem.ts'
import { urlOf } from './place.ts'
import { printable } from './printable.ts'

interface Flags {
  over: TransportName
  after: After
  ca?: string
  clientCert?: string
  clientKey?: string
  http: '1.1' | '2'
  poll: number
  count?: number
  publish?: string
  type: string
  key?: string
  user?: string
}

export function watchCommand(): Command {
  return new Command('watch')
    .description('Follow the feed in this terminal: one JSON event a line on stdout, everything else on stderr.')
    .argument('[url]', 'where the lab is', (text) => `https://${urlOf(text).host}`, 'https://localhost:8443')
    .addOption(new Option('--over <transport>', 'how to follow').choices(transportNames).default('sse'))
    .option('--after <cursor>', 'the cursor of the last event seen, now or earliest', after, 'now' as const)
    .option('--ca <file>', 'the CA to trust; default certs/ca.pem if it is there')
    .option('--client-cert <file>', 'a certificate of ours, where the server asks for one; needs --client-key')
    .option('--client-key <file>', 'the private key of --client-cert')
    .addOption(new Option('--http <version>', 'HTTP version').choices(['1.1', '2']).default('1.1'))
    .option('--poll <ms>', 'polling: milliseconds between two requests', number(1, 3_600_000), 1000)
    .option('--count <n>', 'end after so many events', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--publish <json>', 'send this as the data of one event instead of following (JSON, or else plain text)')
    .option('--type <type>', 'type of the event to publish', 'note')
    .option('--key <key>', 'the publish key that the server printed; or WIRELAB_KEY in the environment')
    .addOption(
      new Option('--user <name:password>', 'of an account, where the lab has them')
        .env('WIRELAB_USER')
        .argParser(login),
    )
    .action(watch)
}

async function watch(url: string, flags: Flags) {
  const ca = await readCa(flags.ca)
  const platform = nodePlatform({
    http: flags.http,
    ...(ca && { ca: ca.pem }),
    ...(await readClient(['--client-cert', flags.clientCert], ['--client-key', flags.clientKey])),
    ...(flags.user !== undefined && { headers: { authorization: basic(flags.user) } }),
  })
  try {
    if (flags.publish === undefined) await follow(url, flags, platform)
    else await publish(url, flags, platform)
  } finally {
    await platform.close()
  }
}

/** Of a lab that was there it is known that it comes back; of one that never was, nothing. */
const TRIES = 5

/** Ends with Ctrl-C, after `--count` events, or with an error when the server's answer is final or there was never one. */
function follow(url: string, flags: Flags, platform: Platform): Promise<void> {
  let left = flags.count ?? Infinity
  let wasOpen = false
  let failures = 0
  return new Promise((resolve, reject) => {
    const connection = clients[flags.over]({
      origin: url,
      after: flags.after,
      platform,
      pollMs: flags.poll,
      onEvent(event) {
        if (left-- <= 0) return
        process.stdout.write(`${printable(JSON.stringify(event))}\n`)
        if (left <= 0) connection.close()
      },
      onGap: ({ reason, from, to }) => note(`gap: events after ${from} up to ${to} cannot be had (${reason})`),
      onState(state, cause, inMs) {
        const end = hopeless(url, cause)
        if (end) {
          reject(end)
          return connection.close()
        }
        wasOpen ||= state === 'open'
        if (state === 'closed') return cause ? reject(new Error(`${flags.over}: ${told(cause)}`, { cause })) : resolve()
        const isLost = state === 'waiting' && !wasOpen && !wasAnswered(cause)
        if (isLost && ++failures === TRIES) {
          reject(new Error(`${url} was not reached in ${TRIES} tries: ${reasonOf(cause, url)}`, { cause }))
          return connection.close()
        }
        if ((isLost || state === 'connecting') && !process.stderr.isTTY) return // progress, for a person only
        const tries = isLost ? ` (try ${failures} of ${TRIES})` : ''
        const again = inMs === undefined ? '' : `; again in ${(inMs / 1000).toFixed(1)} s`
        note(cause ? `${state}: ${told(cause)}${again}${tries}` : state)
      },
    })
    process.once('SIGINT', () => connection.close())
    process.once('SIGTERM', () => connection.close())
  })

  /** Our clients say whose words it is; here every line does. */
  function told(cause: unknown): string {
    const reason = reasonOf(cause, url)
    const prefix = `${flags.over}: `
    return reason.startsWith(prefix) ? reason.slice(prefix.length) : reason
  }

  function note(text: string) {
    process.stderr.write(`${styleText('dim', printable(`${flags.over} ${text}`), { stream: process.stderr })}\n`)
  }
}

async function publish(url: string, flags: Flags, platform: Platform): Promise<void> {
  const key = flags.key ?? process.env.WIRELAB_KEY
  if (key === undefined && flags.user === undefined)
    throw new UsageError('--publish needs --key (the server printed it), WIRELAB_KEY, or --user')
  const authorization = flags.user === undefined ? `Bearer ${key}` : basic(flags.user)
  const response = await platform
    .fetch(`${url}/feed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ type: flags.type, data: jsonOrText(flags.publish!) }),
    })
    .catch((error: unknown) => {
      throw hopeless(url, error) ?? new Error(`${url}: ${reasonOf(error, url)}`, { cause: error })
    })
  const text = await response.text()
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${refusedBy(response.status, null, text).message}`)
  process.stdout.write(`${printable(text.trim())}\n`)
}

/** RFC 7617. */
const basic = (user: string) => `Basic ${Buffer.from(user).toString('base64')}`

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // as the help says: what is not JSON is text
  }
}
