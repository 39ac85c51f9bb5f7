// FAULTS I19: what a session or an account lets in goes with it. Each way to end one, on each transport: closed within 1 s, then refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import { PASSWORD, basic, codeOf, startWithAccounts } from './accounts.ts'
import type { TestAccounts } from './accounts.ts'
import { follow, httpVersions, open, publish } from './lab.ts'
import type { Follower } from './lab.ts'

const SESSION_MS = 3_600_000
let accounts: TestAccounts
beforeAll(async () => {
  const limits = { sessionMs: SESSION_MS, sessionIdleMs: 600_000, waitSeconds: 60, linesPerAddress: 1000 }
  accounts = await startWithAccounts({}, { limits, auth: 'required' })
})
afterAll(() => accounts.close())

let made = 0
async function newcomer(): Promise<{ name: string; cookie: string }> {
  const name = `user${++made}`
  expect((await accounts.signUp(name)).status).toBe(201)
  return { name, cookie: await accounts.logIn(name) }
}
const key = () => ({ authorization: `Bearer ${accounts.lab.publishKey}` })
type Who = Awaited<ReturnType<typeof newcomer>>
const withCookie = ({ cookie }: Who) => accounts.page(cookie)

const ends: [name: string, act: (who: Who) => Promise<unknown>][] = [
  ['logout', ({ cookie }) => accounts.ask('DELETE', '/sessions/current', { headers: accounts.page(cookie) })],
  [
    'being ended from another browser',
    async ({ name, cookie }) => {
      const other = await accounts.logIn(name)
      const { json } = await accounts.ask('GET', '/sessions', { headers: { cookie } })
      const { id } = (json.sessions as { id: string; current: boolean }[]).find(({ current }) => current)!
      return accounts.ask('DELETE', `/sessions/${id}`, { headers: accounts.page(other) })
    },
  ],
  [
    'a change of the password',
    ({ name }) => {
      const body = { current: PASSWORD, password: 'another password' }
      return accounts.ask('PUT', '/users/me/password', { body, headers: basic(name) })
    },
  ],
  [
    'a reset of the password',
    async ({ name }) => {
      const sent = accounts.letters.length
      await accounts.ask('POST', '/resets', { body: { name } })
      await expect.poll(() => accounts.letters.length).toBe(sent + 1)
      const body = { token: accounts.token(), password: 'another password' }
      return accounts.ask('PUT', '/users/me/password', { body })
    },
  ],
  ['deletion', ({ name }) => accounts.ask('DELETE', '/users/me', { headers: basic(name) })],
  [
    'another role',
    ({ name }) => accounts.ask('PUT', `/users/${name}/role`, { body: { role: 'reader' }, headers: key() }),
  ],
  ['its time', async () => accounts.advance(SESSION_MS)],
]

/** What the client says when the server has closed for good. */
const lastWords: Record<TransportName, RegExp> = {
  polling: /HTTP 401/,
  'long-polling': /HTTP 401/,
  sse: /HTTP 401/,
  wss: /closed with 4401 \(this session has ended\)/,
}

describe.each(ends)('I19 %s ends', (_, act) => {
  test.each(transportNames)('%s, and nothing more is delivered', async (transport) => {
    const who = await newcomer()
    const lane = follow(accounts.lab, { transport, headers: withCookie(who) })
    await open(lane)
    const [seen] = await publish(accounts.lab, 1)
    await lane.until(() => lane.events.some(({ id }) => id === seen!.id), 'an event before the end')
    const got = lane.events.length
    const answer = (await act(who)) as { status?: number } | undefined
    expect(answer?.status ?? 204).toBe(204)
    const endedAt = performance.now()
    // SSE is ended at once; its client comes back after `retry`, to be told 401.
    await lane.until(() => lane.states.at(-1) !== 'open', 'the line to end', 1000)
    const elapsed = performance.now() - endedAt
    await publish(accounts.lab, 3)
    await lane.until(() => lane.states.at(-1) === 'closed', 'the last word', 5000)
    expect(String(lane.causes.at(-1))).toMatch(lastWords[transport])
    expect(lane.events).toHaveLength(got)
    expect(elapsed).toBeLessThan(1000)
    await lane.close()
  })
})

