// What happens to an account: it is made, gets another password, another role, or goes. Whatever changes it ends all that is open on it.
import { LRUCache } from 'lru-cache'
import { Refusal } from '../../transports/request.ts'
import type { Role } from '../core/account.ts'
import { allowance } from '../core/allowance.ts'
import type { Limits } from '../core/limits.ts'
import { networkOf } from './delays.ts'
import type { Hashing } from './hashing.ts'
import { secret } from './sessions.ts'
import type { Sessions } from './sessions.ts'
import type { Store, User } from './store.ts'

export interface Users {
  /** @throws {Refusal} 409 when the name is taken: names are public, and whoever wants one must be told; 429, 503 */
  signUp(wish: { name: string; password: string; email?: string | undefined }, address: string): Promise<User>
  setPassword(user: User, password: string): Promise<void>
  /** @param byKey whoever runs the lab: only they make moderators, and unmake them. @throws {Refusal} 403, 404 */
  setRole(name: string, role: Role, byKey: boolean): void
  remove(id: string): void
  /** The password was changed elsewhere: nothing that was open stays so. */
  changed(user: Pick<User, 'id' | 'name'>, how: string): void
}

export interface UsersOptions {
  store: Store
  hashing: Hashing
  sessions: Sessions
  limits: Limits
  now: () => number
  report: (message: string) => void
}

/** A class behind one address is let in; a flood fills nothing. */
const SIGN_UPS = 60
const SIGN_UPS_MS = 3_600_000

export function users({ store, hashing, sessions, limits, now, report }: UsersOptions): Users {
  const signUps = new LRUCache<string, (now: number) => boolean>({ max: limits.sessions })

  function changed({ id, name }: Pick<User, 'id' | 'name'>, how: string) {
    sessions.endAll(id)
    report(`account ${name}: ${how}`)
  }

  return {
    changed,
    async signUp({ name, password, email }, address) {
      const near = networkOf(address)
      const may = signUps.get(near) ?? allowance(SIGN_UPS, SIGN_UPS_MS)
      signUps.set(near, may)
      if (!may(performance.now()))
        throw new Refusal(429, 'too_many', `at most ${SIGN_UPS} accounts an hour`, { 'retry-after': '300' })
      if (store.count() >= limits.accounts) throw new Refusal(503, 'full', 'this lab takes no more accounts')
      if (store.byName(name)) throw taken()
      const hash = await hashing.hash(password)
      const user: User = { id: secret(), name, email: email ?? null, hash, role: 'user', made: now() }
      if (!store.add(user)) throw taken() // meanwhile
      report(`account ${name}: made from ${address}`)
      return user
    },
    async setPassword(user, password) {
      store.setHash(user.id, await hashing.hash(password))
      changed(user, 'another password')
    },
    setRole(name, role, byKey) {
      const user = store.byName(name)
      if (!user) throw new Refusal(404, 'no_user', 'there is no account of this name')
      if (!byKey && (role === 'moderator' || user.role === 'moderator'))
        throw new Refusal(403, 'forbidden', 'only the key of the lab makes moderators, or ends it')
      store.setRole(user.id, role)
      changed(user, `now a ${role}`)
    },
    remove(id) {
      const user = store.byId(id)
      store.remove(id)
      if (user) changed(user, 'deleted')
    },
  }
}

const taken = () => new Refusal(409, 'name_taken', 'this name is taken; choose another')
