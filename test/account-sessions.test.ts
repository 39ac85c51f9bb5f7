// FAULTS A6, A7, W7, I17: HTTP Basic, sessions, tickets, and what a restart keeps. What ends with a session: account-lines.test.ts.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { nodePlatform } from '../transports/platform.ts'
import { PASSWORD, basic, codeOf, cookieOf, startWithAccounts } from './accounts.ts'
import type { Asked, TestAccounts } from './accounts.ts'

let accounts: TestAccounts
beforeAll(async () => {
  accounts = await startWithAccounts({}, { limits: { messagesPer10s: 1000 } })
  for (const name of ['ann', 'bob']) await accounts.signUp(name)
  await accounts.signUp('colon', 'a:b:c::d')
  await accounts.signUp('utf', 'żółć 🔑 pass')
})
afterAll(() => accounts.close())
const encoded = (text: string | Uint8Array) => `Basic ${Buffer.from(text as string).toString('base64')}`

describe('A6 HTTP Basic', () => {
  test.each<[string, Asked['headers']]>([
    ['Basic alone', { authorization: 'Basic' }],
    ['Basic !!!', { authorization: 'Basic !!!' }],
    ['no colon', { authorization: encoded('ann') }],
    ['an empty name', { authorization: encoded(`:${PASSWORD}`) }],
    ['a wrong password', basic('ann', 'wrong')],
    ['an unknown name', basic('nobody')],
    ['an empty password', basic('ann', '')],
    ['UTF-8 that is none', { authorization: encoded(Buffer.from([0x61, 0x3a, 0xff])) }],
    ['two of them', { authorization: [basic('ann').authorization, basic('ann').authorization] }],
    ['8 kB', basic('ann', 'x'.repeat(8000))],
    ['a Bearer that is no key', { authorization: 'Bearer wrong' }],
    ['Digest', { authorization: 'Digest username="ann"' }],
  ])('A6 %s: 401, and what is expected', async (_, headers) => {
    for (const [method, path] of [
      ['GET', '/feed/polling'],
      ['POST', '/feed'],
      ['GET', '/users/me'],
    ] as const) {
      const answer = await accounts.ask(method, path, { headers: { ...headers } })
      expect(codeOf(answer)).toBe('401 unauthorized')
      expect(answer.headers['www-authenticate']).toBe('Basic realm="wirelab", charset="UTF-8", Bearer realm="wirelab"')
    }
  })
  test('A6 a browser is not asked for it: that would be a window of its own', async () => {
    const { headers } = await accounts.ask('GET', '/users/me', { headers: { 'sec-fetch-mode': 'cors' } })
    expect(headers['www-authenticate']).toBe('Bearer realm="wirelab"')
  })
  test.each([
    ['ann', PASSWORD],
    ['ANN', PASSWORD],
    ['colon', 'a:b:c::d'],
    ['utf', 'żółć 🔑 pass'],
  ])('A6 %s is let in, again and again', async (name, password) => {
    for (let n = 0; n < 3; n++) {
      const { status, json } = await accounts.ask('GET', '/users/me', { headers: basic(name, password) })
      expect([status, json.name]).toEqual([200, name.toLowerCase()])
    }
  })
  test('A6 what was right is not, once the password is another', async () => {
    await accounts.signUp('old')
    const me = (password: string) => accounts.ask('GET', '/users/me', { headers: basic('old', password) })
    expect((await me(PASSWORD)).status).toBe(200)
    const body = { current: PASSWORD, password: 'another password' }
    expect((await accounts.ask('PUT', '/users/me/password', { body, headers: basic('old') })).status).toBe(204)
    expect([(await me(PASSWORD)).status, (await me('another password')).status]).toEqual([401, 200])
  })
})

