// When an event was published, as a bench tells it: between when it was due and now, for its own page, and no longer than it is open.
import { expect, test } from 'vitest'
import { formatCursor } from '../src/core/event.ts'
import { labWithBenches } from './benches.ts'
import { publish } from './lab.ts'

test('the time is that of the clock by which events are due, and does not wait for its followers', async () => {
  const { lab, ask, bench } = await labWithBenches()
  const { id } = await bench()
  const due = (await publish(lab, 1))[0]!.at
  const event = await lab.feed.publish({ type: 'tick', data: null, at: due })
  const until = performance.now() + 100
  while (performance.now() < until); // its followers are told only after this
  const { body } = await ask('GET', `bench/${id}/published/${event.id}`)
  const { at } = body as { at: number }
  expect(at).toBeGreaterThanOrEqual(due)
  expect(at).toBe(lab.feed.publishedAt(event.id))
  const { now } = (await ask('GET', `bench/${id}`)).body as { now: number }
  expect(at).toBeLessThanOrEqual(now - 100)
})

test('what is not held, what is no event, and a bench that has ended', async () => {
  const { lab, ask, bench } = await labWithBenches({ limits: { retentionEvents: 2 } })
  const { id } = await bench()
  const events = await publish(lab, 3)
  const told = async (event: string) => {
    const { status, body } = await ask('GET', `bench/${id}/published/${event}`)
    return [status, (body as { error?: { code: string } }).error?.code]
  }
  expect(await told(events[0]!.id)).toEqual([404, 'not_known'])
  expect(await told(events[2]!.id)).toEqual([200, undefined])
  expect(await told(formatCursor({ epoch: lab.feed.epoch, offset: 4 }))).toEqual([404, 'not_known'])
  for (const id of ['now', 'x', `${lab.feed.epoch}.-1`]) expect(await told(id)).toEqual([400, 'bad_cursor'])
  expect((await ask('DELETE', `bench/${id}`)).status).toBe(204)
  expect(await told(events[2]!.id)).toEqual([404, 'no_bench'])
  expect((await ask('POST', `bench/x/published/y`)).status).toBe(405)
})
