// Is this the password? Asked by the form and by HTTP Basic, counted together by account and by address, and told to nobody but the log.
import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { checkDelays, keyOf, networkOf } from './delays.ts'
import type { Delays } from './delays.ts'
import type { Hashing } from './hashing.ts'
import { quoted } from './quoted.ts'
import type { Store, User } from './store.ts'

export interface Login {
  /**
   * @param isKnown whoever asks has shown already that the account is theirs
   * @returns undefined when it is not, and when there is no such account: after the same time. @throws {Refusal} 429, 503
   */
  check(name: string, password: string, address: string, isKnown?: boolean): Promise<User | undefined>
  /** The same; but what was right a minute ago is not hashed again, for a script sends it with every request. */
  checkAgain(name: string, password: string, address: string): Promise<User | undefined>
  /** Whoever is at this address has shown that the account is theirs: by its password, by making it, by a link. */
  proven(name: string, address: string): void
}

export interface LoginOptions {
  store: Store
  hashing: Hashing
  byAccount: Delays
  byAddress: Delays
  report: (message: string) => void
}

const AGAIN = { max: 1000, ttl: 60_000 }
const KNOWN = { max: 10_000, ttl: 24 * 3_600_000 }

export function login({ store, hashing, byAccount, byAddress, report }: LoginOptions): Login {
  const salt = randomBytes(32)
  /** What was right, by HMAC, and the hash that it was right for: with a new password it is not any more. */
  const right = new LRUCache<string, string>(AGAIN)
  /** Of a script that opens many connections at once; bounded by the queue of hashing. */
  const underWay = new Map<string, Promise<User | undefined>>()
  /** Accounts, each with an address it was used from: what others did wrong there does not keep it out. */
  const known = new LRUCache<string, true>(KNOWN)

  function refuseWaiting(key: string, near: string, isKnown = false) {
    const here = isKnown || known.get(`${near} ${key}`) === true
    checkDelays(byAccount.waitSeconds(key), byAddress.waitSeconds(near, here))
  }

  function proven(name: string, address: string) {
    const key = keyOf(name)
    byAccount.forget(key)
    known.set(`${networkOf(address)} ${key}`, true)
  }

  const check: Login['check'] = async (name, password, address, isKnown) => {
    const key = keyOf(name)
    const near = networkOf(address)
    refuseWaiting(key, near, isKnown)
    const forgiveAccount = byAccount.count(key)
    const forgiveAddress = byAddress.count(near)
    const user = store.byName(key)
    const isRight = await hashing.matches(password, user?.hash).catch((error: unknown) => {
      forgiveAccount() // nothing was tried
      forgiveAddress()
      throw error
    })
    // Meanwhile it may have been deleted, or have got another password.
    if (!user || !isRight || store.byId(user.id)?.hash !== user.hash) {
      report(`login refused: ${quoted(name)} from ${address}`)
      return undefined
    }
    proven(key, address)
    forgiveAddress() // not those before: an own account would make guesses at others free
    return user
  }

  return {
    check,
    proven,
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
