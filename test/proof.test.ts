// A proof: a server with an account of its own for one run, what came to it, and the same bytes again; others learn nothing, and it ends.
import { expect, test } from 'vitest'
import { accountRoom } from '../src/accounts/room.ts'
import { blotted, lasting, withOrigin } from '../src/lab/proof/heads.ts'
import type { ProofReplayed } from '../src/lab/proof/told.ts'
import { labWithBenches } from './benches.ts'
import { sleep } from './lab.ts'
import { isListening } from './leaving.ts'
import { begun, heardAt, listeners, opened, proofsAt } from './proofs.ts'

test.each([
  ['a lab without accounts', {}],
  ['a lab with accounts, closed to guests', { auth: 'required', accounts: accountRoom({ path: ':memory:', cost: 4 }) }],
] as const)(
  '%s: every way is tried, and again, and the account is no account of the lab',
  { timeout: 60_000 },
  async (_, options) => {
    const made = await labWithBenches(options)
    const { ask, lab } = made
    const { id, port, name, password, tickets, ticketMs } = await begun(made)
    expect(ticketMs).toBe(30_000)
    expect((await opened(made, port, 'token', { query: `&token=${tickets[0]}` })).status).toBe(401)
    const offered = ['wirelab.v1', `wirelab.ticket.${tickets[1]}`]
    expect((await opened(made, port, 'ticket', { offered })).status).toBe(101)
    expect((await opened(made, port, 'ticket-again', { offered })).status).toBe(401)

    const login = await ask('POST', `bench/${id}/proof/session`)
    const setCookie = login.headers.get('set-cookie')!
    expect(setCookie).toMatch(
      new RegExp(`^__Host-wirelab-${port}-account=[\\w-]{22}; .*HttpOnly.*Secure.*SameSite=Strict; Max-Age=60$`),
    )
    expect(login.body).toEqual({ setCookie })
    const own = setCookie.split(';')[0]!
    const cookie = `__Host-wirelab-${lab.port}=the-lab-s-own; ${own}`
    const kept = await opened(made, port, 'cookie', { cookie })
    expect(kept.status).toBe(101)
    expect((await opened(made, port, 'cookie-elsewhere', { cookie, origin: 'https://other.example' })).status).toBe(403)
    expect((await opened(made, port, 'access-token', { cookie, query: `&access_token=${tickets[0]}` })).status).toBe(
      400,
    )

    const heard = await heardAt(made, id)
    const requestOf = (lane: string) => heard.find((each) => each.lane === lane)?.request
    expect(requestOf('token')).toMatch(`GET /feed/wss?after=now&lane=token&token=${tickets[0]} HTTP/1.1\r\n`)
    expect(requestOf('ticket')).toMatch(
      new RegExp(`^Sec-WebSocket-Protocol: wirelab.v1, ?wirelab.ticket.${tickets[1].replace('.', '\\.')}\r$`, 'm'),
    )
    expect(requestOf('cookie')).toContain(`cookie: __Host-wirelab-${lab.port}=*************; ${own}\r\n`)
    expect(JSON.stringify(heard)).not.toContain('the-lab-s-own')
    const basic = Buffer.from(`${name}:${password}`).toString('base64')
    expect(requestOf('basic')).toContain(`Authorization: Basic ${basic}\r\n`)
    expect(heard.find(({ lane }) => lane === 'basic')?.answer).toMatch(/^HTTP\/1.1 101 /)
    expect(heard.find(({ lane }) => lane === 'token')?.answer).toMatch(/^HTTP\/1.1 401 [^]*\r\n\r\n\{"error":.*\}$/)

    const { replayed, stolen } = (await ask('POST', `bench/${id}/proof/replay`)).body as ProofReplayed
    expect(stolen).toBe(101)
    expect(replayed).toEqual([
      { lane: 'cookie', again: 101, elsewhere: 403, afterLogout: 401 },
      { lane: 'ticket', again: 401, elsewhere: 403, afterLogout: 401 },
      { lane: 'basic', again: 101, elsewhere: 403, afterLogout: 101 },
      { lane: 'token', again: 401, elsewhere: 403, afterLogout: 401 },
      { lane: 'access-token', again: 400, elsewhere: 403, afterLogout: 401 },
    ])
    expect(await kept.closed).toBe(4401)

    // Nothing of it is good at the lab's own port.
    const authorization = `Basic ${basic}`
    expect((await ask('GET', 'bench', undefined, { authorization })).status).toBe(401)
    const gone = await ask('DELETE', `bench/${id}/proof`)
    expect([gone.status, gone.headers.get('set-cookie')]).toEqual([204, expect.stringMatching(/-account=; Max-Age=0;/)])
    expect((await ask('GET', `bench/${id}/proof`)).body).toMatchObject({ error: { code: 'no_proof' } })
    await expect.poll(() => isListening(port), { timeout: 10_000 }).toBe(false)
  },
)

