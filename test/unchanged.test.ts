// What the lab refuses changes nothing on the page: what was measured, and what an earlier fault did, stay.
import { expect, test } from 'vitest'
import { arrivals } from '../public/arrivals.ts'
import type { Bench } from '../public/bench.ts'
import type { PageContext } from '../public/context.ts'
import { desk } from '../public/desk.ts'
import { plain } from '../public/door.ts'
import { lane } from '../public/lane.ts'

interface Pending {
  done(connections: number): void
  refused(): void
}

/** A bench whose answers come when a test says so. */
function scene() {
  const pending: Pending[] = []
  const answer = () =>
    new Promise<number>((resolve, reject) => {
      pending.push({ done: resolve, refused: () => reject(new TypeError('no answer')) })
    })
  const bench = {
    ...{ why: '', perSecond: 5, payloadBytes: 0, storm: null },
    door: () => ({ origin: 'https://localhost:1', settings: plain, traffic: undefined }),
    usual: () => plain,
    clock: { toPage: (ms: number) => ms },
    ...{ fault: answer, set: answer },
    subscribe: () => () => undefined,
  } as unknown as Bench
  return { bench, pending }
}

test('a setting that is refused leaves what was measured; one that is taken begins anew', async () => {
  const { bench, pending } = scene()
  const place = { path: '/', read: (name: string) => (name === 'lanes' ? '' : undefined), write: () => undefined }
  const context = {
    about: { transports: ['sse'], tail: 'abcdefgh.0' },
    place: { ...place, subscribe: () => () => undefined },
  } as unknown as PageContext
  const work = desk(context, bench, { onState: () => undefined })
  const [{ samples } = { samples: undefined! }] = work.lanes
  work.set(undefined, { batchMs: 100 })
  pending.shift()!.refused()
  await expect.poll(() => work.troubles.get('sse')).toMatch(/^Not set\./)
  expect(samples.since).toBe(-Infinity)
  work.set(undefined, { batchMs: 100 })
  pending.shift()!.done(0)
  await expect.poll(() => samples.since).toBeGreaterThan(0)
  expect(work.troubles.get('sse')).toBeUndefined()
  work.close()
})

test('the story of a fault stays when a later one is refused, and that of a later one when an earlier one is', async () => {
  const { bench, pending } = scene()
  const it = lane({
    ...{ name: 'sse', after: 'abcdefgh.0', connect: () => ({ close: () => undefined }), bench },
    ...{ arrivals: arrivals(), isMeasuring: () => true, onState: () => undefined },
  })
  const first = it.break('freeze')
  pending.shift()!.done(1)
  await first
  expect(it.story?.fault).toBe('freeze')
  const refused = it.break('cut')
  pending.shift()!.refused()
  await expect(refused).rejects.toThrow('no answer')
  expect(it.story?.fault).toBe('freeze')
  const [earlier, later] = [it.break('cut'), it.break('stall')]
  pending.shift()!.refused()
  await expect(earlier).rejects.toThrow('no answer')
  expect(it.story?.fault).toBe('stall')
  pending.shift()!.refused()
  await expect(later).rejects.toThrow('no answer')
  expect(it.story?.fault).toBe('freeze') // and not the one that was refused meanwhile
  it.close()
})
