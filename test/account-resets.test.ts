// FAULTS A8: a forgotten password. Who asks learns nothing; a link is good once, for 15 minutes, the newest only, and ends what is open.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { byMail, toOperator } from '../src/accounts/letters.ts'
import { codeOf, startWithAccounts } from './accounts.ts'
import type { TestAccounts } from './accounts.ts'

let folder: string
let accounts: TestAccounts
const file = () => join(folder, 'accounts.db')
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wirelab-resets-'))
  accounts = await startWithAccounts({ path: file() }, { origin: 'https://lab.example' })
})
afterAll(async () => {
  await accounts.close()
  await rm(folder, { recursive: true })
})

let made = 0
async function newcomer(): Promise<string> {
  const name = `user${++made}`
  await accounts.signUp(name)
  return name
}
const asked = (name: string, headers = {}) => accounts.ask('POST', '/resets', { body: { name }, headers })
const use = (token: string, password = 'another password', from?: string) =>
  accounts.ask('PUT', '/users/me/password', { body: { token, password }, ...(from && { from }) })
/** @returns the token of the link that was sent. */
async function tokenFor(name: string): Promise<string> {
  const sent = accounts.letters.length
  await asked(name)
  await expect.poll(() => accounts.letters.length).toBe(sent + 1)
  return accounts.token()
}

test('A8 who has an account and who has none get the same 202, and only one gets a letter', async () => {
  const name = await newcomer()
  const sent = accounts.letters.length
  const answers = []
  for (const each of [name, 'nobody', 'no such name: <b>', '']) answers.push(await asked(each))
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
    new Set(['202 {"sent":"if there is such an account"}']),
  )
  const alike = answers.map(({ headers }) => JSON.stringify({ ...headers, date: '' }))
  expect(new Set(alike).size).toBe(1)
  await expect.poll(() => accounts.letters.length).toBe(sent + 1)
})

test('A8 the link: of the configured origin, whatever Host asked, in the fragment', async () => {
  const name = await newcomer()
  const host = `127.0.0.1:${accounts.lab.port}`
  const sent = accounts.letters.length
  expect((await asked(name, { host })).status).toBe(202)
  await expect.poll(() => accounts.letters.length).toBe(sent + 1)
  expect(accounts.letters.at(-1)!.link).toMatch(/^https:\/\/lab\.example\/#\/account\?token=[\w-]{22}\.[\w-]{22}$/)
  expect(codeOf(await asked(name, { host: 'evil.example' }))).toBe('421 wrong_host')
  expect(accounts.letters).toHaveLength(sent + 1)
})

test('A8 it sets the password once, and all sessions have ended', async () => {
  const name = await newcomer()
  const cookie = await accounts.logIn(name)
  const token = await tokenFor(name)
  expect((await use(token)).status).toBe(204)
  expect((await accounts.ask('GET', '/users/me', { headers: { cookie } })).status).toBe(401)
  expect(await accounts.logIn(name, 'another password')).not.toBe('')
  expect(codeOf(await use(token, 'a third password'))).toBe('400 bad_token')
})

test('A8 of two uses at once, one wins', async () => {
  const token = await tokenFor(await newcomer())
  const answers = await Promise.all([use(token, 'first password'), use(token, 'second password')])
  expect(answers.map(codeOf).sort()).toEqual(['204', '400 bad_token'])
})

const swapped = (text: string) =>
  text.replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
test.each<[string, (token: string, name: string) => Promise<string> | string]>([
  [
    'older than the newest',
    async (token, name) => {
      await tokenFor(name)
      return token
    },
  ],
  [
    'older than 15 minutes',
    (token) => {
      accounts.advance(900_000)
      return token
    },
  ],
  [
    'older than another password',
    async (token, name) => {
      await use(await tokenFor(name))
      return token
    },
  ],
  ['of another user', async (token) => `${(await tokenFor(await newcomer())).split('.')[0]}.${token.split('.')[1]}`],
  ['with one character changed', (token) => token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1)],
  ['in other case', swapped],
  ['cut', (token) => token.slice(0, -1)],
  ['empty', () => ''],
  ['a dot', () => '.'],
])('A8 a token %s: 400', async (_, wrong) => {
  const name = await newcomer()
  const token = await wrong(await tokenFor(name), name)
  expect(codeOf(await use(token))).toBe('400 bad_token')
})

test('A8 a new password must be one: 400, and the token is still good', async () => {
  const token = await tokenFor(await newcomer())
  expect(codeOf(await use(token, 'short'))).toBe('400 bad_message')
  expect((await use(token)).status).toBe(204)
})

