// The answer of “How a WebSocket proves who it is”: which secret went where, what a log keeps of it, and what it was worth when it came again. Pure.
import { asSet, count, list } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'
import { detailsOf } from './details.ts'
import { MEANINGS, inShort, isInUrl, isLogged, isOpened, nameOf, of, placeOf, statusOf } from './handshake.ts'
import type { Lane, Tried } from './handshake.ts'

export interface Data {
  tries: Tried[]
  address: string
  ticketMs: number
  sessionIdleMs: number
  sessionMs: number
  /** The field that gave this browser the cookie. */
  setCookie?: string
  /** Whether a script of this page can read it. */
  isReadable?: boolean
  /** The same ticket once more, by this page. */
  second?: { status?: number; closeCode?: number }
  /** The ticket of the URL, read there and used as one should; null when nothing came. */
  stolen?: number | null
  /** How the WebSocket of the cookie was closed when the account logged out. */
  closedWith?: number
  /** Whether the server asked for Basic when it got that URL; a browser that says it is one is not asked. */
  isOffered?: boolean
  /** What the browser said to a URL with name and password. */
  thrown?: string
}

/** One that came twice is one. */
const secretsIn = (tries: readonly Tried[]) => new Set(tries.map(({ secret }) => secret)).size
const called = (tries: readonly Tried[]) => list(tries.map(({ lane }) => nameOf[lane])) || 'none'

export function answer(data: Data): Answer {
  const { tries, address } = data
  const sent = tries.filter((each) => placeOf(each) !== undefined)
  // Basic is sent by the lab itself: it comes in any case.
  if (sent.every(({ lane }) => lane === 'basic'))
    return {
      sentence: 'No handshake of this page with a secret came to the server, so there is nothing to tell.',
      choice: undefined,
    }
  const logged = sent.filter((each) => isLogged(each, address))
  const replayed = sent.filter(({ again }) => again !== undefined)
  const again = replayed.filter((each) => isOpened(each.again))
  return {
    sentence:
      `${count(sent.length, 'handshake')} came with ${count(secretsIn(sent), 'secret')}. Whoever reads the access log has ${secretsIn(logged)} of them (${called(logged)}). ` +
      `Whoever has all the bytes, and sends them again, is let in with ${again.length} of ${count(replayed.length, 'handshake')} (${called(again)}).`,
    details: detailsOf(data),
    choice: choiceOf(sent, logged),
    ...surpriseOf(data),
  }
}

function choiceOf(sent: readonly Tried[], logged: readonly Tried[]): number | undefined {
  if (!sent.some(isInUrl)) return undefined // what was not tried is not answered
  if (logged.length === 0) return 0
  if (logged.length === sent.length) return sent.every(isInUrl) ? undefined : 2
  return logged.every(isInUrl) && logged.length === sent.filter(isInUrl).length ? 1 : undefined
}

function surpriseOf(data: Data): { surprise?: string } {
  const opened = (lane: Lane) => isOpened(statusOf(of(data.tries, lane)?.answer))
  const closed = ['cookie', 'ticket', 'basic'].filter((lane) => !opened(lane as Lane))
  if (closed.length > 0)
    return {
      surprise: `A good secret did not open a WebSocket (${list(closed)}). Does this browser keep cookies from other ports, or was the machine so busy that a ticket was too old?`,
    }
  const wrongly = [
    ...data.tries.filter((each) => isInUrl(each) && isOpened(statusOf(each.answer))),
    ...data.tries.filter(
      ({ lane, again, elsewhere, afterLogout }) =>
        isOpened(elsewhere) || (lane === 'ticket' && isOpened(again)) || (lane === 'cookie' && isOpened(afterLogout)),
    ),
  ]
  if (wrongly.length > 0 || isOpened(data.second?.status))
    return {
      surprise:
        'Something was let in that must not be: a token in a URL, a ticket twice, a cookie after logout, or another site. Is this the lab’s own server?',
    }
  return {}
}

export const table = (data: Data): Table => ({
  caption: `Each way, the handshake as it came, and again. ${MEANINGS}`,
  columns: [
    ...['way', 'sent by', 'stands in', 'in the access log', 'answered', 'the same bytes again', 'from another site'],
    ...['after logout', 'in short', 'good for'],
  ],
  rows: data.tries.map((each) => [
    ...[nameOf[each.lane], senders[each.lane], placeOf(each) ?? 'nowhere', logCell(each, data.address)],
    ...[
      cell(statusOf(each.answer)),
      cell(each.again),
      cell(each.elsewhere),
      cell(each.afterLogout),
      inShort(each),
      goodFor(each, data),
    ],
  ]),
})

const cell = (status: number | null | undefined) => (status == null ? undefined : String(status))
const logCell = (tried: Tried, address: string) => ({ true: 'yes', false: 'no' })[String(isLogged(tried, address))]
const senders: Readonly<Record<Lane, string>> = {
  token: 'the page',
  userinfo: 'the browser, if at all',
  ticket: 'the page',
  cookie: 'the browser, by itself',
  'access-token': 'the page',
  basic: 'a script',
}

function goodFor({ lane }: Tried, { ticketMs, sessionIdleMs, sessionMs }: Data): string {
  if (lane === 'ticket') return `one WebSocket, within ${asSet(ticketMs)}`
  if (lane === 'cookie') return `until logout; ${hours(sessionIdleMs)} without use, ${hours(sessionMs)} at most`
  if (lane === 'basic' || lane === 'userinfo') return 'until the password is changed'
  return 'as long as a server takes it; here never'
}
const hours = (ms: number) => (ms >= 3_600_000 ? `${ms / 3_600_000} h` : asSet(ms))
