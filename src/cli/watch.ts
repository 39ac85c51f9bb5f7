// `wirelab watch`: follow the feed in a terminal over any transport, or send to it.
import { access, readFile } from 'node:fs/promises'
import { styleText } from 'node:util'
import { Command, Option } from 'commander'
import type { After } from '../core/feed.ts'
import { clients, transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Platform } from '../../transports/contract.ts'
import { nodePlatform } from '../../transports/platform.ts'
import { after, login, number, origin, wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'
import { printable } from './printable.ts'

interface Flags {
  over: TransportName
  after: After
  ca?: string
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
    .argument('[url]', 'where the lab is', origin, 'https://localhost:8443')
    .addOption(new Option('--over <transport>', 'how to follow').choices(transportNames).default('sse'))
    .option('--after <cursor>', 'the cursor of the last event seen, now or earliest', after, 'now' as const)
    .option('--ca <file>', 'the CA to trust; default certs/ca.pem if it is there')
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
  const path = await caOf(flags.ca)
  const platform = nodePlatform({
    http: flags.http,
    ...(path !== undefined && { ca: await readFile(path, 'utf8') }),
    ...(flags.user !== undefined && { headers: { authorization: basic(flags.user) } }),
  })
  if (flags.publish === undefined) await follow(url, flags, platform)
  else await publish(url, flags, platform)
  await platform.close()
}

/** Ends with Ctrl-C, after `--count` events, or with an error when the server's answer is final. */
function follow(url: string, flags: Flags, platform: Platform): Promise<void> {
  let left = flags.count ?? Infinity
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
      onState(state, cause) {
        if (isUntrusted(cause)) {
          reject(unverified(url, cause))
          return connection.close()
        }
        if (state === 'connecting' && !process.stderr.isTTY) return // progress, for a person only
        const isAway = cause && messageOf(cause).includes('ECONNREFUSED') ? '; is the lab running?' : ''
        if (state !== 'closed') note(cause ? `${state}: ${messageOf(cause)}${isAway}` : state)
        else if (cause) reject(new Error(`${flags.over}: ${messageOf(cause)}`, { cause }))
        else resolve()
      },
    })
    process.once('SIGINT', () => connection.close())
    process.once('SIGTERM', () => connection.close())
  })

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
      throw isUntrusted(error) ? unverified(url, error) : new Error(messageOf(error), { cause: error })
    })
  const text = await response.text()
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${text}`)
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

/** The innermost reason, in one line: "fetch failed" alone helps nobody. */
export function messageOf(cause: unknown): string {
  const deeper = innerOf(cause)
  const inner = deeper ? messageOf(deeper) : ''
  const { message = '' } = cause as { message?: string }
  if (message.includes(inner)) return plain(message) || 'the line broke'
  return plain([message, inner].filter(Boolean).join(': '))
}

/** What only says that a request was one. */
const plain = (text: string) => text.replace(/^(TypeError: )?fetch failed: /, '')

/** An Error has what it came from as `cause`, an event as `error`. */
function innerOf(cause: unknown): unknown {
  const { cause: inner, error } = cause as { cause?: unknown; error?: unknown }
  return inner ?? error
}

/** Trying again would only meet the same certificate. */
const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
])

function isUntrusted(cause: unknown): boolean {
  for (let each = cause; each; each = innerOf(each))
    if (UNTRUSTED.has((each as { code?: unknown }).code as string)) return true
  return false
}

function unverified(url: string, cause: unknown): Error {
  return new Error(`${url} cannot be trusted: ${messageOf(cause)}; pass --ca with the CA of the lab (certs/ca.pem)`, {
    cause,
  })
}

/** The CA to trust beside the system's: the one given, or the lab's own if this is where it was made. */
export async function caOf(given: string | undefined): Promise<string | undefined> {
  const path = given ?? 'certs/ca.pem'
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (!there && given !== undefined) throw new UsageError(`cannot read ${given}; expected the CA as PEM`)
  return there ? path : undefined
}