test('A8 the token is stored as SHA-256, and is in no log', async () => {
  const token = await tokenFor(await newcomer())
  const secret = token.split('.')[1]!
  const database = new DatabaseSync(file(), { readOnly: true })
  const kept = database.prepare('SELECT reset FROM users WHERE reset IS NOT NULL').all()
  database.close()
  expect(kept.map(({ reset }) => (reset as Uint8Array).length)).toContain(32)
  expect((await readFile(file())).includes(secret)).toBe(false)
  expect((await readFile(`${file()}-wal`)).includes(secret)).toBe(false)
  expect(accounts.log.join('\n')).not.toContain(secret)
})

describe('A8 limits', () => {
  let limited: TestAccounts
  beforeAll(async () => {
    limited = await startWithAccounts({ free: 5 })
    await limited.signUp('ann')
  })
  afterAll(() => limited.close())
  const many = async (count: number, one: (n: number) => ReturnType<TestAccounts['ask']>) => {
    const answers: string[] = []
    for (let n = 0; n < count; n++) answers.push(codeOf(await one(n)))
    return answers
  }

  test.each(['ann', 'nobody'])('A8 20 requests for %s, from 20 addresses: 202 five times, then 429', async (name) => {
    const from = (n: number) => `127.0.${name.length}.${n + 1}`
    expect(await many(20, (n) => limited.ask('POST', '/resets', { body: { name }, from: from(n) }))).toEqual([
      ...new Array<string>(5).fill('202'),
      ...new Array<string>(15).fill('429 too_many_tries'),
    ])
  })
  test('A8 names longer than any are cut before they are counted, and nobody gets a letter', async () => {
    const sent = limited.letters.length
    const body = (n: number) => ({ name: `${'x'.repeat(64)}${n}${'y'.repeat(60_000)}` })
    expect(await many(7, (n) => limited.ask('POST', '/resets', { body: body(n), from: `127.0.11.${n + 1}` }))).toEqual([
      ...new Array<string>(5).fill('202'),
      ...new Array<string>(2).fill('429 too_many_tries'),
    ])
    expect(limited.letters).toHaveLength(sent)
  })
  test('A8 20 guesses at a token: 400 five times, then 429', async () => {
    const body = { token: 'x.y', password: 'another password' }
    const guess = () => limited.ask('PUT', '/users/me/password', { body, from: '127.0.9.1' })
    expect(await many(20, guess)).toEqual([
      ...new Array<string>(5).fill('400 bad_token'),
      ...new Array<string>(15).fill('429 too_many_tries'),
    ])
  })
})

test('A8 by default a letter is printed, and a line of a file that only its owner reads', async () => {
  const outbox = join(folder, 'outbox')
  await writeFile(outbox, '', { mode: 0o644 }) // of another umask
  const printed: string[] = []
  const letter = { name: 'ann', email: 'ann@lab.example', link: 'https://lab.example/#/account?token=t', minutes: 15 }
  const deliver = toOperator((text) => void printed.push(text), outbox)
  await deliver(letter)
  await deliver({ ...letter, email: null })
  expect(printed[0]).toBe(`Reset    ${letter.link}   for ann <ann@lab.example>, 15 minutes; hand it on`)
  const lines = (await readFile(outbox, 'utf8')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    { at: expect.any(String) as string, ...letter },
    { at: expect.any(String) as string, ...letter, email: null },
  ])
  expect((await stat(outbox)).mode & 0o777).toBe(0o600)
})

test('A8 with a mail server it is mailed, and only to an address that was left', async () => {
  const said: string[] = []
  const server = createServer((socket) => {
    let isData = false
    socket.write('220 mail.example\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n')) {
        if (line !== '') said.push(line)
        if (isData) {
          if (line !== '.') continue
          isData = false
          socket.write('250 taken\r\n')
        } else if (line.startsWith('EHLO')) socket.write('250 mail.example\r\n')
        else if (line === 'DATA') {
          isData = true
          socket.write('354 go on\r\n')
        } else if (line === 'QUIT') socket.end('221 bye\r\n')
        else if (line !== '') socket.write('250 ok\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const deliver = await byMail(`smtp://127.0.0.1:${port}`, () => 'https://lab.example:8443')
  const letter = { name: 'ann', email: null, link: 'https://lab.example:8443/#/account?token=abc', minutes: 15 }
  await deliver(letter)
  expect(said).toEqual([])
  await deliver({ ...letter, email: 'ann@mail.example' })
  expect(said).toContain('MAIL FROM:<no-reply@lab.example>')
  expect(said).toContain('RCPT TO:<ann@mail.example>')
  expect(said.join('\n')).toContain('https://lab.example:8443/#/account?token=')
  await new Promise((resolve) => server.close(resolve))
})
