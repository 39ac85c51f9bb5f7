// Who reaches the servers of the range, and by which name; and what its victim's pages may be asked for.
import { once } from 'node:events'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WEAK } from '../src/range/attacks/guesses.ts'
import { relay } from '../src/range/relay.ts'
import { rangeRoom } from '../src/range/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startTestLab } from './lab.ts'

interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string
}

let lab: Lab
/** Of the target, the attacker and the port without TLS. */
const ports = { target: 0, attacker: 0, plain: 0 }
let page: Record<string, string>

beforeAll(async () => {
  lab = await startTestLab({ range: rangeRoom })
  ports.target = Number(new URL(lab.target!).port)
  const { headers } = await ask(lab.port, '/lab')
  page = { cookie: headers['set-cookie']![0]!.split(';')[0]!, origin: lab.url }
  const told = await state()
  ports.attacker = Number(new URL(told.sibling).port)
  const { answered } = await victimPage('plain-http')
  ports.plain = Number(/localhost:(\d+)\//.exec(answered)![1])
})
afterAll(async () => {
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

async function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const own = { host: '127.0.0.1', servername: 'localhost', port, path, method, agent: false as const }
  const asking = (port === ports.plain && port > 0 ? requestHttp : requestHttps)({
    ...{ ...own, ca: lab.authority!.ca },
    headers: { host: `localhost:${port}`, ...json, ...headers },
  })
  const [answer] = (await once(asking.end(body), 'response')) as [import('node:http').IncomingMessage]
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) }
}
interface Told {
  sibling: string
  attacks: { slug: string; run: { over: boolean; succeeded: boolean; seen: string[]; failed?: string } | null }[]
}
const state = async () => JSON.parse((await ask(lab.port, '/lab/range', { headers: page })).text) as Told
const runOf = async (slug: string) => (await state()).attacks.find((each) => each.slug === slug)!.run
/** Begins a run. */
const victimPage = async (slug: string) => ({ answered: (await ask(ports.target, `/lab/victim/${slug}`)).text })
const switches = (changes: object) =>
  ask(lab.port, '/lab/range/defences', { method: 'PUT', headers: page, body: JSON.stringify(changes) })
async function asVictim() {
  const origin = `https://localhost:${ports.target}`
  const body = JSON.stringify({ name: 'victim', password: WEAK })
  const { status, headers } = await ask(ports.target, '/sessions', { method: 'POST', headers: { origin }, body })
  expect(status).toBe(201)
  return { origin, cookie: headers['set-cookie']!.map((each) => each.split(';')[0]).join('; ') }
}

describe('a name of somebody else, which leads to this machine (DNS rebinding)', () => {
  test.each(['target', 'attacker', 'plain'] as const)('is 421 at the %s', async (name) => {
    await victimPage('plain-http')
    for (const host of [`evil.example:${ports[name]}`, 'evil.example'])
      expect([host, (await ask(ports[name], '/', { headers: { host } })).status]).toEqual([host, 421])
    expect((await ask(ports[name], '/')).status).not.toBe(421)
    if (name !== 'plain') expect((await runOf('plain-http'))!.succeeded).toBe(false)
  })
  test('wins nothing at the port without TLS, nor does a page that only fetches from it; a visit does', async () => {
    await victimPage('plain-http')
    await ask(ports.plain, '/', { headers: { host: `evil.example:${ports.plain}` } })
    await ask(ports.plain, '/', { headers: { 'sec-fetch-mode': 'cors' } })
    expect(await runOf('plain-http')).toMatchObject({ over: false, succeeded: false })
    await ask(ports.plain, '/', { headers: { 'sec-fetch-mode': 'navigate' } })
    expect(await runOf('plain-http')).toMatchObject({ over: true, succeeded: true })
  })
})

