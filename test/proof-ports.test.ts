// Who comes to the ports of a proof, and to how many there are; and how it ends, whatever is under way: nothing of it is left.
import { expect, test } from 'vitest'
import { benchRoom } from '../src/lab/room.ts'
import { nodePlatform } from '../transports/platform.ts'
import { afterwards, labWithBenches } from './benches.ts'
import { startTestLab } from './lab.ts'
import { isListening } from './leaving.ts'
import { basicOf, begun, heardAt, listeners, opened, proofsAt } from './proofs.ts'

const PATIENT = { timeout: 60_000 }

/** Requests as a script makes them, on connections that stay open. */
function scripted(ca: string) {
  const platform = nodePlatform({ ca })
  afterwards(() => platform.close())
  return async (method: string, url: string, headers: Record<string, string | undefined> = {}) => {
    const body = method === 'POST' ? JSON.stringify({ name: 'bob', password: 'quite another one' }) : undefined
    const init = { method, headers: { ...headers, 'content-type': 'application/json' }, ...(body && { body }) }
    const response = await platform.fetch(url, init)
    await response.text()
    return response.status
  }
}

test('a stranger at its ports finds no account’s routes, no feed and no page', PATIENT, async () => {
  const made = await labWithBenches()
  const { port, asidePort } = await begun(made)
  const asked = scripted(made.lab.authority!.ca)
  for (const at of [port, asidePort])
    for (const headers of [{}, { origin: `https://localhost:${at}` }, { origin: made.lab.url }])
      for (const [method, path] of [
        ...['/users', '/sessions', '/tickets', '/resets', '/feed'].map((each) => ['POST', each] as const),
        ...['/', '/metrics', '/limits', '/users', '/sessions', '/feed', '/feed/sse'].map(
          (each) => ['GET', each] as const,
        ),
      ])
        expect([method, path, await asked(method, `https://localhost:${at}${path}`, headers)]).toEqual([
          method,
          path,
          404,
        ])
})

test('wrong passwords at its ports are not tried, and keep nobody out', PATIENT, async () => {
  const made = await labWithBenches()
  const proof = await begun(made)
  const wrong = basicOf({ name: proof.name, password: 'not it' })
  for (let n = 0; n < 12; n++)
    expect((await opened(made, proof.port, 'basic', { authorization: wrong, origin: undefined })).status).toBe(401)
  const right = { authorization: basicOf(proof), origin: undefined }
  expect((await opened(made, proof.port, 'basic', right)).status).toBe(101)
  expect((await made.ask('POST', `bench/${proof.id}/proof/session`)).status).toBe(201)
})

test('of each way the first handshake of the page is heard, whoever else comes', PATIENT, async () => {
  const made = await labWithBenches()
  const { id, port, tickets } = await begun(made)
  const asked = scripted(made.lab.authority!.ca)
  const at = (lane: string, token: string, origin: string | undefined) =>
    opened(made, port, lane, { query: `&token=${token}`, origin })
  await at('token', 'before', undefined)
  await at('token', 'before', 'https://other.example')
  await at('token', tickets[0], made.lab.url)
  await at('token', 'after', made.lab.url)
  await at('nothing-of-ours', 'x', made.lab.url)
  // More than the last records of a capture.
  for (let n = 0; n < 300; n++) await asked('GET', `https://localhost:${port}/feed/wss?after=now&lane=cookie`)
  const heard = await heardAt(made, id)
  expect(heard.map(({ lane, request }) => [lane, /token=(\S*)/.exec(request)?.[1]])).toEqual([
    ['basic', undefined],
    ['token', tickets[0]],
  ])
})

test('two at once, however fast one ends and begins: one counts until nothing of it listens', PATIENT, async () => {
  const made = await labWithBenches()
  const { ask, bench } = made
  const benches = await Promise.all(Array.from({ length: 10 }, bench))
  const before = listeners()
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, listeners() - before)), 1)
  const answers = benches.flatMap(({ id }) => [ask('POST', `bench/${id}/proof`), ask('DELETE', `bench/${id}/proof`)])
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  clearInterval(watch)
  expect(statuses).toContain(503)
  expect(most).toBeLessThanOrEqual(2 * 3) // two ports and the server behind them
  await expect.poll(listeners, { timeout: 10_000 }).toBe(before)
  expect(await proofsAt(made)).toBe(0)
})

test(
  'it ends by itself; what is asked of it then is 404, and the cookie is taken away all the same',
  PATIENT,
  async () => {
    const made = await labWithBenches({}, { proofMs: 10_000 })
    const { ask } = made
    const { id, port, asidePort } = await begun(made)
    const login = await ask('POST', `bench/${id}/proof/session`)
    expect(login.headers.get('set-cookie')).toMatch(/; Max-Age=10$/)
    for (const each of [port, asidePort]) await expect.poll(() => isListening(each), { timeout: 30_000 }).toBe(false)
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/replay'],
      ['POST', '/session'],
    ] as const)
      expect((await ask(method, `bench/${id}/proof${path}`)).body).toMatchObject({ error: { code: 'no_proof' } })
    const gone = await ask('DELETE', `bench/${id}/proof`)
    expect([gone.status, gone.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(`^__Host-wirelab-${port}-account=; Max-Age=0;`),
    ])
    expect((await ask('DELETE', `bench/${id}`)).headers.get('set-cookie')).toMatch(/-account=; Max-Age=0;/)
  },
)

test('who ends it breaks off what it says, and a lab that closes does not wait', PATIENT, async () => {
  const made = await labWithBenches()
  const { ask } = made
  const { id, port } = await begun(made)
  for (const lane of ['token', 'userinfo', 'ticket', 'cookie', 'access-token']) await opened(made, port, lane)
  const replay = ask('POST', `bench/${id}/proof/replay`)
  expect((await ask('DELETE', `bench/${id}/proof`)).status).toBe(204)
  expect((await replay).body).toMatchObject({ error: { code: 'no_proof' } })
  expect((await ask('POST', `bench/${id}/proof`)).status).toBe(201)
  const last = ask('POST', `bench/${id}/proof/replay`).catch(() => undefined)
  const began = performance.now()
  expect(await made.lab.close()).toEqual({ forced: false })
  expect(performance.now() - began).toBeLessThan(made.lab.limits.stopMs)
  await last
})

test('what goes wrong in it is told in words of ours; the log has the others', PATIENT, async () => {
  let isBroken = false
  const lines: string[] = []
  const lab = await startTestLab({
    lab: benchRoom(),
    report: (line) => lines.push(line),
    clock() {
      if (isBroken) throw new Error('EMFILE: /home/somebody/clock')
      return Date.now()
    },
  })
  const platform = nodePlatform({ ca: lab.authority!.ca })
  afterwards(async () => {
    await platform.close()
    await lab.close()
  })
  const post = (path: string) =>
    platform.fetch(lab.url + path, { method: 'POST', headers: { authorization: `Bearer ${lab.publishKey}` } })
  const { id } = JSON.parse(await (await post('/lab/bench')).text()) as { id: string }
  isBroken = true
  const refused = await post(`/lab/bench/${id}/proof`)
  isBroken = false
  expect([refused.status, JSON.parse(await refused.text())]).toEqual([
    503,
    { error: { code: 'proof_failed', message: 'the lab could not do this; its log says why' } },
  ])
  expect(lines.join()).toContain('EMFILE')
  expect(lab.metrics.uncaught).toBe(1)
})
