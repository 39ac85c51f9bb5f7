// Accounts as the server sees them: what a request shows of one, and the room that knows them, which is handed in (src/accounts).
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Hono } from 'hono'
import { parse } from 'hono/utils/cookie'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import type { Account } from '../core/account.ts'
import { TICKET } from '../core/subprotocol.ts'
import type { Limits } from '../core/limits.ts'
import type { Guard } from './guard.ts'

export interface AccountsOptions {
  limits: Limits
  clock: () => number
  /** Where the lab is found, for links in letters; known once it listens. */
  origin: () => string
  /** One line each. */
  report: (message: string) => void
}

export interface Accounts {
  /** Mounted at `/`. */
  routes(guard: Guard): Hono<Env>
  /** @returns whose session has this cookie, if it lives. @throws {Refusal} 429 after too many that nobody has */
  ofSession(cookie: string, address: string): Account | undefined
  /** @returns undefined when it is not the password, or nobody's. @throws {Refusal} 429, 503 */
  ofPassword(name: string, password: string, address: string): Promise<Account | undefined>
  /** A ticket is good once. */
  ofTicket(ticket: string): Account | undefined
  /** Calls `ended` once, when what this account came by has ended. @returns what forgets that. */
  hold(account: Account, ended: () => void): () => void
  /** Notes whose event this is. */
  published(event: string, account: Account): void
  close(): void
}

export type OpenAccounts = (options: AccountsOptions) => Promise<Accounts>

/** A browser keeps no longer one (RFC 6265bis §5.6). */
const COOKIE_BYTES = 4096

/** @throws {Refusal} 400 when there are two of this name: whose is it? 431 when it is longer than any browser's */
export function cookieOf({ headers: { cookie } }: IncomingMessage, name: string): string | undefined {
  // By name, once they are apart: in the value of a cookie of others, on a host that they share with us, may be anything.
  const mine = (cookie ?? '').split(';').filter((pair) => pair.trimStart().startsWith(`${name}=`))
  if (mine.length === 0) return undefined
  if (mine.length > 1) throw new Refusal(400, 'bad_cookie', 'a cookie of one name is sent once')
  const value = parse(mine[0]!, name)[name]
  if (value !== undefined && value.length > COOKIE_BYTES)
    throw new Refusal(431, 'too_many_headers', `a cookie is at most ${COOKIE_BYTES} bytes`)
  return value
}

/**
 * @param cookie the value of the session's
 * @throws {Refusal} 401 for a ticket that is not good; and for a session that has ended, where it would be let in to the feed
 */
export function accountOf(
  accounts: Accounts,
  { incoming, upgrade, path }: Env['Bindings'],
  cookie: string | undefined,
): Account | undefined {
  const { headers } = incoming
  const remembered = cookie === undefined ? undefined : accounts.ofSession(cookie, addressOf(incoming))
  const ticket = upgrade && ticketIn(headers)
  if (ticket !== undefined) {
    const account = accounts.ofTicket(ticket)
    if (!account || (cookie !== undefined && remembered?.id !== account.id))
      throw unauthorized('this ticket was used, is too old, or is not yours; POST /tickets gives a new one', headers)
    return account
  }
  if (cookie !== undefined && !remembered && path.startsWith('/feed'))
    throw unauthorized('this session has ended; log in again', headers)
  return remembered
}

/** Beside `wirelab.v1` (RFC 6455 §11.3.4): unlike a URL it is in no log of requests, and it is worth nothing once it was read. */
function ticketIn(headers: IncomingHttpHeaders): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  return offered.find((name) => name.startsWith(TICKET))?.slice(TICKET.length)
}

export const isBasic = (authorization: string) => /^Basic(?: |$)/i.test(authorization)

/** HTTP Basic in UTF-8 (RFC 7617): the first colon divides, for a password may have one. @throws {Refusal} 401, 429, 503 */
export async function accountOfBasic(accounts: Accounts, incoming: IncomingMessage): Promise<Account> {
  const { headers, rawHeaders } = incoming
  const refusal = () => unauthorized('expected Authorization: Basic with the name and password of an account', headers)
  // Node keeps the first of two without a word.
  const fields = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization')
  const encoded = /^Basic +([A-Za-z0-9+/]{2,6000}={0,2})$/i.exec(headers.authorization ?? '')?.[1]
  if (encoded === undefined || fields.length > 1) throw refusal()
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'))
  } catch (cause) {
    throw Object.assign(refusal(), { cause })
  }
  const colon = text.indexOf(':')
  if (colon < 1) throw refusal()
  const account = await accounts.ofPassword(text.slice(0, colon), text.slice(colon + 1), addressOf(incoming))
  if (!account) throw unauthorized(WRONG, headers)
  return account
}

/** Of the socket: what a client says of itself (`X-Forwarded-For`) is not believed. */
export const addressOf = ({ socket }: IncomingMessage) => socket.remoteAddress ?? ''

/** A browser would ask for name and password in a window of its own, over the page: only scripts are offered Basic. */
export function unauthorized(message: string, headers: IncomingHttpHeaders): Refusal {
  const challenge = headers['sec-fetch-mode'] === undefined ? `${BASIC}, ${BEARER}` : BEARER
  return new Refusal(401, 'unauthorized', message, { 'www-authenticate': challenge })
}
const BASIC = 'Basic realm="wirelab", charset="UTF-8"'
export const BEARER = 'Bearer realm="wirelab"'
/** Whichever of them it is. */
export const WRONG = 'the name or the password is wrong'
