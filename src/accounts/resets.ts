// A forgotten password: a link that is good once, for a while, and only the newest; and no word about whether there is such an account.
import { timingSafeEqual } from 'node:crypto'
import { Refusal } from '../../transports/request.ts'
import { checkDelays, keyOf, networkOf } from './delays.ts'
import type { Delays } from './delays.ts'
import type { Hashing } from './hashing.ts'
import type { Deliver } from './letters.ts'
import { secret, sha256 } from './sessions.ts'
import type { Store, User } from './store.ts'

export interface Resets {
  /** Returns at once, the same for whoever has an account and who has none. @throws {Refusal} 429 */
  ask(name: string, address: string): void
  /** @returns whose password it was. @throws {Refusal} 400 when the token is not good, 429, 503 */
  use(token: string, password: string, address: string): Promise<User>
}

export interface ResetsOptions {
  store: Store
  hashing: Hashing
  /** Of questions by name and by address; of tokens that were wrong by address. */
  byAccount: Delays
  byAddress: Delays
  wrong: Delays
  deliver: Deliver
  origin: () => string
  forMs: number
  now: () => number
  report: (message: string) => void
}

export function resets(options: ResetsOptions): Resets {
  const { store, hashing, byAccount, byAddress, wrong, deliver, origin, forMs, now, report } = options

  async function send(name: string) {
    const user = store.byName(name)
    if (!user) return
    const value = secret()
    store.setReset(user.id, { reset: sha256(value), resetMade: now() })
    // In the fragment: it is sent to no server and is in no Referer. And never from a Host header, which a stranger chooses.
    const link = `${origin()}/#/account?token=${user.id}.${value}`
    await deliver({ name: user.name, email: user.email, link, minutes: Math.round(forMs / 60_000) })
    report(`reset asked for: ${name}`)
  }

  function ownerOf(token: string): { user: User; reset: Uint8Array } | undefined {
    const [id = '', value = ''] = token.split('.')
    const user = store.byId(id)
    const kept = store.resetOf(id)
    if (!user || !kept || now() - kept.resetMade >= forMs) return undefined
    return timingSafeEqual(kept.reset, sha256(value)) ? { user, reset: kept.reset } : undefined
  }

  return {
    ask(name, address) {
      const near = networkOf(address)
      const key = keyOf(name)
      checkDelays(byAccount.waitSeconds(key), byAddress.waitSeconds(near))
      byAccount.count(key)
      byAddress.count(near)
      // Afterwards: how long it takes is not for whoever asked.
      setImmediate(() => {
        send(key).catch((error: NodeJS.ErrnoException) => report(`reset not delivered: ${error.code ?? error.name}`))
      })
    },
    async use(token, password, address) {
      const near = networkOf(address)
      checkDelays(wrong.waitSeconds(near))
      const found = ownerOf(token)
      if (!found) {
        wrong.count(near)
        throw worthless()
      }
      const hash = await hashing.hash(password)
      if (!store.takeReset(found.user.id, found.reset, hash)) throw worthless() // somebody else was first
      report(`password reset: ${found.user.name}`)
      return found.user
    },
  }
}

const worthless = () =>
  new Refusal(400, 'bad_token', 'this link was used, is too old, or is not the newest; ask for another')
