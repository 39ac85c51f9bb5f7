// FAULTS A1–A5: guessing passwords, telling who has an account, what a password may be, how it is stored, and how many are hashed at once.
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delays, networkOf } from '../src/accounts/delays.ts'
import { hashing } from '../src/accounts/hashing.ts'
import { FREQUENT } from '../src/accounts/frequent.ts'
import { defaults } from '../src/core/limits.ts'
import { PASSWORD, basic, codeOf, startWithAccounts } from './accounts.ts'
import type { Answered, TestAccounts } from './accounts.ts'

describe('A1 guessing', () => {
  let accounts: TestAccounts
  beforeAll(async () => {
    accounts = await startWithAccounts({ free: 5 })
    for (const name of ['ann', 'bob', 'cyd', 'dan', 'eve']) await accounts.signUp(name)
  })
  afterAll(() => accounts.close())
  const guess = (name: string, from: string, password = 'wrong password') =>
    accounts.ask('POST', '/sessions', { body: { name, password }, from })
  const five = ['401 unauthorized', '401 unauthorized', '401 unauthorized', '401 unauthorized', '401 unauthorized']

  async function guesses(count: number, one: (n: number) => Promise<Answered>) {
    const answers: string[] = []
    for (let n = 0; n < count; n++) answers.push(codeOf(await one(n)))
    return answers
  }

  test('A1 one account, one address: 401 five times, then 429', async () => {
    const answers = await guesses(20, () => guess('ann', '127.0.1.1'))
    expect(answers).toEqual([...five, ...new Array<string>(15).fill('429 too_many_tries')])
  })
  test('A1 the wait grows 1, 2, 4 … 300 s, and the right password waits too', async () => {
    await guesses(5, () => guess('bob', '127.0.1.2'))
    const waits: string[] = []
    for (let n = 0; n < 11; n++) {
      const locked = await guess('bob', '127.0.1.2', PASSWORD)
      expect(codeOf(locked)).toBe('429 too_many_tries')
      const seconds = locked.headers['retry-after']!
      waits.push(seconds)
      accounts.advance(Number(seconds) * 1000)
      expect(codeOf(await guess('bob', '127.0.1.2'))).toBe('401 unauthorized')
    }
    expect(waits).toEqual(['1', '2', '4', '8', '16', '32', '64', '128', '256', '300', '300'])
    accounts.advance(300_000)
    expect((await guess('bob', '127.0.1.2', PASSWORD)).status).toBe(201)
  })
  test('A1 one account, 100 addresses: 401 five times, then 429', async () => {
    const answers = await guesses(100, (n) => guess('cyd', `127.0.2.${n + 1}`))
    expect(answers).toEqual([...five, ...new Array<string>(95).fill('429 too_many_tries')])
  })
  test('A1 100 accounts, one address: 401 five times, then 429', async () => {
    const answers = await guesses(100, (n) => guess(`nobody${n}`, '127.0.3.1'))
    expect(answers).toEqual([...five, ...new Array<string>(95).fill('429 too_many_tries')])
    expect((await guess('eve', '127.0.3.2', PASSWORD)).status, 'others are let in').toBe(201)
  })
  test('A1 100 guesses at once are 100 guesses', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => guess('dan', '127.0.4.1')))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(95)
  })
  test('A1 a locked account’s live sessions stay, and HTTP Basic waits like the form', async () => {
    const cookie = await accounts.logIn('eve')
    await guesses(6, () => guess('eve', '127.0.5.1'))
    expect((await accounts.ask('GET', '/sessions', { headers: { cookie } })).status).toBe(200)
    const asked = await accounts.ask('GET', '/users/me', { headers: basic('eve'), from: '127.0.5.2' })
    expect(codeOf(asked)).toBe('429 too_many_tries')
  })
  test('A1 an own account does not make guesses at others free', async () => {
    const answers: string[] = []
    accounts.advance(3_600_000)
    for (let n = 0; n < 7; n++) {
      answers.push(codeOf(await guess(`somebody${n}`, '127.0.6.1')))
      if (n < 4) expect((await guess('eve', '127.0.6.1', PASSWORD)).status).toBe(201)
    }
    expect(answers).toEqual([...five, '429 too_many_tries', '429 too_many_tries'])
  })
})

