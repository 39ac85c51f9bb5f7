// FAULTS A1, the other side: who has shown that an account is theirs is not kept out by a typing error, or by what others did at their
// address; and that makes no guess cheaper.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delays, keyOf } from '../src/accounts/delays.ts'
import { PASSWORD, basic, codeOf, startWithAccounts } from './accounts.ts'
import type { TestAccounts } from './accounts.ts'

let accounts: TestAccounts
beforeAll(async () => void (accounts = await startWithAccounts({ free: 5 })))
afterAll(() => accounts.close())

const logIn = async (name: string, from: string, password = PASSWORD) =>
  codeOf(await accounts.ask('POST', '/sessions', { body: { name, password }, from }))
const typo = (name: string, from: string) => logIn(name, from, 'wrong password')
const signUp = (name: string, from: string) =>
  accounts.ask('POST', '/users', { body: { name, password: PASSWORD }, from })
/** An address where somebody has guessed until they have to wait. */
async function locked(from: string): Promise<string> {
  for (let n = 0; n < 5; n++) expect(await typo(`nobody${n} at ${from}`, from)).toBe('401 unauthorized')
  expect(await typo('nobody', from)).toBe('429 too_many_tries')
  return from
}
const [NO, WAIT, IN] = ['401 unauthorized', '429 too_many_tries', '201']

describe('A1 an address where others were wrong', () => {
  test('who logged in there before is let in, after a typing error too; others wait', async () => {
    await signUp('ann', '127.0.0.1')
    expect(await logIn('ann', '127.1.0.1')).toBe(IN)
    await locked('127.1.0.1')
    expect(await typo('ann', '127.1.0.1')).toBe(NO)
    expect(await logIn('ann', '127.1.0.1')).toBe(IN)
    await signUp('bob', '127.0.0.1')
    expect(await logIn('bob', '127.1.0.1')).toBe(WAIT)
  })
  test('who signed up there, and who set a password by a link there, logs in', async () => {
    await locked('127.1.0.2')
    await signUp('cyd', '127.1.0.2')
    expect(await logIn('cyd', '127.1.0.2')).toBe(IN)

    await signUp('dan', '127.0.0.1')
    for (let n = 0; n < 5; n++) await typo('dan', '127.1.0.3')
    expect(await logIn('dan', '127.1.0.3')).toBe(WAIT)
    await accounts.ask('POST', '/resets', { body: { name: 'dan' } })
    await expect.poll(() => accounts.letters.length, { timeout: 10_000 }).toBe(1)
    const body = { token: accounts.token(), password: 'another password' }
    const set = await accounts.ask('PUT', '/users/me/password', { body, from: '127.1.0.3' })
    expect(set.status).toBe(204)
    expect(await logIn('dan', '127.1.0.3', 'another password')).toBe(IN)
  })
  test('who is logged in changes the password there', async () => {
    await signUp('eve', '127.0.0.1')
    const cookie = await accounts.logIn('eve')
    const body = { current: PASSWORD, password: 'another password' }
    const asked = { body, headers: accounts.page(cookie), from: await locked('127.1.0.4') }
    expect((await accounts.ask('PUT', '/users/me/password', asked)).status).toBe(204)
  })
  test('HTTP Basic of who is known there goes on', async () => {
    await signUp('fay', '127.1.0.5')
    await locked('127.1.0.5')
    const asked = { headers: basic('fay'), from: '127.1.0.5' }
    expect((await accounts.ask('GET', '/users/me', asked)).status).toBe(200)
  })
})

describe('A1 what a guesser has of it', () => {
  test('an account has five, at an address where it is known too', async () => {
    await signUp('gus', '127.1.1.1')
    for (let n = 0; n < 5; n++) expect(await typo('gus', '127.1.1.1')).toBe(NO)
    expect(await typo('gus', '127.1.1.1')).toBe(WAIT)
    expect(await logIn('gus', '127.1.1.1')).toBe(WAIT)
  })
  test('all accounts that are known at an address have fifty', async () => {
    for (let n = 0; n < 11; n++) expect((await signUp(`pupil${n}`, '127.1.1.2')).status).toBe(201)
    const answers: string[] = []
    for (let n = 0; n < 55; n++) answers.push(await typo(`pupil${n % 11}`, '127.1.1.2'))
    expect(answers).toEqual([...new Array<string>(50).fill(NO), ...new Array<string>(5).fill(WAIT)])
    expect(await logIn('pupil10', '127.1.1.2')).toBe(WAIT)
  })
  const DAY_MS = 24 * 3_600_000
  test.each([
    ['waits for each try', 0],
    ['comes back when one is forgotten', 300_000],
    ['comes back when all are forgotten', 5 * 300_000],
    ['comes back each hour', 3_600_000],
  ])('who %s has at most 302 tries a day', (_, restMs) => {
    let now = 0
    const table = delays(() => now)
    let tries = 0
    for (; now < DAY_MS; tries++) {
      const seconds = table.waitSeconds('ann')
      if (seconds > 0) now += Math.max(restMs, seconds * 1000)
      expect(table.waitSeconds('ann')).toBe(0)
      table.count('ann')
    }
    expect(tries).toBeLessThanOrEqual(302)
  })
  test('what was none is taken back with its time, and as often as one likes takes nothing else', () => {
    let now = 0
    const table = delays(() => now, 1)
    for (let n = 0; n < 3; n++) table.count('ann')
    now = 4000
    expect(table.waitSeconds('ann')).toBe(0)
    table.count('ann')()
    expect(table.waitSeconds('ann'), 'as before').toBe(0)
    now = 300_000 // one is forgotten
    for (let n = 0; n < 10; n++) table.count('ann')()
    table.count('ann')
    expect(table.waitSeconds('ann'), 'of three').toBe(4)
  })
  test('two at once of which one was none count as one', () => {
    const table = delays(() => 0, 1)
    const [first, second] = [table.count('ann'), table.count('ann')]
    first()
    expect(table.waitSeconds('ann')).toBe(1)
    second()
    expect(table.waitSeconds('ann')).toBe(0)
  })
})

test('I12 a table of failures is bounded in bytes: of 1000 names of 60 kB it keeps 64 characters each', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heldBytes = () => (collect(), process.memoryUsage().heapUsed)
  const table = delays(() => 0)
  const before = heldBytes()
  for (let n = 0; n < 1000; n++) table.count(keyOf(`${n}${Buffer.alloc(60_000, 'x').toString()}`))
  expect(heldBytes() - before).toBeLessThan(5_000_000)
  for (let n = 0; n < 5; n++) table.count(keyOf('ANN'))
  expect(table.waitSeconds('ann')).toBe(1)
})

test('A1 five minutes without a wrong one take one off', async () => {
  await locked('127.1.2.1')
  accounts.advance(300_000)
  expect([await typo('nobody', '127.1.2.1'), await typo('nobody', '127.1.2.1')]).toEqual([NO, WAIT])
  accounts.advance(25 * 60_000)
  await locked('127.1.2.1')
})
