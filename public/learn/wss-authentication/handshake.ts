// A handshake that is to prove who it is: where its secret stands in the request, and the line that a usual access log would keep of it. Pure.

/** As its URL names it. */
export type Lane = 'cookie' | 'ticket' | 'basic' | 'userinfo' | 'token' | 'access-token'
export interface Tried {
  lane: Lane
  /** As it would stand in the request: what whoever reads it can use. */
  secret: string
  /** As it came to the server; undefined: none came. */
  request?: string
  answer?: string
  /** ms since the epoch. */
  at?: number
  /** What the same bytes were answered later; null: nothing. */
  again?: number | null
  elsewhere?: number | null
  afterLogout?: number | null
}

export const nameOf: Readonly<Record<Lane, string>> = {
  token: '?token= in the URL',
  userinfo: 'wss://name:password@ in a page',
  ticket: 'a ticket',
  cookie: 'the cookie',
  'access-token': '?access_token= beside the cookie',
  basic: 'Basic by a script',
}
export const of = (tries: readonly Tried[], lane: Lane) => tries.find((each) => each.lane === lane)
export const isOpened = (status: number | null | undefined) => status === 101
/** What a status of a handshake comes to: a sign and words, for a number says it only to who knows it already. */
export function metBy(status: number | null | undefined): { isIn: boolean; words: string } {
  if (isOpened(status)) return { isIn: true, words: '✓ let in' }
  return { isIn: false, words: status == null ? '✕ no answer' : '✕ turned away' }
}
/** In short, of the first time and of the same bytes again. */
export function inShort({ request, answer, again }: Tried): string {
  if (!request) return '– it did not come'
  const first = metBy(statusOf(answer))
  if (!first.isIn || again === undefined) return first.words
  return `${first.words}, ${isOpened(again) ? 'and again' : 'but not again'}`
}
/** RFC 9110, section 15; what they mean here. */
export const MEANINGS =
  '101: let in. Any other number: turned away; 401, as it was not proven who comes; 400, for the request itself; 403, as it came from another site.'

export const isInUrl = ({ lane }: Tried) => lane === 'token' || lane === 'access-token'

/** @returns where the secret stands; undefined: nowhere, it was not sent. */
export function placeOf({ request, secret }: Tried): string | undefined {
  const line = secret ? request?.split('\r\n').find((each) => each.includes(secret)) : undefined
  if (line === undefined) return undefined
  return line.startsWith('GET ') ? 'request line' : line.slice(0, line.indexOf(':'))
}

/** @returns HTTP’s status. */
export const statusOf = (answer: string | undefined): number | undefined =>
  Number(/^HTTP\/1\.1 (\d{3})/.exec(answer ?? '')?.[1]) || undefined

const fieldOf = (head: string, name: string) => new RegExp(`^${name}: *(.*?)\r?$`, 'im').exec(head)?.[1]

/**
 * The combined format of Apache, which nginx and many others have too: address, identity, user, time, request line, status, bytes of the
 * body, Referer, User-Agent. Of a WebSocket they write it when that ends, with all bytes that were sent; here it has none yet.
 * @returns undefined while there is no answer
 */
export function logLine({ request, answer, at = 0 }: Tried, address: string): string | undefined {
  const status = statusOf(answer)
  if (!request || status === undefined) return undefined
  const quoted = (text = '-') => `"${text}"`
  const fields = [
    ...[address, '-', userIn(request), `[${logTime(at)}]`, quoted(request.slice(0, request.indexOf('\r\n'))), status],
    ...[fieldOf(answer!, 'content-length') ?? '-', quoted(fieldOf(request, 'referer'))],
    quoted(fieldOf(request, 'user-agent')),
  ]
  return fields.join(' ')
}

/** Of HTTP Basic the name is logged, the password is not: by nginx as it was sent, by Apache where it is Apache that checked it. */
function userIn(request: string): string {
  const encoded = /^Basic +([\w+/]+=*)$/i.exec(fieldOf(request, 'authorization') ?? '')?.[1]
  return encoded === undefined ? '-' : atob(encoded).split(':')[0] || '-'
}

/** `22/Nov/2026:21:30:05 +0000` */
function logTime(at: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(at).toUTCString())!
  return `${day}/${month}/${year}:${time} +0000`
}

/** @returns whether who reads that log has the secret; undefined where none was sent. */
export function isLogged(tried: Tried, address: string): boolean | undefined {
  if (placeOf(tried) === undefined) return undefined
  return logLine(tried, address)?.includes(tried.secret)
}
