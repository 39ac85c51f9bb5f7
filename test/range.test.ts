// The range beside a lab: its switches reach its own target and nothing else, and nobody but the lab's page turns them.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accountRoom } from '../src/accounts/room.ts'
import { defaults, rangeOf } from '../src/core/limits.ts'
import type { LimitName } from '../src/core/limits.ts'
import { WEAK } from '../src/range/attacks/guesses.ts'
import { defenceNames } from '../src/range/attack.ts'
import { attacks } from '../src/range/attacks.ts'
import { defences } from '../src/range/defences.ts'
import { rangeRoom } from '../src/range/room.ts'
import { runs } from '../src/range/runs.ts'
import type { Lab } from '../src/server/start.ts'
import { nodePlatform } from '../transports/platform.ts'
import { startTestLab } from './lab.ts'

interface Told {
  target: string
  sibling: string
  stranger: string
  defences: { name: string; on: boolean }[]
  attacks: { slug: string; page: string | null; run: { over: boolean } | null }[]
  error?: { code: string }
}

let lab: Lab
let platform: ReturnType<typeof nodePlatform>
let cookie: string
const EVIL = { origin: 'https://evil.example' }
const SWITCHES = '/lab/range/defences'

beforeAll(async () => {
  lab = await startTestLab({ range: rangeRoom, accounts: accountRoom({ path: ':memory:', cost: 4 }) })
  platform = nodePlatform({ ca: lab.authority!.ca })
  const answer = await platform.fetch(`${lab.url}/lab`)
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  await answer.body?.cancel()
})
afterAll(async () => {
  await platform.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

const asPage = () => ({ cookie, origin: lab.url })
async function ask(method: string, url: string, headers: Record<string, string> = {}, body?: string) {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await platform.fetch(url, {
    method,
    headers: { ...type, ...headers },
    ...(body !== undefined && { body }),
  })
  const text = await answer.text()
  const json = (text.startsWith('{') ? JSON.parse(text) : {}) as Told
  return { status: answer.status, headers: answer.headers, json }
}
const turn = (changes: object) => ask('PUT', lab.url + SWITCHES, asPage(), JSON.stringify(changes))
const all = (on: boolean) => turn(Object.fromEntries(defences.map(({ name }) => [name, on])))

describe('the lists', () => {
  test('each defence holds an attack back, and each attack names its defences, a source and why', () => {
    expect(new Set(attacks.flatMap((each) => each.defences))).toEqual(new Set(defences.map(({ name }) => name)))
    expect(defences.map(({ name }) => name).toSorted()).toEqual(defenceNames.toSorted())
    expect(new Set(attacks.map(({ slug }) => slug)).size).toBe(attacks.length)
    for (const { slug, source, why, from, run } of attacks) {
      expect(slug).toMatch(/^[a-z][a-z-]+$/)
      expect(source.url).toMatch(/^https:/)
      expect(why.length).toBeGreaterThan(0)
      expect(run !== undefined).toBe(from === 'socket')
    }
  })
})

describe('a lab without it', () => {
  let plain: Lab
  let own: ReturnType<typeof nodePlatform>
  beforeAll(async () => {
    plain = await startTestLab()
    own = nodePlatform({ ca: plain.authority!.ca, headers: { authorization: `Bearer ${plain.publishKey}` } })
  })
  afterAll(async () => {
    await own.close()
    expect(await plain.close()).toEqual({ forced: false })
  })

  test.each([
    ['GET', '/lab/range'],
    ['PUT', SWITCHES],
    ['POST', '/lab/range/attacks/hijack'],
    ['GET', '/lab/victim/hijack'],
    ['GET', '/lab/naive'],
    ['GET', '/src/range/pages/naive.ts'],
  ])('has no %s %s', async (method, path) => {
    const answer = await own.fetch(plain.url + path, { method, ...(method === 'PUT' && { body: '{"origin":false}' }) })
    expect([answer.status, ((await answer.json()) as Told).error!.code]).toEqual([404, 'not_found'])
  })

  test('says so to its page', async () => {
    expect(await (await own.fetch(`${plain.url}/lab`)).json()).toMatchObject({ range: false })
  })
})

describe('who may turn a switch', () => {
  test('the lab’s own page', async () => {
    const { status, json } = await turn({ origin: false })
    expect(status).toBe(200)
    expect(json.defences.filter(({ on }) => !on).map(({ name }) => name)).toEqual(['origin'])
    await all(true)
  })

  test.each<[string, () => Record<string, string>, number]>([
    ['nobody', () => ({}), 401],
    ['a page of another origin, with the cookie', () => ({ cookie, ...EVIL }), 403],
    ['a page of the range itself', () => ({ cookie, origin: lab.target! }), 403],
    ['a cookie without an Origin', () => ({ cookie }), 403],
  ])('not %s', async (_, headers, status) => {
    expect((await ask('PUT', lab.url + SWITCHES, headers(), '{"origin":false}')).status).toBe(status)
    expect((await ask('POST', `${lab.url}/lab/range/attacks/hijack`, headers())).status).toBe(status)
    const { json } = await ask('GET', `${lab.url}/lab/range`, asPage())
    expect(json.defences.every(({ on }) => on)).toBe(true)
  })

  test('to look needs the page’s session', async () => {
    expect((await ask('GET', `${lab.url}/lab/range`)).status).toBe(401)
  })

  test.each(['{"origin":"off"}', '{"orijin":false}', '[]', '{"__proto__":false}'])('not to %s', async (body) => {
    expect((await ask('PUT', lab.url + SWITCHES, asPage(), body)).status).toBe(400)
  })

  test('an attack by a page is not made by the lab', async () => {
    const { status, json } = await ask('POST', `${lab.url}/lab/range/attacks/hijack`, asPage())
    expect([status, json.error!.code]).toEqual([404, 'no_attack'])
  })
})

describe('with every switch off', () => {
  beforeAll(async () => void (await all(false)))
  afterAll(async () => void (await all(true)))
  afterEach(() => expect(lab.limits).toEqual(defaults))

  const key = () => ({ authorization: `Bearer ${lab.publishKey}` })
  const note = '{"type":"note","data":1}'

  test('the target is open: a foreign Origin gets an answer that it may read', async () => {
    const { status, headers } = await ask('GET', `${lab.target}/limits`, EVIL)
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, EVIL.origin])
    expect(headers.get('strict-transport-security')).toBe('max-age=0; includeSubDomains')
  })

  test('the lab is not: a foreign Origin is 403, and named in no header', async () => {
    for (const path of ['/', '/feed/polling', '/feed/sse', '/limits', '/lab/range']) {
      const { status, headers } = await ask('GET', lab.url + path, { ...EVIL, cookie })
      expect([path, status, headers.get('access-control-allow-origin')]).toEqual([path, 403, null])
    }
    expect((await ask('POST', `${lab.url}/feed`, { ...EVIL, ...key() }, note)).status).toBe(403)
    const crossSite = { cookie, origin: lab.url, 'sec-fetch-site': 'cross-site' }
    expect((await ask('POST', `${lab.url}/feed`, crossSite, note)).status).toBe(403)
  })

  test('the lab’s cookie, policy, HSTS and limits are what they were', async () => {
    const { headers } = await ask('GET', lab.url)
    expect(headers.get('set-cookie')).toMatch(/; HttpOnly; Secure; SameSite=Strict$/)
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
    expect((await ask('GET', `${lab.url}/limits`)).json).toEqual({ ...defaults })
  })

  test('the lab publishes JSON only, and has no naive stream', async () => {
    const text = { ...key(), 'content-type': 'text/plain' }
    expect((await ask('POST', `${lab.url}/feed`, text, note)).status).toBe(415)
    expect((await ask('GET', `${lab.url}/lab/naive`, key())).status).toBe(404)
  })

  test('the accounts of the target are none of the lab’s', async () => {
    const login = JSON.stringify({ name: 'victim', password: WEAK })
    expect((await ask('POST', `${lab.target}/sessions`, {}, login)).status).toBe(201)
    expect((await ask('POST', `${lab.url}/sessions`, {}, login)).status).toBe(401)
  })
})

