// The room of accounts: what `startLab` is handed to have them. Off by default; then nothing here is loaded.
import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import type { Account } from '../core/account.ts'
import type { OpenAccounts } from '../server/accounts.ts'
import { delays } from './delays.ts'
import { hashing } from './hashing.ts'
import { byMail, toOperator } from './letters.ts'
import type { Deliver } from './letters.ts'
import { login } from './login.ts'
import { resets } from './resets.ts'
import { accountRoutes } from './routes.ts'
import { sessions } from './sessions.ts'
import { openStore } from './store.ts'
import type { Store, User } from './store.ts'
import { users } from './users.ts'

export interface RoomOptions {
  /** A file of SQLite, made with mode 0600 if there is none, and two beside it: `.key` and `.outbox`. Or `:memory:`. */
  path: string
  signUp?: 'open' | 'key'
  /** smtp:// or smtps://; without it letters are printed and put into the outbox. */
  smtp?: string
  /** Where letters go, when not to the terminal and the outbox. */
  deliver?: Deliver
  /** To the terminal of whoever runs the lab; it is no log. */
  print?: (text: string) => void
  /** bcrypt's. */
  cost?: number
  /** Failures without a delay. */
  free?: number
  /** Whether an account may have one of the most frequent passwords; for targets of src/range only. */
  frequent?: 'refused' | 'taken'
}

const PEPPER_BYTES = 32
/** Of the last events: whose they are. */
const PUBLISHED = 10_000

export function accountRoom({
  path,
  signUp = 'open',
  print = () => undefined,
  cost,
  free,
  frequent = 'refused',
  ...post
}: RoomOptions): OpenAccounts {
  return async ({ limits, clock, origin, report }) => {
    const isFile = path !== ':memory:'
    const { store, pepper } = await openFiles(path, isFile)
    // A clock that was set back while the lab was away must not bring back what had ended.
    const ahead = Math.max(0, store.latest() - clock())
    const now = () => Math.round(clock() + ahead)

    const hashes = hashing({ pepper, limits, ...(cost !== undefined && { cost }) })
    const lines = sessions(store, limits, now)
    const [wrong, wrongFrom, asked, askedFrom, guessed] = Array.from({ length: 5 }, () => delays(now, free))
    const logins = login({ store, hashing: hashes, byAccount: wrong!, byAddress: wrongFrom!, report })
    const deliver =
      post.deliver ??
      (post.smtp === undefined
        ? toOperator(print, isFile ? `${path}.outbox` : undefined)
        : await byMail(post.smtp, origin))
    const reset = resets({
      ...{
        store,
        hashing: hashes,
        byAccount: asked!,
        byAddress: askedFrom!,
        wrong: guessed!,
        deliver,
        origin,
        now,
        report,
      },
      forMs: limits.resetMs,
    })
    const all = users({ store, hashing: hashes, sessions: lines, limits, now, report })
    const published = new LRUCache<string, string>({ max: PUBLISHED })

    return {
      routes: (guard) =>
        accountRoutes(
          {
            ...{ store, login: logins, users: all, sessions: lines, resets: reset, limits, signUp, frequent },
            publisherOf: (event) => published.get(event),
          },
          guard,
        ),
      ofSession: lines.of,
      async ofPassword(name, password, address) {
        const user = await logins.checkAgain(name, password, address)
        return user && accountOf(user)
      },
      ofTicket: lines.ofTicket,
      hold: lines.hold,
      published: (event, { name }) => void published.set(event, name),
      close() {
        lines.close()
        store.close()
      },
    }
  }
}

const accountOf = ({ id, name, role }: User): Account => ({ id, name, role })

/** @throws Error in one line, when one of them cannot be used */
async function openFiles(path: string, isFile: boolean): Promise<{ store: Store; pepper: Uint8Array }> {
  if (!isFile) return { store: openStore(path), pepper: randomBytes(PEPPER_BYTES) }
  let store: Store | undefined
  try {
    await ownersOnly(path)
    store = openStore(path)
    return { store, pepper: await pepperOf(`${path}.key`, store.count() > 0) }
  } catch (cause) {
    store?.close()
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === undefined || message.startsWith(code) ? message : `${code} ${message}`
    throw new Error(`accounts: ${path} and its key cannot be used (${why})`, { cause })
  }
}

/** Made if there is none; and one that others could read they read no more. */
async function ownersOnly(path: string) {
  const file = await open(path, 'a', 0o600)
  await file.chmod(0o600)
  await file.close()
}

/** What passwords are mixed with before they are hashed. @throws Error when it is gone and passwords were hashed with it */
async function pepperOf(path: string, isUsed: boolean): Promise<Uint8Array> {
  const kept = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || isUsed) throw error
    return undefined
  })
  if (kept?.length === PEPPER_BYTES) {
    await ownersOnly(path)
    return kept
  }
  if (kept && isUsed) throw new Error(`${path} is no key of ours: expected ${PEPPER_BYTES} bytes`)
  const pepper = randomBytes(PEPPER_BYTES)
  const file = await open(path, 'w', 0o600)
  await file.writeFile(pepper)
  await file.close()
  return pepper
}
