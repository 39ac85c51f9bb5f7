// Which lanes are called silent: those that lack what others have, or what the lab makes; not those that rest or wait for their turn.
import { expect, test } from 'vitest'
import { plain } from '../public/door.ts'
import type { Lane } from '../public/lane.ts'
import { silence } from '../public/silence.ts'

interface Heard {
  state: 'open' | 'paused'
  heardAt: number
  pollMs?: number
}
const lane = (heard: Partial<Heard> = {}) =>
  ({ state: 'open', heardAt: 0, door: { settings: plain }, ...heard }) as Heard & Lane

/** Looks every 250 ms, and at each look the lanes that are told have just heard. */
function watch(lanes: (Heard & Lane)[], rate: number | null, from: number, to: number, hearing: Heard[] = []) {
  const { look, of } = silence(lanes, () => rate)
  for (let now = from; now <= to; now += 250) {
    for (const each of hearing) each.heardAt = now
    look(now)
  }
  return lanes.map((each) => of(each))
}

test('a lane that lacks what another one has is silent, and for how long is told', () => {
  const [dead, live] = [lane(), lane()]
  expect(watch([dead, live], null, 0, 3000, [live])).toEqual([undefined, undefined])
  // From the first look at which it lacked something.
  expect(watch([dead, live], null, 0, 12_000, [live])).toEqual([12_000 - 250, undefined])
})

test('all are silent when the lab makes events and none comes; none is when it makes none', () => {
  expect(watch([lane(), lane()], 10, 0, 12_000)).toEqual([12_000, 12_000])
  expect(watch([lane(), lane()], 0, 0, 12_000)).toEqual([undefined, undefined])
  expect(watch([lane(), lane()], null, 0, 12_000)).toEqual([undefined, undefined])
})

test('one event in two seconds may be long in coming', () => {
  expect(watch([lane()], 0.5, 0, 7500)).toEqual([undefined])
  expect(watch([lane()], 0.5, 0, 9000)).toEqual([9000])
})

test('who rests is not silent, and who asks seldom has time until it has asked', () => {
  const [live, paused, seldom] = [lane(), lane({ state: 'paused' }), lane({ pollMs: 10_000 })]
  expect(watch([live, paused, seldom], 10, 0, 12_000, [live])).toEqual([undefined, undefined, undefined])
})

test('after a pause of the lab the first event is not late before it can be there', () => {
  let rate = 0
  const [first, second] = [lane(), lane()]
  const { look, of } = silence([first, second], () => rate)
  for (let now = 0; now <= 60_000; now += 250) look(now)
  rate = 10
  first.heardAt = 60_100
  for (let now = 60_250; now <= 62_000; now += 250) look(now)
  expect([of(first), of(second)]).toEqual([undefined, undefined])
})
