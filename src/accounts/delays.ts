// Who was wrong a few times has to wait, each time twice as long: what makes guessing slow and leaves a typing error cheap.
import { LRUCache } from 'lru-cache'
import { Refusal } from '../../transports/request.ts'

export interface Delays {
  /** @param isKnown more are free. @returns whole seconds until the next try may be made; 0: now */
  waitSeconds(key: string, isKnown?: boolean): number
  /**
   * One more failure. Counted before it is known whether it is one: a hundred tries at once are a hundred.
   * @returns what is called when it was none
   */
  count(key: string): () => void
  /** Nor do those before count any more. */
  forget(key: string): void
}

interface Failures {
  count: number
  /** When the last one was, by the clock. */
  at: number
}

const FREE = 5
/** How many times as many are free to who is known: enough for the mistakes of a class behind one address. */
const KNOWN = 10
const LONGEST_SECONDS = 300
/** Bounded: who floods it with names has to fail with each of them, and an address fails five times. */
const KEYS = 10_000
/** Longer than any name: what is counted and looked for is bounded, whatever was sent. */
const NAME_LENGTH = 64

/**
 * `free` failures cost nothing; then 1, 2, 4 … 300 s pass before the next try. So many seconds without one take one off: as slow as the
 * longest wait, so that who waits for that gets no more tries than who does not.
 * @param clock milliseconds that never go back
 */
export function delays(clock: () => number, free = FREE): Delays {
  const table = new LRUCache<string, Failures>({ max: KEYS })

  function left(failures: Failures | undefined): number {
    if (!failures) return 0
    return Math.max(0, failures.count - Math.floor((clock() - failures.at) / (LONGEST_SECONDS * 1000)))
  }

  return {
    waitSeconds(key, isKnown = false) {
      const failures = table.get(key)
      const over = left(failures) - (isKnown ? free * KNOWN : free)
      if (!failures || over < 0) return 0
      const until = failures.at + Math.min(LONGEST_SECONDS, 2 ** over) * 1000
      return Math.max(0, Math.ceil((until - clock()) / 1000))
    },
    count(key) {
      const before = table.get(key)
      const counted = { count: left(before) + 1, at: clock() }
      table.set(key, counted)
      return () => {
        const now = table.get(key)
        if (now !== counted) {
          if (now) table.set(key, { ...now, count: now.count - 1 }) // others were counted meanwhile
        } else if (before) table.set(key, before)
        else table.delete(key)
      }
    },
    forget: (key) => void table.delete(key),
  }
}

/** @throws {Refusal} 429 while one of them has to wait: with the right password too, or a lock would tell which is right. */
export function checkDelays(...seconds: number[]): void {
  const longest = Math.max(...seconds)
  if (longest === 0) return
  const headers = { 'retry-after': String(longest) }
  throw new Refusal(429, 'too_many_tries', `too many tries; the next one may be in ${longest} s`, headers)
}

/** What an account is counted by. A copy: a slice would keep the whole text that it was cut from, 64 KiB for each key. */
export function keyOf(name: string): string {
  return Buffer.from(name.slice(0, NAME_LENGTH).toLowerCase(), 'utf16le').toString('utf16le')
}

/** An IPv6 address is one of a network that one household or machine has whole: 64 bits of it count. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length
  const all = [...groups, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...rest]
  return `${all.slice(0, 4).join(':')}::/64`
}
