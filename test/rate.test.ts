// Who says what the lab makes: a knob for good, a bench for as long as it holds it; whatever happens to a bench, the lab puts it back.
import { expect, test } from 'vitest'
import { memoryFeed } from '../src/feeds/memory.ts'
import { hostClock } from '../src/server/clock.ts'
import { keepRate } from '../src/sources/rate.ts'
import { startTicker } from '../src/sources/ticker.ts'
import { nodePlatform } from '../transports/platform.ts'
import { afterwards, labWithBenches } from './benches.ts'
import { sleep } from './lab.ts'

const SOON = { timeout: 10_000 }
const made = (perSecond: number, payloadBytes = 0) => ({ perSecond, payloadBytes })

async function labAt(perSecond: number, ...[options, room]: Parameters<typeof labWithBenches>) {
  const { lab, ask, bench } = await labWithBenches({ ...options, source: 'ticker', perSecond }, room)
  return {
    ...{ lab, ask, bench },
    now: async () => {
      const { perSecond, payloadBytes } = (await ask('GET', '../lab')).body as ReturnType<typeof made>
      return { perSecond, payloadBytes }
    },
    hold: async ({ id }: { id: string }, ...wish: Parameters<typeof made>) =>
      (await ask('PUT', `bench/${id}/rate`, made(...wish))).body,
    release: async ({ id }: { id: string }) => (await ask('DELETE', `bench/${id}/rate`)).body,
  }
}

test('two that overlap crosswise leave the lab as it was; the one that came last has it, and is not disturbed when the other goes', async () => {
  const { bench, hold, release, now } = await labAt(5)
  const [a, b] = [await bench(), await bench()]
  expect(await hold(a, 100, 16_000)).toEqual({ ...made(100, 16_000), changes: 2, changed: 2 })
  expect(await hold(b, 20)).toEqual({ ...made(20), changes: 4, changed: 2 })
  // Who has it already and asks for another one is told that this is not in force.
  expect(await hold(a, 50)).toEqual({ ...made(20), changes: 4, changed: 0 })
  expect(await release(a)).toEqual({ ...made(20), changes: 4, changed: 0 })
  expect(await release(b)).toEqual({ ...made(5), changes: 5, changed: 1 })
  expect(await release(b)).toEqual({ ...made(5), changes: 5, changed: 0 })
  expect(await now()).toEqual(made(5))
})

test('one within the other gives it back to that one', async () => {
  const { bench, hold, release, now } = await labAt(5)
  const [a, b] = [await bench(), await bench()]
  await hold(a, 10)
  await hold(b, 20)
  await release(b)
  expect(await now()).toEqual(made(10))
  await release(a)
  expect(await now()).toEqual(made(5))
})

test('more than a page may set comes back all the same: serve --rate 500', async () => {
  const { bench, hold, release, now } = await labAt(500)
  const mine = await bench()
  await hold(mine, 0)
  expect(await now()).toEqual(made(0))
  await release(mine)
  expect(await now()).toEqual(made(500))
})

test('a bench that ends gives it up, and so does one of which nobody has asked for so long: its tab was killed', async () => {
  const { ask, bench, hold, now } = await labAt(5, {}, { leaseMs: 1000 })
  const [ended, killed] = [await bench(), await bench()]
  await hold(ended, 10)
  await hold(killed, 100, 16_000)
  expect((await ask('DELETE', `bench/${ended.id}`)).status).toBe(204)
  expect(await now()).toEqual(made(100, 16_000))
  await expect.poll(now, SOON).toEqual(made(5))
})

test('the knob is for all and for good: it is in force at once, and whoever held the rate holds it no more', async () => {
  const { ask, bench, hold, release, now } = await labAt(5)
  const [a, b] = [await bench(), await bench()]
  await hold(a, 10, 1000)
  await hold(b, 20, 1000)
  const { body } = await ask('PUT', 'rate', { perSecond: 50 })
  expect(body).toEqual({ ...made(50), changes: 5, changed: 2 })
  expect(await release(a)).toMatchObject({ changed: 0 })
  await hold(b, 20)
  await release(b)
  expect(await now()).toEqual(made(50))
})

test('a page that has asked for too much may not hold it, but give it up and leave', async () => {
  const { lab, ask, now } = await labAt(5, { limits: { changesPer10s: 3 } })
  const platform = nodePlatform({ ca: lab.authority!.ca })
  afterwards(() => platform.close())
  const { headers } = await platform.fetch(lab.url)
  const cookie = headers.get('set-cookie')!.split(';', 1)[0]!
  const page = { cookie, origin: lab.url, 'sec-fetch-site': 'same-origin' }
  const [mine, other] = [await ask('POST', 'bench', undefined, page), await ask('POST', 'bench', undefined, page)]
  const pathOf = ({ body }: typeof mine) => `bench/${(body as { id: string }).id}`
  expect((await ask('PUT', `${pathOf(mine)}/rate`, made(10), page)).status).toBe(200)
  expect((await ask('PUT', `${pathOf(other)}/rate`, made(20), page)).status).toBe(429)
  expect((await ask('DELETE', `${pathOf(mine)}/rate`, undefined, page)).status).toBe(200)
  expect(await now()).toEqual(made(5))
  for (const each of [mine, other]) expect((await ask('DELETE', pathOf(each), undefined, page)).status).toBe(204)
})

test('a lab whose rate is not its own to set has none to hold', async () => {
  const { ask, bench } = await labWithBenches()
  const { id } = await bench()
  for (const method of ['PUT', 'DELETE'])
    expect((await ask(method, `bench/${id}/rate`, method === 'PUT' ? made(5) : undefined)).status).toBe(409)
})

test('a lab that is closed while a bench holds the rate makes no more events', async () => {
  const feed = memoryFeed()
  const ticker = startTicker(feed, { perSecond: 200, clock: hostClock() })
  const rate = keepRate(ticker)
  rate.hold(ticker, made(0))
  ticker.stop()
  const { tail } = feed
  rate.release(ticker)
  expect(rate.perSecond).toBe(200)
  await sleep(100)
  expect(feed.tail).toBe(tail)
})