test(
  'nobody asks but who has the bench; one at a time, few in all; and it ends with its bench',
  { timeout: 60_000 },
  async () => {
    const made = await labWithBenches({}, { proofs: 1 })
    const { ask, bench } = made
    const { id: other } = await bench()
    expect((await ask('GET', `bench/${other}/proof`)).body).toMatchObject({ error: { code: 'no_proof' } })
    expect((await ask('POST', `bench/${other}/proof`, undefined, {})).status).toBe(401)
    const { id, port, asidePort } = await begun(made)
    expect((await ask('POST', `bench/${id}/proof`)).body).toMatchObject({ error: { code: 'proof_under_way' } })
    expect((await ask('POST', `bench/${other}/proof`)).body).toMatchObject({ error: { code: 'too_many_proofs' } })
    expect(await proofsAt(made)).toBe(1)
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/session'],
      ['POST', '/replay'],
    ] as const)
      expect((await ask(method, `bench/${id}/proof${path}`, undefined, {})).status).toBe(401)
    expect((await ask('PUT', `bench/${id}/proof/session`, {})).status).toBe(405)
    expect((await ask('DELETE', `bench/${id}`)).status).toBe(204)
    for (const each of [port, asidePort]) await expect.poll(() => isListening(each), { timeout: 10_000 }).toBe(false)
    expect((await ask('POST', `bench/${other}/proof`)).status).toBe(201)
  },
)

test('a bench that ends while its proof begins: no server is left, and nobody fails', { timeout: 60_000 }, async () => {
  const lines: string[] = []
  const made = await labWithBenches({ report: (line) => lines.push(line) })
  const { ask, bench, lab } = made
  const before = listeners()
  for (const waitMs of [0, 20, 100, 250, 500]) {
    const { id } = await bench()
    const beginning = ask('POST', `bench/${id}/proof`)
    await sleep(waitMs)
    expect((await ask('DELETE', `bench/${id}`)).status).toBe(204)
    const { status, body } = await beginning
    if (status !== 201)
      expect([status, body]).toMatchObject([
        expect.any(Number),
        { error: { code: expect.stringMatching(/^no_(bench|proof)$/) as string } },
      ])
  }
  await expect.poll(() => proofsAt(made), { timeout: 10_000 }).toBe(0)
  await expect.poll(listeners, { timeout: 10_000 }).toBe(before)
  expect([lab.metrics.uncaught, lines]).toEqual([0, []])
})

test('no cookie but the run’s own is kept, and no other password; and it stays as long', () => {
  const head =
    'GET / HTTP/1.1\r\nAuthorization: Bearer key\r\nCOOKIE:  a=1;own=2; own=3; b=3=4; =5; six\r\nHost: x\r\n\r\n'
  const kept = blotted(head, 'own=2', 'Basic good')
  expect(kept).toBe(
    'GET / HTTP/1.1\r\nAuthorization: **********\r\nCOOKIE:  a=*;own=2; own=*; b=***; =*; ***\r\nHost: x\r\n\r\n',
  )
  expect(kept.length).toBe(head.length)
  expect(blotted(head, '', 'Bearer key')).toContain(
    'Authorization: Bearer key\r\nCOOKIE:  a=*;own=*; own=*; b=***; =*; ***\r\n',
  )
  expect(withOrigin('GET / HTTP/1.1\r\norigin: https://a\r\nHost: x\r\n\r\n', 'https://b')).toBe(
    'GET / HTTP/1.1\r\nHost: x\r\nOrigin: https://b\r\n\r\n',
  )
  expect(lasting('a=1; Max-Age=43200; Path=/', 60_000)).toBe('a=1; Path=/; Max-Age=60')
})
