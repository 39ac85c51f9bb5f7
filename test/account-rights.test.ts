// FAULTS A9–A11: what other sites may not have a browser do, who may do what, and what the log says of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { PASSWORD, basic, codeOf, startWithAccounts } from './accounts.ts'
import type { TestAccounts } from './accounts.ts'

let accounts: TestAccounts
beforeAll(async () => {
  accounts = await startWithAccounts({}, { limits: { messagesPer10s: 1000 } })
  for (const name of ['ann', 'bob', 'mod']) await accounts.signUp(name)
  await accounts.ask('PUT', '/users/mod/role', { body: { role: 'moderator' }, headers: key() })
})
afterAll(() => accounts.close())
const key = () => ({ authorization: `Bearer ${accounts.lab.publishKey}` })

describe('A9 other sites', () => {
  const json = { 'content-type': 'application/json' }
  const changes: [method: string, path: string, body?: object][] = [
    ['POST', '/sessions', { name: 'ann', password: PASSWORD }],
    ['POST', '/users', { name: 'stranger', password: PASSWORD }],
    ['POST', '/resets', { name: 'ann' }],
    ['POST', '/tickets'],
    ['POST', '/feed', { type: 'note', data: 1 }],
    ['PUT', '/users/me/password', { current: PASSWORD, password: 'another password' }],
    ['PUT', '/users/bob/role', { role: 'reader' }],
    ['DELETE', '/sessions/current'],
    ['DELETE', '/users/me'],
  ]
  const sites: [name: string, headers: (cookie: string) => Record<string, string>][] = [
    ['a foreign Origin', (cookie) => ({ cookie, origin: 'https://evil.example', ...json })],
    ['Origin: null', (cookie) => ({ cookie, origin: 'null', ...json })],
    ['a foreign Origin and no cookie', () => ({ origin: 'https://evil.example', ...json })],
    ['the cookie without Origin', (cookie) => ({ cookie, ...json })],
    ['Sec-Fetch-Site: cross-site', (cookie) => ({ ...accounts.page(cookie), 'sec-fetch-site': 'cross-site', ...json })],
    ['Sec-Fetch-Site: same-site', (cookie) => ({ ...accounts.page(cookie), 'sec-fetch-site': 'same-site', ...json })],
    ['cross-site without Origin', () => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', ...json })],
  ]
  test.each(sites)('A9 %s: 403, and nothing is changed', async (_, headers) => {
    const cookie = await accounts.logIn('ann')
    for (const [method, path, body] of changes) {
      const answer = await accounts.ask(method, path, { headers: headers(cookie), ...(body && { body }) })
      expect([method, path, codeOf(answer)]).toEqual([method, path, '403 forbidden'])
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
    expect((await accounts.ask('GET', '/users/me', { headers: { cookie } })).status).toBe(200)
  })
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'A9 a body of the type “%s”: 415, from our page too',
    async (type) => {
      for (const [method, path, body] of changes.filter(([, , body]) => body)) {
        const headers = { ...accounts.page(await accounts.logIn('mod')), 'content-type': type }
        const answer = await accounts.ask(method, path, { headers, body: JSON.stringify(body) })
        expect([method, path, codeOf(answer)]).toEqual([method, path, '415 unsupported_media_type'])
      }
    },
  )
  test.each([
    ['/users', 'DELETE', 'GET, HEAD, POST'],
    ['/users/me', 'POST', 'GET, HEAD, DELETE'],
    ['/users/me/password', 'GET', 'PUT'],
    ['/users/ann/role', 'GET', 'PUT'],
    ['/sessions', 'DELETE', 'GET, HEAD, POST'],
    ['/sessions/current', 'GET', 'DELETE'],
    ['/tickets', 'GET', 'POST'],
    ['/resets', 'GET', 'POST'],
  ])('A9 %s by %s: 405', async (path, method, allow) => {
    const answer = await accounts.ask(method, path, { headers: key() })
    expect([codeOf(answer), answer.headers.allow]).toEqual(['405 method_not_allowed', allow])
  })
})

describe('A10 roles', () => {
  const publish = (headers: Record<string, string>, type = 'note') =>
    accounts.ask('POST', '/feed', { body: { type, data: 1 }, headers })
  const setRole = (name: string, role: string, headers: Record<string, string>) =>
    accounts.ask('PUT', `/users/${name}/role`, { body: { role }, headers })
  const guest = async () => {
    const { headers } = await accounts.ask('GET', '/lab')
    return accounts.page(headers['set-cookie']![0]!.split(';')[0])
  }

  test('A10 what is for moderators is published by them and the key; nothing of others is in the log', async () => {
    const { feed } = accounts.lab
    const before = feed.tail
    for (const headers of [basic('ann'), await guest()]) {
      expect(codeOf(await publish(headers, 'notice'))).toBe('403 forbidden')
      expect(await publishOver(headers, 'notice')).toBe('4403')
    }
    expect(feed.since(before).entries).toEqual([])
    for (const headers of [basic('mod'), key()]) {
      expect((await publish(headers, 'notice')).status).toBe(201)
      expect(await publishOver(headers, 'notice')).toBe('ack')
    }
    expect(feed.since(before).entries).toHaveLength(4)
  })
  test('A10 a reader may not publish, on POST and on WSS; a moderator says so, and takes it back', async () => {
    await accounts.signUp('rob')
    expect((await setRole('rob', 'reader', basic('mod'))).status).toBe(204)
    expect(codeOf(await publish(basic('rob')))).toBe('403 forbidden')
    expect(await publishOver(basic('rob'), 'note')).toBe('4403')
    expect((await setRole('rob', 'user', basic('mod'))).status).toBe(204)
    expect((await publish(basic('rob'))).status).toBe(201)
  })
  test('A10 who may not: 403, 401; who is not there: 404', async () => {
    const cases: [string, string, Record<string, string>, string][] = [
      ['bob', 'reader', basic('ann'), '403 forbidden'],
      ['ann', 'moderator', basic('ann'), '403 forbidden'],
      ['ann', 'moderator', basic('mod'), '403 forbidden'],
      ['mod', 'user', basic('mod'), '403 forbidden'],
      ['bob', 'reader', {}, '401 unauthorized'],
      ['bob', 'reader', await guest(), '401 unauthorized'],
      ['nobody', 'reader', basic('mod'), '404 no_user'],
      ['bob', 'king', basic('mod'), '400 bad_message'],
    ]
    for (const [name, role, headers, answer] of cases)
      expect([name, role, codeOf(await setRole(name, role, headers))]).toEqual([name, role, answer])
  })
  test('A10 moderators see who there is, and who published; others do not', async () => {
    const { id } = (await publish(basic('bob'))).json as unknown as { id: string }
    const who = (headers: Record<string, string>, event = id) =>
      accounts.ask('GET', `/publishers/${event}`, { headers })
    expect((await who(basic('mod'))).json).toEqual({ name: 'bob' })
    expect(codeOf(await who(basic('mod'), 'x'))).toBe('404 not_known')
    expect([codeOf(await who(basic('bob'))), codeOf(await who({}))]).toEqual(['403 forbidden', '401 unauthorized'])
    const users = await accounts.ask('GET', '/users', { headers: basic('mod') })
    expect(users.json.users).toContainEqual({ name: 'mod', role: 'moderator', made: expect.any(Number) as number })
    expect(users.text).not.toMatch(/hash|email|\$2b/)
    expect(codeOf(await accounts.ask('GET', '/users', { headers: basic('ann') }))).toBe('403 forbidden')
  })
  test('A10 one deletes oneself, and the name is free', async () => {
    await accounts.signUp('tim')
    const cookie = await accounts.logIn('tim')
    expect((await accounts.ask('DELETE', '/users/me', { headers: accounts.page(cookie) })).status).toBe(204)
    expect((await accounts.ask('GET', '/users/me', { headers: { cookie } })).status).toBe(401)
    expect((await accounts.signUp('tim')).status).toBe(201)
  })

  /** @returns `ack`, or the close code. */
  function publishOver(headers: Record<string, string>, type: string): Promise<string> {
    const { lab } = accounts
    const socket = new WebSocket(`wss://localhost:${lab.port}/feed/wss`, 'wirelab.v1', {
      ca: lab.authority!.ca,
      headers,
    })
    return new Promise((resolve, reject) => {
      socket.on('open', () => socket.send(JSON.stringify({ publish: { type, data: 1 } })))
      socket.on('error', reject)
      socket.on('close', (code) => resolve(String(code)))
      socket.on('message', (data: Buffer) => {
        if (!data.toString().startsWith('{"ack"')) return
        resolve('ack')
        socket.terminate()
      })
    })
  }
})

test.each([
  ['CR LF', 'x\r\nlogin refused: "root"'],
  ['ANSI escapes', '\u001b[2Jx\u001b]0;title\u0007'],
  ['10 kB', 'x'.repeat(10_000)],
  ['a reversed line', 'x\u202eabc'],
])('A11 a name with %s is one escaped line of the log', async (_, name) => {
  const before = accounts.log.length
  await accounts.ask('POST', '/sessions', { body: { name, password: 'secret guess' } })
  const lines = accounts.log.slice(before)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^login refused: "[\x20-\x7e]{1,80}" from 127\.0\.0\.1$/)
})
test('A11 no password, token or cookie is in the log of this whole run', () => {
  const all = accounts.log.join('\n')
  expect(all).toContain('account ann: made from 127.0.0.1')
  expect(all).not.toMatch(/correct horse|another password|secret guess|Basic|Bearer|__Host-|wirelab\.ticket/)
})