test('A1, I12 the table of delays is bounded: the oldest key goes', () => {
  const table = delays(() => 0, 1)
  table.count('first')
  expect(table.waitSeconds('first')).toBe(1)
  for (let n = 0; n < 100_000; n++) table.count(`key ${n}`)
  expect([table.waitSeconds('first'), table.waitSeconds('key 99999')]).toEqual([0, 1])
})
test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('A1 %s counts as %s', (address, network) => expect(networkOf(address)).toBe(network))

describe('A2–A4', () => {
  let folder: string
  let accounts: TestAccounts
  const file = () => join(folder, 'accounts.db')
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wirelab-accounts-'))
    accounts = await startWithAccounts({ path: file() })
    await accounts.signUp('ann')
  })
  afterAll(async () => {
    await accounts.close()
    await rm(folder, { recursive: true })
  })

  test('A2 nobody and a wrong password get the same answer', async () => {
    const asked = await Promise.all(
      ['ann', 'nobody'].map((name) =>
        accounts.ask('POST', '/sessions', { body: { name, password: 'wrong password' } }),
      ),
    )
    const [wrong, nobody] = asked.map(({ status, headers, text }) => [status, { ...headers, date: '' }, text])
    expect(wrong).toEqual(nobody)
    expect(wrong![0]).toBe(401)
    const tried = await Promise.all(
      ['ann', 'nobody'].map((name) => accounts.ask('GET', '/feed/polling', { headers: basic(name, 'wrong password') })),
    )
    expect(tried[0]!.text).toBe(tried[1]!.text)
    expect(tried.map(codeOf)).toEqual(['401 unauthorized', '401 unauthorized'])
  })

  test('A2 nobody’s password takes a place among those that are hashed, as anybody’s does', async () => {
    const full = await startWithAccounts({}, { limits: { hashings: 1, hashingsWaiting: 0 } })
    await full.signUp('ann')
    // Two beside it take turns at the one place, until they are told to stop: it is never free, however slow this machine is.
    let isAsking = true
    const beside = hashing({ pepper: Buffer.alloc(32), limits: { hashings: 1, hashingsWaiting: 2 }, cost: 8 })
    const hashed = [1, 2].map(async () => {
      while (isAsking) await beside.hash(PASSWORD)
    })
    const tried = await Promise.all(
      ['ann', 'nobody'].flatMap((name) => [
        full.ask('POST', '/sessions', { body: { name, password: 'wrong password' } }),
        full.ask('GET', '/feed/polling', { headers: basic(name, 'wrong password') }),
      ]),
    )
    isAsking = false
    await Promise.all(hashed)
    expect(tried.map(codeOf)).toEqual(['503 busy', '503 busy', '503 busy', '503 busy'])
    expect((await full.signUp('bob')).status, 'the place is free again').toBe(201)
    await full.close()
  })

  const kept: [name: string, password: string][] = [
    ['8 letters', 'b8 Zeh!x'],
    ['72 bytes', 'x'.repeat(72)],
    ['73 bytes', 'x'.repeat(73)],
    ['64 emoji, 256 bytes', '😀'.repeat(64)],
    ['NUL inside', 'half\0and half'],
    ['a leading and a trailing space', ' spaces count '],
    ['1024 bytes', 'y'.repeat(1024)],
  ]
  test.each(kept)('A3 %s: 201, and every byte counts', async (name, password) => {
    const user = `p${kept.findIndex(([each]) => each === name)}`
    expect((await accounts.signUp(user, password)).status).toBe(201)
    const answers = [password, password.slice(0, -1), `${password}x`, password.trim(), password.split('\0')[0]!]
    for (const each of new Set(answers)) {
      const { status } = await accounts.ask('POST', '/sessions', { body: { name: user, password: each } })
      expect([each.length, status]).toEqual([each.length, each === password ? 201 : 401])
    }
  })
  test('A3 one letter in two encodings (NFC, NFD) is one password', async () => {
    await accounts.signUp('zoe', 'caf\u00e9 au lait')
    expect(await accounts.logIn('zoe', 'cafe\u0301 au lait')).not.toBe('')
  })
  test.each<[string, unknown, string]>([
    ['7 letters', { password: '7letter' }, '400 bad_message'],
    ['7 emoji', { password: '😀'.repeat(7) }, '400 bad_message'],
    ['1025 bytes', { password: 'y'.repeat(1025) }, '400 bad_message'],
    ['half a surrogate pair', { password: '\ud83d secret secret' }, '400 bad_message'],
    ['no string', { password: 12345678 }, '400 bad_message'],
    ['a name of 1 letter', { name: 'a' }, '400 bad_message'],
    ['a name of 33', { name: 'a'.repeat(33) }, '400 bad_message'],
    ['a name with a colon', { name: 'a:b' }, '400 bad_message'],
    ['a name with markup', { name: '<script>' }, '400 bad_message'],
    ['a name with CR LF', { name: 'a\r\nb' }, '400 bad_message'],
    ['the name me', { name: 'me' }, '400 bad_message'],
    ['the name __proto__', { name: '__proto__' }, '400 bad_message'],
    ['an address with CR LF', { email: 'a@b.example\r\nBcc: c@d.example' }, '400 bad_message'],
    ['an address without @', { email: 'ann' }, '400 bad_message'],
    ['a role', { role: 'moderator' }, '400 bad_message'],
    ['a name that is taken', { name: 'ann' }, '409 name_taken'],
    ['a name that is taken, in capitals', { name: 'ANN' }, '409 name_taken'],
  ])('A3 sign-up with %s is refused', async (_, wish, answer) => {
    const body = { name: 'newcomer', password: PASSWORD, ...(wish as object) }
    expect(codeOf(await accounts.ask('POST', '/users', { body }))).toBe(answer)
  })

  test.each(['password', '12345678', 'butterfly', 'PassWord1', 'qwertyuiop'])(
    'A3 %s, which is guessed first: 400 at sign-up, change and reset, and the link is still good',
    async (password) => {
      const weak = '400 weak_password'
      expect(codeOf(await accounts.signUp('newcomer', password))).toBe(weak)
      const change = (how: object) => accounts.ask('PUT', '/users/me/password', { body: how, headers: basic('ann') })
      expect(codeOf(await change({ current: PASSWORD, password }))).toBe(weak)
      const sent = accounts.letters.length
      await accounts.ask('POST', '/resets', { body: { name: 'ann' } })
      await expect.poll(() => accounts.letters.length).toBe(sent + 1)
      expect(codeOf(await change({ token: accounts.token(), password }))).toBe(weak)
      expect((await change({ token: accounts.token(), password: PASSWORD })).status).toBe(204)
    },
  )

  test('A3 what is refused says what a name, a password and an e-mail address must be', async () => {
    const body = { name: 'newcomer', password: PASSWORD, email: 'ann' }
    const { json } = await accounts.ask('POST', '/users', { body })
    for (const each of ['a name of 2–32', 'a password of 8', 'an e-mail address of', 'like ann@school.example'])
      expect(json.error.message).toContain(each)
    const good = { ...body, email: 'ann@school.example' }
    expect((await accounts.ask('POST', '/users', { body: good })).status).toBe(201)
  })

  test('A3 a password of 1 MB: 413 before a byte of it is read', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': String(2 ** 20) }
    expect(codeOf(await accounts.ask('POST', '/users', { body: '{"name":"ann","password":"', headers }))).toBe(
      '413 too_large',
    )
  })

  test('A4 a hash is bcrypt of cost 12; two users with one password have two', async () => {
    const path = join(folder, 'cost.db')
    const dear = await startWithAccounts({ path, cost: 12 })
    for (const name of ['ann', 'bob']) await dear.signUp(name)
    await dear.close()
    const hashes = rows(path, 'SELECT hash FROM users').map(({ hash }) => String(hash))
    expect(hashes.map((hash) => hash.slice(0, 7))).toEqual(['$2b$12$', '$2b$12$'])
    expect(new Set(hashes).size).toBe(2)
  })
  test.each([
    ['of cost 31', `$2b$31$${'a'.repeat(53)}`],
    ['of cost 18', `$2b$18$${'a'.repeat(53)}`],
    ['that is broken', '$2b$12$short'],
    ['that is another kind', '$argon2id$v=19$m=65536'],
    ['that is empty', ''],
  ])('A4 a stored hash %s: 401 at once', async (_, hash) => {
    const database = new DatabaseSync(file())
    database.prepare("UPDATE users SET hash = ? WHERE name = 'zoe'").run(hash)
    database.close()
    const before = performance.now()
    const { status } = await accounts.ask('POST', '/sessions', { body: { name: 'zoe', password: 'caf\u00e9 au lait' } })
    expect(status).toBe(401)
    expect(performance.now() - before, 'a day of hashing').toBeLessThan(10_000)
  })
  test('A4 the files are for their owner only, and hold no password', async () => {
    for (const name of ['accounts.db', 'accounts.db.key']) {
      expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600)
    }
    expect(JSON.stringify(rows(file(), 'SELECT * FROM users, sessions'))).not.toContain(PASSWORD)
  })
  test('A4 files that others could read they read no more', async () => {
    const path = join(folder, 'wide.db')
    for (const each of [path, `${path}.key`]) {
      await writeFile(each, each === path ? '' : randomBytes(32))
      await chmod(each, 0o644)
    }
    await (await startWithAccounts({ path })).close()
    for (const each of [path, `${path}.key`]) expect((await stat(each)).mode & 0o777, each).toBe(0o600)
  })
  test('A4 without its key the file is refused, in one line', async () => {
    const path = join(folder, 'cost.db')
    await rm(`${path}.key`)
    await expect(startWithAccounts({ path })).rejects.toThrow(/^accounts: .*cost\.db and its key cannot be used/)
  })
})

