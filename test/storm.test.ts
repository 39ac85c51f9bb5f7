// Storms where not everything is as usual: other names and addresses, a lab that wants its key, doors that will not have them, and an end.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { StormOrder } from '../src/lab/settings.ts'
import { startStorm } from '../src/lab/storm/storm.ts'
import type { StormState } from '../src/lab/storm/storm.ts'
import { nodePlatform } from '../transports/platform.ts'
import type { TransportName } from '../transports/clients.ts'
import { afterwards, labWithBenches } from './benches.ts'
import { sleep, startTestLab } from './lab.ts'

const order = (transport: TransportName, clients = 5): StormOrder => ({
  ...{ transport, lane: transport, clients, jitter: false },
})

/** Looks until it is over, 20 s at most. */
async function theEnd(look: () => Promise<StormState | null> | StormState): Promise<StormState> {
  for (let n = 0; n < 400; n++) {
    const storm = await look()
    if (storm && ['done', 'failed'].includes(storm.phase)) return storm
    await sleep(50)
  }
  throw new Error('the storm does not end')
}

async function elsewhere(...names: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'wirelab-test-storm-'))
  afterwards(() => rm(folder, { recursive: true }))
  return openAuthority(folder, names)
}

test.each([
  ['sse', '1.1'],
  ['sse', '2'],
  ['polling', '1.1'],
  ['long-polling', '2'],
  ['wss', '1.1'],
] as const)('%s over HTTP/%s where reading needs the key', { timeout: 30_000 }, async (transport, http) => {
  const { ask, bench } = await labWithBenches({ auth: 'required' })
  const { id, state, set } = await bench()
  await set(transport, { http })
  expect((await ask('POST', `bench/${id}/storm`, order(transport))).status).toBe(202)
  expect(await theEnd(async () => (await state()).storm)).toMatchObject({ phase: 'done', back: 5 })
})

test('by the name that the page uses, with a certificate for that name only', { timeout: 30_000 }, async () => {
  const { ca, leaf } = await elsewhere('lab.example')
  const lab = await startTestLab({ credentials: leaf, names: ['lab.example'], lab: benchRoom() })
  afterwards(() => lab.close().then((closed) => expect(closed).toEqual({ forced: false })))
  const ask = (method: string, path: string, body = '') =>
    new Promise<unknown>((resolve, reject) => {
      const headers = {
        ...{ host: `lab.example:${lab.port}`, authorization: `Bearer ${lab.publishKey}` },
        ...(body !== '' && { 'content-type': 'application/json' }),
      }
      const to = { host: '127.0.0.1', port: lab.port, servername: 'lab.example', ca, agent: false } as const
      const asked = request({ ...to, method, path: `/lab/bench${path}`, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part))
        answer.once('end', () => resolve(JSON.parse(text)))
      })
      asked.once('error', reject).end(body)
    })
  const { id } = (await ask('POST', '')) as { id: string }
  expect(await ask('POST', `/${id}/storm`, JSON.stringify(order('sse')))).toMatchObject({ phase: 'opening' })
  const look = async () => ((await ask('GET', `/${id}`)) as { storm: StormState }).storm
  expect(await theEnd(look)).toMatchObject({ phase: 'done', back: 5 })
})

test('on another address of this machine (IPv6)', { timeout: 30_000 }, async ({ skip }) => {
  const lab = await startTestLab({ host: '::1', lab: benchRoom() }).catch(() => undefined)
  if (!lab) return skip('there is no IPv6 here')
  const platform = nodePlatform({ ca: lab.authority!.ca, headers: { authorization: `Bearer ${lab.publishKey}` } })
  afterwards(() => lab.close().then((closed) => expect(closed).toEqual({ forced: false })))
  afterwards(() => platform.close())
  const bench = `${lab.url}/lab/bench`
  const { id } = (await (await platform.fetch(bench, { method: 'POST' })).json()) as { id: string }
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(order('wss'))
  expect((await platform.fetch(`${bench}/${id}/storm`, { method: 'POST', headers, body })).status).toBe(202)
  const look = async () => ((await (await platform.fetch(`${bench}/${id}`)).json()) as { storm: StormState }).storm
  expect(await theEnd(look)).toMatchObject({ phase: 'done', back: 5 })
})

test.each([
  ['a certificate of nobody it trusts', {}, /certificate/],
  ['a certificate of another name', { name: 'lab.example' }, /lab\.example/],
  ['another version of TLS', { tls: '1.2' }, /protocol version/i],
  ['a Host that is not the lab’s', { authority: 'lab.example' }, /421/],
  ['no key', {}, /401/],
] as const)('%s: it ends at once, and says so', { timeout: 30_000 }, async (what, change, why) => {
  const { lab, bench } = await labWithBenches({ auth: 'required' })
  const { door, set } = await bench()
  await set('sse', { tls: '1.3' })
  const { port } = await door('sse')
  const storm = startStorm(order('sse'), {
    ...{ port, host: '127.0.0.1', name: 'localhost', authority: `localhost:${port}`, http: '1.1', tls: '1.3' },
    ca: what.endsWith('trusts') ? (await elsewhere('localhost')).ca : lab.authority!.ca,
    ...change,
  })
  afterwards(() => storm.end())
  expect(await theEnd(() => storm.state)).toMatchObject({
    phase: 'failed',
    open: 0,
    why: expect.stringMatching(why) as string,
  })
})