test.each(['/feed/sse', '/feed/long-polling'])(
  'A6 who leaves %s while the password is checked holds no line',
  async (path) => {
    const slow = await startWithAccounts({ cost: 12 }, { limits: { lines: 1 } })
    await slow.signUp('ann')
    const { lab } = slow
    const platform = nodePlatform({ ca: lab.authority!.ca })
    const left = new AbortController()
    const asked = platform.fetch(lab.url + path, { headers: basic('ann'), signal: left.signal })
    setTimeout(() => left.abort(), 50)
    await expect(asked).rejects.toThrow()
    // Its check is over when the next one of it is.
    expect((await slow.ask('GET', '/users/me', { headers: basic('ann') })).status).toBe(200)
    expect((await slow.ask('GET', '/feed/polling')).status).toBe(200)
    await platform.close()
    await slow.close()
  },
)

describe('A7 sessions', () => {
  const mine = (cookie: string) => accounts.ask('GET', '/users/me', { headers: { cookie } })

  test('A7 the cookie: 128 bits, __Host-, Secure, HttpOnly, SameSite=Strict', async () => {
    const { headers } = await accounts.ask('POST', '/sessions', { body: { name: 'ann', password: PASSWORD } })
    expect(headers['set-cookie']).toHaveLength(1)
    expect(headers['set-cookie']![0]).toMatch(
      /^__Host-wirelab-\d+-account=[\w-]{22}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
  })
  test('A7 a login gives a new one, whatever was sent, and ends the one before', async () => {
    const first = await accounts.logIn('ann')
    const fixed = first.replace(/=.*/, '=AAAAAAAAAAAAAAAAAAAAAA')
    for (const sent of [first, fixed]) {
      const body = { name: 'ann', password: PASSWORD }
      const second = cookieOf(await accounts.ask('POST', '/sessions', { body, headers: accounts.page(sent) }))
      expect(second).not.toBe(sent)
      expect([(await mine(sent)).status, (await mine(second)).status]).toEqual([401, 200])
    }
  })
  test('A7 after logout: 401, and the browser is told to forget it', async () => {
    const cookie = await accounts.logIn('ann')
    const out = await accounts.ask('DELETE', '/sessions/current', { headers: accounts.page(cookie) })
    expect([out.status, out.headers['set-cookie']![0]]).toEqual([204, expect.stringContaining('Max-Age=0') as string])
    expect(codeOf(await mine(cookie))).toBe('401 unauthorized')
    expect(codeOf(await accounts.ask('GET', '/feed/polling', { headers: { cookie } }))).toBe('401 unauthorized')
  })
  test('A7 after a change of the password: all are 401, and who changed it has a new one', async () => {
    await accounts.signUp('pat')
    const [here, there] = [await accounts.logIn('pat'), await accounts.logIn('pat')]
    const body = { current: PASSWORD, password: 'another password' }
    const changed = await accounts.ask('PUT', '/users/me/password', { body, headers: accounts.page(here) })
    expect(changed.status).toBe(204)
    const statuses = [here, there, cookieOf(changed)].map(async (cookie) => (await mine(cookie)).status)
    expect(await Promise.all(statuses)).toEqual([401, 401, 200])
  })
  test('A7 one bit changed: 401', async () => {
    const cookie = await accounts.logIn('ann')
    const last = cookie.at(-2)!
    expect((await mine(cookie.slice(0, -2) + (last === 'A' ? 'B' : 'A') + cookie.at(-1)!)).status).toBe(401)
  })
  test('A7 two cookies of the name: 400; one of 8 kB: 431', async () => {
    const cookie = await accounts.logIn('ann')
    expect(codeOf(await mine(`${cookie}; ${cookie}`))).toBe('400 bad_cookie')
    expect(codeOf(await mine(`${cookie}${'x'.repeat(8000)}`))).toBe('431 too_many_headers')
  })
  test('A7 its name in the value of a cookie of others is no second one', async () => {
    const cookie = await accounts.logIn('ann')
    const [name] = cookie.split('=')
    expect((await mine(`theirs=${name}=x; ${cookie}; last=a ${name}=`)).status).toBe(200)
    expect((await mine(`theirs=${name}=x`)).status).toBe(401)
  })
  test('A7 guesses: 401, then 429 for those, and those who have a session go on', async () => {
    const cookie = await accounts.logIn('ann')
    const from = '127.0.7.1'
    const answers: string[] = []
    for (let n = 0; n < 120; n++) {
      const guess = cookie.replace(/=.*/, `=${String(n).padStart(22, 'A')}`)
      answers.push(codeOf(await accounts.ask('GET', '/users/me', { headers: { cookie: guess }, from })))
    }
    expect(answers).toEqual([
      ...new Array<string>(100).fill('401 unauthorized'),
      ...new Array<string>(20).fill('429 too_many_tries'),
    ])
    expect((await accounts.ask('GET', '/users/me', { headers: { cookie }, from })).status).toBe(200)
  })
  test('A7 they are listed, and ended one by one; not those of others', async () => {
    await accounts.signUp('sue')
    const [first, second] = [await accounts.logIn('sue'), await accounts.logIn('sue')]
    const other = await accounts.logIn('bob')
    const list = async () =>
      (await accounts.ask('GET', '/sessions', { headers: { cookie: second } })).json.sessions as {
        id: string
        current: boolean
      }[]
    expect((await list()).map(({ current }) => current)).toEqual([true, false])
    const { id } = (await list())[1]!
    const end = (cookie: string) => accounts.ask('DELETE', `/sessions/${id}`, { headers: accounts.page(cookie) })
    expect(codeOf(await end(other))).toBe('404 no_session')
    expect((await end(second)).status).toBe(204)
    expect([(await mine(first)).status, (await mine(second)).status]).toEqual([401, 200])
    expect(JSON.stringify(await list())).not.toContain(second.split('=')[1])
  })
  test('A7 of one account the newest 20 live', async () => {
    await accounts.signUp('many')
    const cookies: string[] = []
    for (let n = 0; n < 21; n++) cookies.push(await accounts.logIn('many'))
    expect([(await mine(cookies[0]!)).status, (await mine(cookies[1]!)).status]).toEqual([401, 200])
  })
  test('A7 an ended session does not keep the page out: it goes on as a guest', async () => {
    const cookie = await accounts.logIn('ann')
    await accounts.ask('DELETE', '/sessions/current', { headers: accounts.page(cookie) })
    const { status, headers, json } = await accounts.ask('GET', '/lab', { headers: { cookie } })
    expect([status, json.accounts, json.account]).toEqual([200, true, undefined])
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-wirelab-\d+-account=; Max-Age=0/) as string,
      expect.stringMatching(/^__Host-wirelab-\d+=[\w-]{22};/) as string,
    ])
  })
})