test('A5 200 at once: 4 are hashed, 64 wait, 132 are 503', async () => {
  const hashes = hashing({ pepper: Buffer.alloc(32), limits: { hashings: 4, hashingsWaiting: 64 }, cost: 4 })
  const results = await Promise.allSettled(Array.from({ length: 200 }, () => hashes.hash(PASSWORD)))
  const refused = results.filter((each) => each.status === 'rejected').map(({ reason }) => reason as { status: number })
  expect([results.length - refused.length, refused.length]).toEqual([68, 132])
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
  const hash = await hashes.hash(PASSWORD) // and the places are free again
  expect([await hashes.matches(PASSWORD, hash), await hashes.matches('other', hash)]).toEqual([true, false])
})

test('A5 two stores in one process hash in turn: the pool of threads is one', async () => {
  const limits = { hashings: 1, hashingsWaiting: 1 }
  const [one, other] = [1, 2].map(() => hashing({ pepper: Buffer.alloc(32), limits, cost: 12 }))
  const done: string[] = []
  const first = one!.hash(PASSWORD).then(() => done.push('first'))
  const second = other!.hash(PASSWORD).then(() => done.push('second'))
  await expect(other!.hash(PASSWORD)).rejects.toMatchObject({ status: 503 })
  await Promise.all([first, second])
  expect(done).toEqual(['first', 'second'])
})

test('A3 more than 3000 are refused that would be long enough (ASVS 6.2.4)', () => {
  expect(FREQUENT.size).toBeGreaterThan(3000)
  for (const each of FREQUENT) if (each.length < 8 || each !== each.toLowerCase()) expect.fail(each)
})
test('A5 while passwords are hashed, a thread is free for files', { timeout: 120_000 }, async () => {
  const hashes = hashing({ pepper: Buffer.alloc(32), limits: defaults, cost: 12 })
  const hash = await hashes.hash(PASSWORD)
  let done = 0
  const all = Array.from({ length: 5 }, () => hashes.matches(PASSWORD, hash).then(() => done++))
  await stat(import.meta.filename)
  expect(done).toBe(0)
  await Promise.all(all)
})

function rows(path: string, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path, { readOnly: true })
  const found = database.prepare(sql).all()
  database.close()
  return found
}
