// SQL as text: wherever accounts take some, it is compared, refused or kept as it is, and never a part of a statement (ASVS 5.0, 1.2.4).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PASSWORD, basic, codeOf, startWithAccounts } from './accounts.ts'
import type { Asked, TestAccounts } from './accounts.ts'

const SQL = [
  "' OR 1=1 --",
  "it's Ann's",
  "bob'/**/--",
  "a'; DROP TABLE users; --",
  "a'; UPDATE users SET role = 'moderator'; --",
  '" OR ""="',
  "nobody' UNION SELECT id, name, email, hash, role, made FROM users --",
  "'||(SELECT hash FROM users)||'",
]

let folder: string
let accounts: TestAccounts
/** Of ann: the first row, which whoever has all of them would be taken for. */
let cookie: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wirelab-sql-'))
  accounts = await startWithAccounts({ path: join(folder, 'accounts.db') })
  for (const name of ['ann', 'bob']) await accounts.signUp(name)
  cookie = await accounts.logIn('ann')
})
afterAll(async () => {
  await accounts.close()
  await rm(folder, { recursive: true })
})

test('A3 SQL as a name, password, address, token, cookie or in a path: refused, and the rows are as before', async () => {
  const before = rows()
  expect(before).toMatchObject({ users: [{ name: 'ann', role: 'user' }, { name: 'bob' }], sessions: [{}] })
  const key = { authorization: `Bearer ${accounts.lab.publishKey}` }
  const [password, cookieName] = [PASSWORD, cookie.split('=')[0]]
  for (const sql of SQL) {
    const inPath = encodeURIComponent(sql)
    const asked: [answer: string, method: string, path: string, how: Asked][] = [
      ['400 bad_message', 'POST', '/users', { body: { name: sql, password } }],
      ['400 bad_message', 'POST', '/users', { body: { name: 'newcomer', password, email: `${sql}@school.example` } }],
      ['401 unauthorized', 'POST', '/sessions', { body: { name: sql, password } }],
      ['401 unauthorized', 'POST', '/sessions', { body: { name: 'ann', password: sql } }],
      ['401 unauthorized', 'GET', '/users/me', { headers: basic(sql) }],
      ['401 unauthorized', 'GET', '/users/me', { headers: basic('ann', sql) }],
      ['401 unauthorized', 'GET', '/users/me', { headers: { cookie: `${cookieName}=${inPath}` } }],
      ['401 unauthorized', 'PUT', '/users/me/password', { body: { current: sql, password }, headers: basic('ann') }],
      ['400 bad_token', 'PUT', '/users/me/password', { body: { token: `${sql}.${sql}`, password } }],
      ['404 no_user', 'PUT', `/users/${inPath}/role`, { body: { role: 'reader' }, headers: key }],
      ['400 bad_message', 'PUT', '/users/ann/role', { body: { role: sql }, headers: key }],
      ['404 no_session', 'DELETE', `/sessions/${inPath}`, { headers: accounts.page(cookie) }],
      ['404 not_known', 'GET', `/publishers/${inPath}`, { headers: key }],
      ['202', 'POST', '/resets', { body: { name: sql } }],
    ]
    for (const [answer, method, path, how] of asked)
      expect([sql, method, path, codeOf(await accounts.ask(method, path, how))]).toEqual([sql, method, path, answer])
  }
  // Only now: a link that somebody asked for is made after the answer.
  expect((await accounts.ask('GET', '/users/me', { headers: { cookie } })).json).toMatchObject({ name: 'ann' })
  expect(accounts.letters).toEqual([])
  expect(rows()).toEqual(before)
})

test('A3 SQL as a password is that password; as what a browser says of itself it is listed as it was said', async () => {
  for (const [index, sql] of SQL.entries()) {
    const name = `user${index}`
    expect((await accounts.signUp(name, sql)).status).toBe(201)
    const headers = { ...accounts.page(), 'user-agent': sql }
    const { status } = await accounts.ask('POST', '/sessions', { body: { name, password: sql }, headers })
    const { json } = await accounts.ask('GET', '/sessions', { headers: basic(name, sql) })
    expect([status, json.sessions]).toMatchObject([201, [{ agent: sql }]])
  }
  expect(rows().users.map(({ role }) => role)).toEqual(Array(SQL.length + 2).fill('user'))
})

/** Each row of each table, as another program reads them. */
function rows() {
  const database = new DatabaseSync(join(folder, 'accounts.db'), { readOnly: true })
  const all = (table: string) => database.prepare(`SELECT * FROM ${table} ORDER BY rowid`).all()
  const found = { tables: all('sqlite_schema'), users: all('users'), sessions: all('sessions') }
  database.close()
  return found
}
