// Sessions of accounts: who is logged in, for how long, and which lines are open on that; what ends takes its lines with it.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { Refusal } from '../../transports/request.ts'
import type { Account } from '../core/account.ts'
import { allowance } from '../core/allowance.ts'
import type { Limits } from '../core/limits.ts'
import { networkOf } from './delays.ts'
import type { SessionRow, Store, User } from './store.ts'

export interface Sessions {
  /** @returns the cookie: 128 random bits, nowhere kept. The oldest of too many ends. */
  begin(user: User, from: { agent: string; address: string }): string
  of(cookie: string, address: string): Account | undefined
  list(user: string): SessionRow[]
  /** @returns whether this user had it. */
  end(user: string, label: string): boolean
  endOf(account: Account): void
  /** Lines that came by HTTP Basic too. */
  endAll(user: string): void
  hold(account: Account, ended: () => void): () => void
  ticket(account: Account): string
  ofTicket(ticket: string): Account | undefined
  close(): void
}

interface Line {
  account: Account
  endsAt: number
  ended: () => void
}

interface Ticket {
  secret: Buffer
  session: string | undefined
  until: number
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest()
export const secret = () => randomBytes(16).toString('base64url')

/** `seen` is written no more often: the file is not for each request. */
const TOUCH_MS = 60_000
const SWEEP_MS = 500
const TICKETS_OF_ONE = 10
/** Nobody sends a cookie that is no session's again and again, but who guesses. */
const GUESSES = 100
const GUESSES_MS = 60_000

export function sessions(store: Store, limits: Limits, now: () => number): Sessions {
  /** By user: bounded by the lines that the lab holds. */
  const lines = new Map<string, Set<Line>>()
  const tickets = new LRUCache<string, Ticket[]>({ max: limits.accounts })
  const guesses = new LRUCache<string, (now: number) => boolean>({ max: limits.sessions })
  const touchMs = Math.min(TOUCH_MS, limits.sessionIdleMs / 4)
  let sweeper: NodeJS.Timeout | undefined

  function live(row: SessionRow | undefined): row is SessionRow {
    if (!row) return false
    const at = now()
    if (at - row.made < limits.sessionMs && at - row.seen < limits.sessionIdleMs) return true
    endSession(row.user, row.id)
    return false
  }

  function accountOf(row: SessionRow): Account | undefined {
    const user = store.byId(row.user)
    if (!user) return undefined
    if (now() - row.seen >= touchMs) store.touch(row.id, now())
    return { id: user.id, name: user.name, role: user.role, session: row.id }
  }

  function endSession(user: string, id: string) {
    store.endSession(id)
    endLines(user, ({ account }) => account.session === id)
  }

  function endLines(user: string, which: (line: Line) => boolean) {
    for (const line of [...(lines.get(user) ?? [])]) if (which(line) && forget(line)) line.ended()
  }

  function forget(line: Line): boolean {
    const held = lines.get(line.account.id)
    if (!held?.delete(line)) return false
    if (held.size === 0) lines.delete(line.account.id)
    if (lines.size === 0) {
      clearInterval(sweeper)
      sweeper = undefined
    }
    return true
  }

  /** A session ends by itself when its time is over; until then its lines keep it awake. */
  function sweep() {
    const at = now()
    const touched = new Set<string>()
    for (const held of [...lines.values()])
      for (const { account, endsAt } of [...held]) {
        const { session } = account
        if (session === undefined || touched.has(session)) continue
        touched.add(session)
        const row = store.session(session)
        if (!row || at >= endsAt) endSession(account.id, session)
        else if (at - row.seen >= touchMs) store.touch(session, at)
      }
  }

  return {
    begin(user, { agent, address }) {
      const cookie = secret()
      const at = now()
      store.endOld(at - limits.sessionMs, at - limits.sessionIdleMs)
      for (const { id } of store.sessionsOf(user.id).slice(limits.sessionsPerAccount - 1)) endSession(user.id, id)
      const id = sha256(cookie).toString('base64url')
      store.addSession({ id, label: secret(), user: user.id, made: at, seen: at, agent, address })
      return cookie
    },
    of(cookie, address) {
      const row = store.session(sha256(cookie).toString('base64url'))
      if (live(row)) return accountOf(row)
      const near = networkOf(address)
      const mayGuess = guesses.get(near) ?? allowance(GUESSES, GUESSES_MS)
      guesses.set(near, mayGuess)
      if (!mayGuess(performance.now()))
        throw new Refusal(429, 'too_many_tries', 'too many sessions that are none', { 'retry-after': '60' })
      return undefined
    },
    list: (user) => store.sessionsOf(user).filter(live),
    end(user, label) {
      const row = store.sessionsOf(user).find((each) => each.label === label)
      if (row) endSession(user, row.id)
      return row !== undefined
    },
    endOf({ id, session }) {
      if (session !== undefined) endSession(id, session)
    },
    endAll(user) {
      store.endSessionsOf(user)
      tickets.delete(user)
      endLines(user, () => true)
    },
    hold(account, ended) {
      const row = account.session === undefined ? undefined : store.session(account.session)
      const line: Line = { account, endsAt: row ? row.made + limits.sessionMs : Infinity, ended }
      const held = lines.get(account.id) ?? new Set<Line>()
      lines.set(account.id, held.add(line))
      sweeper ??= setInterval(sweep, SWEEP_MS).unref()
      return () => void forget(line)
    },
    ticket({ id, session }) {
      const value = secret()
      const held = tickets.get(id) ?? []
      held.push({ secret: sha256(value), session, until: now() + limits.ticketMs })
      tickets.set(id, held.slice(-TICKETS_OF_ONE))
      return `${id}.${value}`
    },
    ofTicket(ticket) {
      const [id = '', value = ''] = ticket.split('.')
      const hash = sha256(value)
      const held = tickets.get(id) ?? []
      const found = held.find((each) => timingSafeEqual(each.secret, hash))
      if (!found) return undefined
      tickets.set(
        id,
        held.filter((each) => each !== found),
      )
      if (now() >= found.until) return undefined
      if (found.session !== undefined) {
        const row = store.session(found.session)
        return live(row) ? accountOf(row) : undefined
      }
      const user = store.byId(id)
      return user && { id, name: user.name, role: user.role }
    },
    close: () => clearInterval(sweeper),
  }
}
