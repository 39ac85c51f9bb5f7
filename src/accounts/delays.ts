// Who was wrong a few times has to wait, each time twice as long: what makes guessing slow and leaves a typing error cheap.
import { LRUCache } from 'lru-cache'
import { Refusal } from '../../transports/request.ts'

export interface Delays {
  /** Whole seconds until the next try may be made; 0: now. */
  waitSeconds(key: string): number
  /** One more failure. Counted before it is known whether it is one: a hundred tries at once are a hundred. */
  count(key: string): void
  /** It was none. */
  forgive(key: string): void
  /** Nor do those before count any more. */
  forget(key: string): void
}

interface Failures {
  count: number
  /** When the last one was, by the clock. */
  at: number
}

const FREE = 5
const LONGEST_SECONDS = 300
/** Bounded: who floods it with names has to fail with each of them, and an address fails five times. */
const KEYS = 10_000
const KEPT_MS = 24 * 3_600_000

/** `free` failures cost nothing; then 1, 2, 4 … 300 s pass before the next try. @param clock milliseconds that never go back */
export function delays(clock: () => number, free = FREE): Delays {
  const table = new LRUCache<string, Failures>({ max: KEYS })

  function failuresOf(key: string): Failures {
    const known = table.get(key)
    return known && clock() - known.at < KEPT_MS ? known : { count: 0, at: 0 }
  }

  return {
    waitSeconds(key) {
      const { count, at } = failuresOf(key)
      if (count < free) return 0
      const until = at + Math.min(LONGEST_SECONDS, 2 ** (count - free)) * 1000
      return Math.max(0, Math.ceil((until - clock()) / 1000))
    },
    count: (key) => void table.set(key, { count: failuresOf(key).count + 1, at: clock() }),
    forgive(key) {
      const { count, at } = failuresOf(key)
      if (count > 1) table.set(key, { count: count - 1, at })
      else table.delete(key)
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
