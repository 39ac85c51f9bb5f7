// Is this the password? Asked by the form and by HTTP Basic, counted together by account and by address, and told to nobody but the log.
import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { checkDelays, networkOf } from './delays.ts'
import type { Delays } from './delays.ts'
import type { Hashing } from './hashing.ts'
import { quoted } from './quoted.ts'
import type { Store, User } from './store.ts'

export interface Login {
  /** @returns undefined when it is not, and when there is no such account: after the same time. @throws {Refusal} 429, 503 */
  check(name: string, password: string, address: string): Promise<User | undefined>
  /** The same; but what was right a minute ago is not hashed again, for a script sends it with every request. */
  checkAgain(name: string, password: string, address: string): Promise<User | undefined>
}

export interface LoginOptions {
  store: Store
  hashing: Hashing
  byAccount: Delays
  byAddress: Delays
  report: (message: string) => void
}

const AGAIN = { max: 1000, ttl: 60_000 }
/** Longer than any name: what is counted and logged is bounded, whatever was sent. */
const NAME_LENGTH = 64

export function login({ store, hashing, byAccount, byAddress, report }: LoginOptions): Login {
  const salt = randomBytes(32)
  /** What was right, by HMAC, and the hash that it was right for: with a new password it is not any more. */
  const right = new LRUCache<string, string>(AGAIN)
  /** Of a script that opens many connections at once; bounded by the queue of hashing. */
  const underWay = new Map<string, Promise<User | undefined>>()

  function refuseWaiting(key: string, near: string) {
    checkDelays(byAccount.waitSeconds(key), byAddress.waitSeconds(near))
  }

  async function check(name: string, password: string, address: string): Promise<User | undefined> {
    const key = keyOf(name)
    const near = networkOf(address)
    refuseWaiting(key, near)
    byAccount.count(key)
    byAddress.count(near)
    const user = store.byName(key)
    const isRight = await hashing.matches(password, user?.hash).catch((error: unknown) => {
      byAccount.forgive(key) // nothing was tried
      byAddress.forgive(near)
      throw error
    })
    // Meanwhile it may have been deleted, or have got another password.
    if (!user || !isRight || store.byId(user.id)?.hash !== user.hash) {
      report(`login refused: ${quoted(name)} from ${address}`)
      return undefined
    }
    byAccount.forget(key)
    byAddress.forgive(near) // not those before: an own account would make guesses at others free
    return user
  }

  return {
    check,
    async checkAgain(name, password, address) {
      const key = keyOf(name)
      refuseWaiting(key, networkOf(address)) // first: during a lock nothing may tell which password is right
      const proof = createHmac('sha256', salt).update(`${key}\0${password}`).digest('base64')
      const user = store.byName(key)
      if (user && right.get(proof) === user.hash) return user
      const checking =
        underWay.get(proof) ??
        check(name, password, address).finally(() => {
          underWay.delete(proof)
        })
      underWay.set(proof, checking)
      const checked = await checking
      if (checked) right.set(proof, checked.hash)
      return checked
    },
  }
}

const keyOf = (name: string) => name.toLowerCase().slice(0, NAME_LENGTH)