describe('the victim’s pages', () => {
  test.each(['ready', 'seen', 'won', 'over'])('nobody else may say %s for them', async (what) => {
    await victimPage('xss')
    const path = `/lab/victim/xss/${what}`
    expect((await ask(ports.target, path, { method: 'POST', body: '{"line":"I won"}' })).status).toBe(401)
    const { cookie } = await asVictim()
    expect((await ask(ports.target, path, { method: 'POST', headers: { cookie }, body: '{}' })).status).toBe(403)
    expect(await runOf('xss')).toMatchObject({ over: false, succeeded: false, seen: [] })
  })

  test('who asks for more than the attacker may publish is told so, and nothing counts as unexpected', async () => {
    const headers = await asVictim()
    const path = '/lab/victim/xss/ready'
    const codes: (number | undefined)[] = []
    for (let n = 0; n < 12; n++)
      codes.push((await ask(ports.target, path, { method: 'POST', headers, body: '{}' })).status)
    expect([codes[0], codes.at(-1)]).toEqual([200, 429])
    expect(lab.metrics.uncaught).toBe(0)
  })

  test('a login that fails ends the run as one that was not made', async () => {
    await victimPage('hijack')
    const headers = { origin: lab.target! }
    const body = '{"line":"the target answered 429 to the victim’s login"}'
    expect((await ask(ports.target, '/lab/victim/hijack/failed', { method: 'POST', headers, body })).status).toBe(204)
    expect(await runOf('hijack')).toMatchObject({ over: true, succeeded: false })
    expect((await runOf('hijack'))!.failed).toContain('429')
  })

  test('the naive stream is for the victim, whatever is published in it', { timeout: 60_000 }, async () => {
    await switches({ encoding: false })
    const headers = await asVictim()
    expect((await ask(ports.target, '/lab/naive')).status).toBe(401)
    const streaming = requestHttps({
      ...{ host: '127.0.0.1', servername: 'localhost', port: ports.target, path: '/lab/naive', ca: lab.authority!.ca },
      headers: { host: `localhost:${ports.target}`, ...headers },
      agent: false,
    }).end()
    const [answer] = (await once(streaming, 'response')) as [import('node:http').IncomingMessage]
    let read = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => (read += chunk))
    for (const data of ['null', '7', '{"text":"hello"}']) {
      const body = `{"type":"note","data":${data}}`
      expect((await ask(ports.target, '/feed', { method: 'POST', headers, body })).status).toBe(201)
    }
    await expect.poll(() => read, { timeout: 20_000 }).toMatch(/data: null\n\n.*data: null\n\n.*data: hello\n\n/s)
    answer.destroy()
    await switches({ encoding: true })
    expect(lab.metrics.uncaught).toBe(0)
  })
})

describe('turning and attacking', () => {
  test('exclude each other; a page’s run that was under way has ended', { timeout: 60_000 }, async () => {
    await victimPage('hijack')
    const turning = switches({ schema: false })
    const attack = () => ask(lab.port, '/lab/range/attacks/subprotocol', { method: 'POST', headers: page })
    const codes = new Set<number | undefined>()
    let isOver = false
    const turned = turning.finally(() => (isOver = true))
    // As often as there is time for: the first that comes while the switch is being turned must not begin.
    while (!isOver && !codes.has(409)) {
      const { status } = await attack()
      codes.add(status)
      if (status === 202) break
    }
    await turned
    expect([...codes]).toEqual([409])
    expect(await runOf('hijack')).toMatchObject({ over: true, failed: 'a switch was turned meanwhile' })
    expect((await attack()).status).toBe(202)
    expect((await switches({ schema: true })).status).toBe(409)
    await expect.poll(async () => (await runOf('subprotocol'))!.over, { timeout: 40_000 }).toBe(true)
    expect((await runOf('subprotocol'))!.failed).toBeUndefined()
    expect((await switches({ schema: true })).status).toBe(200)
  })
})

test('bytes that are no ClientHello end their own connection on the way, and nothing else', async () => {
  const way = await relay(ports.target, ({ bytes }) => bytes)
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(20_000, 1),
    Buffer.from([22, 3, 1, 0, 1, 1]),
  ]) {
    const socket = connect(way.port, '127.0.0.1').on('error', () => undefined)
    socket.write(bytes)
    await once(socket, 'close')
  }
  way.close()
})
