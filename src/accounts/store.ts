// What is kept of accounts, in one SQLite file: users and their sessions. No password, no cookie, no token: hashes of them only.
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import type { Role } from '../core/account.ts'

export interface User {
  id: string
  name: string
  /** For letters; seen by nobody but its owner. */
  email: string | null
  hash: string
  role: Role
  /** Milliseconds since the Unix epoch, as all times here. */
  made: number
}

export interface SessionRow {
  /** SHA-256 of the cookie. */
  id: string
  /** By which its owner knows it. */
  label: string
  user: string
  made: number
  /** When it was last used. */
  seen: number
  /** What the browser said of itself. */
  agent: string
  address: string
}

export interface Reset {
  /** SHA-256 of the token. */
  reset: Uint8Array
  resetMade: number
}

export interface Store {
  count(): number
  all(): Pick<User, 'name' | 'role' | 'made'>[]
  byName(name: string): User | undefined
  byId(id: string): User | undefined
  /** @returns false when the name is taken. */
  add(user: User): boolean
  /** Its sessions go with it. */
  remove(id: string): void
  setRole(id: string, role: Role): void
  setHash(id: string, hash: string): void
  /** The one before is worth nothing any more. */
  setReset(id: string, reset: Reset): void
  resetOf(id: string): Reset | undefined
  /** In one step: a new hash for a token that is still the one. @returns whether it was. */
  takeReset(id: string, reset: Uint8Array, hash: string): boolean
  addSession(session: SessionRow): void
  session(id: string): SessionRow | undefined
  /** The newest first. */
  sessionsOf(user: string): SessionRow[]
  touch(session: string, now: number): void
  endSession(id: string): void
  endSessionsOf(user: string): void
  /** Ends sessions that are older than the one, or were not used since the other. */
  endOld(madeBefore: number, seenBefore: number): void
  /** The latest time that is written here. */
  latest(): number
  close(): void
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, email TEXT, hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('reader', 'user', 'moderator')), made REAL NOT NULL,
    reset BLOB, resetMade REAL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    made REAL NOT NULL, seen REAL NOT NULL, agent TEXT NOT NULL, address TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS sessionsOfUser ON sessions (user);
`
const USER = 'id, name, email, hash, role, made'

/** @param path of a file, or `:memory:` */
export function openStore(path: string): Store {
  const database = new DatabaseSync(path)
  database.exec(SCHEMA)
  /** Values go in as parameters only. */
  function prepared<Row = undefined>(sql: string) {
    const statement = database.prepare(sql)
    return {
      one: (...values: SQLInputValue[]) => statement.get(...values) as unknown as Row | undefined,
      all: (...values: SQLInputValue[]) => statement.all(...values) as unknown[] as Row[],
      /** @returns how many rows it changed. */
      run: (...values: SQLInputValue[]) => Number(statement.run(...values).changes),
    }
  }

  const count = prepared<{ count: number }>('SELECT count(*) AS count FROM users')
  const all = prepared<Pick<User, 'name' | 'role' | 'made'>>('SELECT name, role, made FROM users ORDER BY name')
  const byName = prepared<User>(`SELECT ${USER} FROM users WHERE name = ?`)
  const byId = prepared<User>(`SELECT ${USER} FROM users WHERE id = ?`)
  const add = prepared(`INSERT INTO users (${USER}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`)
  const remove = prepared('DELETE FROM users WHERE id = ?')
  const setRole = prepared('UPDATE users SET role = ? WHERE id = ?')
  const setHash = prepared('UPDATE users SET hash = ?, reset = NULL WHERE id = ?')
  const setReset = prepared('UPDATE users SET reset = ?, resetMade = ? WHERE id = ?')
  const resetOf = prepared<Reset>('SELECT reset, resetMade FROM users WHERE id = ? AND reset IS NOT NULL')
  const takeReset = prepared('UPDATE users SET hash = ?, reset = NULL WHERE id = ? AND reset = ?')
  const addSession = prepared(
    'INSERT INTO sessions (id, label, user, made, seen, agent, address) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const session = prepared<SessionRow>('SELECT * FROM sessions WHERE id = ?')
  const sessionsOf = prepared<SessionRow>('SELECT * FROM sessions WHERE user = ? ORDER BY made DESC, rowid DESC')
  const touch = prepared('UPDATE sessions SET seen = ? WHERE id = ?')
  const endSession = prepared('DELETE FROM sessions WHERE id = ?')
  const endSessionsOf = prepared('DELETE FROM sessions WHERE user = ?')
  const endOld = prepared('DELETE FROM sessions WHERE made < ? OR seen < ?')
  const latest = prepared<{ latest: number }>(
    'SELECT max(coalesce((SELECT max(seen) FROM sessions), 0), coalesce(max(made), 0), coalesce(max(resetMade), 0)) AS latest FROM users',
  )

  return {
    count: () => count.one()!.count,
    all: () => all.all(),
    byName: (name) => byName.one(name),
    byId: (id) => byId.one(id),
    add: ({ id, name, email, hash, role, made }) => add.run(id, name, email, hash, role, made) === 1,
    remove: (id) => void remove.run(id),
    setRole: (id, role) => void setRole.run(role, id),
    setHash: (id, hash) => void setHash.run(hash, id),
    setReset: (id, { reset, resetMade }) => void setReset.run(reset, resetMade, id),
    resetOf: (id) => resetOf.one(id),
    takeReset: (id, reset, hash) => takeReset.run(hash, id, reset) === 1,
    addSession: ({ id, label, user, made, seen, agent, address }) =>
      void addSession.run(id, label, user, made, seen, agent, address),
    session: (id) => session.one(id),
    sessionsOf: (user) => sessionsOf.all(user),
    touch: (id, now) => void touch.run(now, id),
    endSession: (id) => void endSession.run(id),
    endSessionsOf: (user) => void endSessionsOf.run(user),
    endOld: (madeBefore, seenBefore) => void endOld.run(madeBefore, seenBefore),
    latest: () => latest.one()!.latest,
    close: () => database.close(),
  }
}