test('while nobody can open a line it says why, and goes on trying', { timeout: 30_000 }, async () => {
  const { lab, bench } = await labWithBenches()
  const { fault, door } = await bench()
  const { port } = await door('sse')
  const storm = startStorm(order('sse'), {
    ...{ port, host: '127.0.0.1', name: 'localhost', authority: `localhost:${port}`, http: '1.1', tls: '1.3' },
    ca: lab.authority!.ca,
  })
  afterwards(() => storm.end())
  await fault('sse', 'restart')
  const closed = startStorm(order('sse'), {
    ...{ port: 1, host: '127.0.0.1', name: 'localhost', authority: 'localhost:1', http: '1.1', tls: '1.3' },
    ca: lab.authority!.ca,
  })
  afterwards(() => closed.end())
  for (let n = 0; n < 200 && closed.state.why === undefined; n++) await sleep(50)
  expect(closed.state).toMatchObject({
    phase: 'opening',
    open: 0,
    why: expect.stringMatching(/ECONNREFUSED/) as string,
  })
  await closed.end('enough')
  expect(closed.state).toMatchObject({ phase: 'failed', open: 0, why: 'enough' })
  const { why, ...end } = await theEnd(() => storm.state) // a restart is no reason to end
  expect([end.phase, end.back, why]).toEqual(['done', 5, undefined])
})

test('it can be cancelled, and then another one may come', { timeout: 30_000 }, async () => {
  const { ask, bench } = await labWithBenches()
  const { id, state, door } = await bench()
  const cancel = async () => {
    const { status, body } = await ask('DELETE', `bench/${id}/storm`)
    return [status, (body as { error: { code: string } } | undefined)?.error.code]
  }
  expect(await cancel()).toEqual([404, 'no_storm'])
  expect((await ask('POST', `bench/${id}/storm`, order('sse', 30))).status).toBe(202)
  expect(await cancel()).toEqual([204, undefined])
  expect((await state()).storm).toMatchObject({ phase: 'failed', open: 0, why: 'it was cancelled' })
  expect(await cancel()).toEqual([404, 'no_storm'])
  for (let n = 0; n < 100 && (await door('sse')).traffic.open > 0; n++) await sleep(20)
  expect((await door('sse')).traffic.open).toBe(0)
  expect((await ask('POST', `bench/${id}/storm`, order('sse'))).status).toBe(202)
  expect(await theEnd(async () => (await state()).storm)).toMatchObject({ phase: 'done', back: 5 })
})

test.each(['sse', 'wss'] as const)(
  '%s at a door that forbids it (403): it ends at once, and is not tried again',
  async (transport) => {
    const { lab } = await labWithBenches()
    let asked = 0
    const door = createServer(lab.authority!.leaf, (_, response) => {
      asked++
      response.writeHead(403).end()
    })
    door.on('upgrade', (_, socket: Duplex) => {
      asked++
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    })
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    const { port } = door.address() as AddressInfo
    const storm = startStorm(order(transport, 100), {
      ...{ port, host: '127.0.0.1', name: 'localhost', authority: `localhost:${port}`, http: '1.1', tls: '1.3' },
      ca: lab.authority!.ca,
    })
    afterwards(() => {
      door.closeAllConnections()
      door.close()
    })
    expect(await theEnd(() => storm.state)).toMatchObject({
      ...{ phase: 'failed', open: 0 },
      why: expect.stringMatching(/\b403\b/) as string,
    })
    await storm.end()
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(20) // those that were opened at once
  },
)

test('with jitter the first attempts after the drop are spread over half a second, without it they are not', async () => {
  const { ask, bench } = await labWithBenches()
  const { id, state } = await bench()
  const shares: number[] = []
  for (const jitter of [false, true]) {
    expect((await ask('POST', `bench/${id}/storm`, { ...order('sse', 40), jitter })).status).toBe(202)
    const { attemptsPer100Ms, attempts, phase } = await theEnd(async () => (await state()).storm)
    expect([phase, attempts]).toEqual(['done', 40])
    shares.push(attemptsPer100Ms.slice(2).reduce((sum, n) => sum + n, 0) / attempts)
  }
  // Each waits between nothing and 500 ms: 60 % for more than 200 ms, and of 40 fewer than a quarter once in 10 million.
  expect(shares[0]).toBeLessThan(0.25)
  expect(shares[1]).toBeGreaterThan(0.25)
})

test('without a free descriptor no storm begins: it says why, and the lab lives', { timeout: 60_000 }, async () => {
  const script = join(import.meta.dirname, 'starved.ts')
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -n 256 && exec "$0" "$1"',
    process.execPath,
    script,
  ])
  expect(JSON.parse(stdout)).toEqual({
    full: 'EMFILE',
    starved: {
      status: 202,
      phase: 'failed',
      why: expect.stringMatching(/^the storm was not started: .*EMFILE/) as string,
    },
    fed: { status: 202, phase: 'done' },
    ...{ forced: false, uncaught: 0 },
  })
})