describe('W7 tickets', () => {
  /** @returns the status of a refused upgrade, or the close code after `PUBLISH` was tried. */
  function upgrade(ticket: string, headers: Record<string, string> = {}): Promise<string> {
    const socket = new WebSocket(
      `wss://localhost:${accounts.lab.port}/feed/wss`,
      ['wirelab.v1', `wirelab.ticket.${ticket}`],
      { ca: accounts.lab.authority!.ca, headers },
    )
    return new Promise((resolve) => {
      socket.on('unexpected-response', (_, { statusCode }) => resolve(String(statusCode)))
      socket.on('error', () => undefined) // the answer before it says why
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as object
        if ('hello' in message) socket.send('{"publish":{"type":"note","data":1}}')
        else if ('ack' in message) {
          resolve(`ack by ${socket.protocol}`)
          socket.terminate()
        }
      })
    })
  }
  const fresh = async (headers: Record<string, string> = basic('ann')) =>
    (await accounts.ask('POST', '/tickets', { headers })).json.ticket as string

  test('W7 one opens one WebSocket, which may publish; it is not echoed', async () => {
    const ticket = await fresh()
    expect(await upgrade(ticket)).toBe('ack by wirelab.v1')
    expect(await upgrade(ticket)).toBe('401')
  })
  test('W7 after 30 s: 401', async () => {
    const ticket = await fresh()
    accounts.advance(30_000)
    expect(await upgrade(ticket)).toBe('401')
  })
  test('W7 made up, cut, of somebody else: 401', async () => {
    const ticket = await fresh()
    const [id] = ticket.split('.')
    expect(await upgrade(`${id}.AAAAAAAAAAAAAAAAAAAAAA`)).toBe('401')
    expect(await upgrade(ticket.slice(0, -1))).toBe('401')
    expect(await upgrade('x')).toBe('401')
    expect(await upgrade(ticket, accounts.page(await accounts.logIn('bob')))).toBe('401')
  })
  test('W7 of a session that has ended: 401', async () => {
    const cookie = await accounts.logIn('ann')
    const ticket = await fresh(accounts.page(cookie))
    await accounts.ask('DELETE', '/sessions/current', { headers: accounts.page(cookie) })
    expect(await upgrade(ticket)).toBe('401')
  })
  test('W7 from another site: 403; in a URL: 400', async () => {
    expect(await upgrade(await fresh(), { origin: 'https://evil.example' })).toBe('403')
    expect(codeOf(await accounts.ask('GET', `/feed/polling?ticket=${await fresh()}`))).toBe('400 bad_parameter')
  })
  test('W7 without an account there is none', async () => {
    expect(codeOf(await accounts.ask('POST', '/tickets'))).toBe('401 unauthorized')
  })
})