describe.each(httpVersions)('I19 over HTTP/%s', (http) => {
  test('a held long poll is answered at once, without events', async () => {
    const who = await newcomer()
    const asked = accounts.ask('GET', '/feed/long-polling?wait=60', { headers: withCookie(who) })
    const lane = follow(accounts.lab, { transport: 'long-polling', http, headers: withCookie(who) })
    await expect.poll(() => held()).toBeGreaterThanOrEqual(2)
    await accounts.ask('DELETE', '/sessions/current', { headers: withCookie(who) })
    const { status, json } = await asked
    expect([status, json.events]).toEqual([200, []])
    await lane.until(() => lane.states.at(-1) === 'closed', 'the last word')
    await lane.close()
  })

  test('lines of others go on', async () => {
    const [one, other] = [await newcomer(), await newcomer()]
    const lanes: Follower[] = transportNames.map((transport) =>
      follow(accounts.lab, { transport, http, headers: withCookie(other) }),
    )
    const basics = transportNames.map((transport) =>
      follow(accounts.lab, { transport, http, headers: basic(one.name) }),
    )
    await Promise.all([...lanes, ...basics].map(open))
    await accounts.ask('DELETE', '/sessions/current', { headers: withCookie(one) })
    const [event] = await publish(accounts.lab, 1)
    // HTTP Basic is no session: a logout elsewhere does not end it, but a change of the password does.
    for (const lane of [...lanes, ...basics])
      await lane.until(() => lane.events.some(({ id }) => id === event!.id), 'the event after it')
    const body = { current: PASSWORD, password: 'another password' }
    await accounts.ask('PUT', '/users/me/password', { body, headers: basic(one.name) })
    for (const lane of basics) await lane.until(() => lane.states.at(-1) === 'closed', 'the end of Basic')
    expect(lanes.map(({ states }) => states.at(-1))).toEqual(['open', 'open', 'open', 'open'])
    await Promise.all([...lanes, ...basics].map((lane) => lane.close()))
  })
})

test('I19 a WebSocket opened with a ticket ends with the session that asked for it', async () => {
  const who = await newcomer()
  const { json } = await accounts.ask('POST', '/tickets', { headers: withCookie(who) })
  const { lab } = accounts
  const offered = ['wirelab.v1', `wirelab.ticket.${json.ticket as string}`]
  const socket = new WebSocket(`wss://localhost:${lab.port}/feed/wss`, offered, { ca: lab.authority!.ca })
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  await accounts.ask('DELETE', '/sessions/current', { headers: withCookie(who) })
  expect(await closed).toBe(4401)
})

test('I19 a session that is not used ends; one with an open line goes on', async () => {
  const [idle, busy] = [await newcomer(), await newcomer()]
  const lane = follow(accounts.lab, { transport: 'wss', headers: withCookie(busy) })
  await open(lane)
  for (let n = 0; n < 4; n++) {
    accounts.advance(200_000) // a third of what it may be idle
    await new Promise((resolve) => setTimeout(resolve, 700)) // open lines are looked at twice a second
  }
  const statusOf = async (who: Who) => (await accounts.ask('GET', '/users/me', { headers: withCookie(who) })).status
  expect([await statusOf(idle), await statusOf(busy)]).toEqual([401, 200])
  expect(lane.states.at(-1)).toBe('open')
  await lane.close()
})

test('with --auth required a guest reads nothing, an account does, on each transport', async () => {
  const { cookie } = await newcomer()
  const guest = await accounts.ask('GET', '/lab')
  expect([guest.headers['set-cookie'], guest.json.auth]).toEqual([undefined, 'required'])
  for (const path of ['/feed', ...transportNames.map((name) => `/feed/${name}`)]) {
    expect(codeOf(await accounts.ask('GET', path))).toBe('401 unauthorized')
    if (!/sse|wss|long/.test(path))
      expect((await accounts.ask('GET', path, { headers: { cookie } })).status, 'the page names no Origin').toBe(200)
  }
  expect((await accounts.ask('GET', '/lab', { headers: { cookie } })).json.account).toEqual({
    name: expect.stringMatching(/^user\d+$/) as string,
    role: 'user',
  })
})

test('I19 a held long poll is not answered with what waits in an open window (batchMs) either', async () => {
  const own = await startWithAccounts({}, { limits: { batchMs: 1000, waitSeconds: 60 }, auth: 'required' })
  await own.signUp('ann')
  let isWithin = false
  for (let tries = 0; tries < 5 && !isWithin; tries++) {
    const headers = own.page(await own.logIn('ann'))
    const asked = own.ask('GET', '/feed/long-polling?wait=60', { headers })
    await expect.poll(() => held(own)).toBe(1)
    const { tail } = own.lab.feed
    const startedAt = performance.now()
    await publish(own.lab, 1)
    expect((await own.ask('DELETE', '/sessions/current', { headers })).status).toBe(204)
    isWithin = performance.now() - startedAt < 900 // else it may have been answered before
    const { json } = await asked
    if (isWithin) expect([json.cursor, json.events]).toEqual([tail, []])
  }
  expect(isWithin).toBe(true)
  await own.close()
})

/** Requests that wait for their answers. */
async function held(at = accounts): Promise<number> {
  const { text } = await at.ask('GET', '/metrics')
  return Number(/^wirelab_requests_open\{path="\/feed\/long-polling"\} (\d+)$/m.exec(text)?.[1] ?? 0)
}