describe('where there is none', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1'])('not beside a lab on %s, whoever starts it', async (host) => {
    await expect(startTestLab({ host, range: rangeRoom })).rejects.toThrow(/the range is for this machine alone/)
  })
  test('not where no ports are left', async () => {
    await expect(startTestLab({ port: 65_533, range: rangeRoom })).rejects.toThrow(/needs the 3 ports after the lab’s/)
  })
})

describe('`--limit` of a lab reaches no “off” of the range', () => {
  const bounds = defences.flatMap(({ name, off }) =>
    Object.entries(off.limits ?? {}).map((each) => [name, ...each] as const),
  )
  test.each(bounds)('%s: %s=%d', (_, limit, value) => {
    const [min, max] = rangeOf(limit as LimitName)
    expect(value < min || value > max).toBe(true)
    expect(defaults[limit as LimitName]).toBeGreaterThanOrEqual(min)
  })
  test('of five defences', () => expect(new Set(bounds.map(([name]) => name)).size).toBe(5))
})

describe('an attack that was not made is neither held back nor a success', () => {
  const made = () => {
    const results = runs(() => now)
    results.begin('xss', [])
    return results
  }
  let now = 0
  test('it could not be made', () => {
    const results = made()
    results.fail('xss', 'the line was cut')
    expect(results.of('xss')).toMatchObject({ over: true, succeeded: false, failed: 'the line was cut' })
    results.fail('xss', 'later')
    expect(results.of('xss')!.failed).toBe('the line was cut')
  })
  test('nothing more was heard of it', () => {
    const results = made()
    now += 41_000
    expect(results.of('xss')).toMatchObject({ over: true, failed: 'nothing more was heard of it' })
  })
  test('it had its loot already: then it succeeded', () => {
    const results = made()
    results.win('xss', 'loot')
    results.failAll('a switch was turned meanwhile')
    expect(results.of('xss')).toMatchObject({ over: true, succeeded: true })
    expect(results.of('xss')!.failed).toBeUndefined()
  })
  test('nothing of it came to the target, and something did', async () => {
    const results = made()
    results.endIn(0, 'xss', 'nothing was published', 'it did not get there')
    await expect.poll(() => results.of('xss')).toMatchObject({ over: true, failed: 'it did not get there', seen: [] })
    results.begin('xss', [])
    results.arrive('POST /feed → 403')
    results.endIn(0, 'xss', 'nothing was published', 'it did not get there')
    await expect.poll(() => results.of('xss')!.seen).toEqual(['nothing was published'])
    expect(results.of('xss')!.failed).toBeUndefined()
  })
})

