// When an event was published, as a bench tells it: between when it was due and now, for its own page, and no longer than it is open.
import { expect, test } from 'vitest'
import { labWithBenches } from './benches.ts'
import { publish } from './lab.ts'

test('the time is that of the clock by which events are due', async () => {
  const { lab, ask, bench } = await labWithBenches()
  const [before] = await publish(lab, 1)
  const { id } = await bench()
  const [event] = await publish(lab, 1)
  const { body } = await ask('GET', `bench/${id}/published/${event!.id}`)
  const { now } = (await ask('GET', `bench/${id}`)).body as { now: number }
  const { at } = body as { at: number }
  expect(at).toBeGreaterThanOrEqual(event!.at)
  expect(at).toBeLessThanOrEqual(now)
  const unknown = await ask('GET', `bench/${id}/published/${before!.id}`)
  expect([unknown.status, unknown.body]).toMatchObject([404, { error: { code: 'not_known' } }])
})

test('only the latest are known, and a bench that has ended follows no more', async () => {
  const { lab, ask, bench } = await labWithBenches()
  const { id } = await bench()
  const events = await publish(lab, 513)
  const statusOf = async (index: number) => (await ask('GET', `bench/${id}/published/${events[index]!.id}`)).status
  expect([await statusOf(0), await statusOf(1), await statusOf(512)]).toEqual([404, 200, 200])
  expect((await ask('DELETE', `bench/${id}`)).status).toBe(204)
  expect(await statusOf(512)).toBe(404)
  expect((await ask('POST', `bench/x/published/y`)).status).toBe(405)
})