describe('I17 a restart', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'wirelab-restart-'))))
  afterAll(() => rm(folder, { recursive: true }))

  /** @returns the status of a session from before it. */
  async function restarted(path: string, meanwhile: (lab: TestAccounts) => Promise<unknown>): Promise<number> {
    const before = await startWithAccounts({ path })
    await before.signUp('ann')
    const value = (await before.logIn('ann')).split('=')[1]!
    await meanwhile(before)
    await before.close()
    const after = await startWithAccounts({ path })
    const cookie = `__Host-wirelab-${after.lab.port}-account=${value}` // named after the port, which another lab has now
    const { status } = await after.ask('GET', '/users/me', { headers: { cookie } })
    await after.close()
    return status
  }

  test('I17 keeps who is logged in', async () => {
    expect(await restarted(join(folder, 'kept.db'), async () => undefined)).toBe(200)
  })
  test('I17 with the clock set back brings back no session that had ended', async () => {
    const status = await restarted(join(folder, 'back.db'), async (lab) => {
      lab.advance(13 * 3_600_000)
      await lab.signUp('late') // the last that was written down of that time
    })
    expect(status).toBe(401)
  })
})

test('with --sign-up key accounts are made with the key only', async () => {
  const closed = await startWithAccounts({ signUp: 'key' })
  expect(codeOf(await closed.signUp('ann'))).toBe('401 unauthorized')
  const headers = { authorization: `Bearer ${closed.lab.publishKey}` }
  expect((await closed.ask('POST', '/users', { body: { name: 'ann', password: PASSWORD }, headers })).status).toBe(201)
  expect(await closed.logIn('ann')).not.toBe('')
  await closed.close()
})

test('a lab without accounts knows none of it: 404, and HTTP Basic is no key', async () => {
  const plain = await startWithAccounts({}, { accounts: undefined as never })
  for (const path of ['/users', '/sessions', '/tickets', '/resets'])
    expect(codeOf(await plain.ask('POST', path, { body: {} }))).toBe('404 not_found')
  const answer = await plain.ask('GET', '/feed/polling', { headers: basic('ann') })
  expect([codeOf(answer), answer.headers['www-authenticate']]).toEqual(['401 unauthorized', 'Bearer realm="wirelab"'])
  await plain.close()
})