describe('what is told of an attack is bounded', () => {
  test('lines, their length, and how long it lasts', () => {
    let now = 0
    const results = runs(() => now)
    results.begin('xss', ['text'])
    for (let n = 0; n < 1000; n++) results.win('xss', `${n} ${'x'.repeat(10_000)}`)
    expect(results.of('xss')!.seen).toHaveLength(40)
    expect(results.of('xss')!.seen[0]).toHaveLength(300)
    expect(results.isOpen('xss')).toBe(true)
    now = 41_000
    expect(results.of('xss')).toMatchObject({ over: true, succeeded: true })
    results.see('hijack', 'nobody began this one')
    expect(results.of('hijack')).toBeUndefined()
  })

  test('the attacker’s server takes 2 KiB and no more, of attacks that there are', async () => {
    const { json } = await ask('GET', `${lab.url}/lab/range`, asPage())
    const report = (what: string, body: string) => ask('POST', `${json.sibling}/report/${what}`, {}, body)
    expect((await report('xss/won', '{"line":"x"}')).status).toBe(204)
    expect((await report('xss/won', JSON.stringify({ line: 'x'.repeat(3000) }))).status).toBe(413)
    expect((await report('xss/other', '{}')).status).toBe(400)
    expect((await report('xss/won', 'no JSON')).status).toBe(400)
    expect((await ask('GET', `${json.sibling}/attack/nothing`)).status).toBe(404)
  })
})
