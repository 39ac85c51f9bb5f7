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
  ({
    state: 'open',
    heardAt: 0,
    door: { settings: plain },
    tally: { cursor: 'abcdefgh.1' },
    ...heard,
  }) as unknown as Heard & Lane
/** It hears the next event. */
function hear(each: Heard & Lane, now: number) {
  each.heardAt = now
  const [epoch, offset] = each.tally.cursor.split('.')
  Object.assign(each.tally, { cursor: `${epoch}.${Number(offset) + 1}` })
}

/** Looks every 250 ms, and at each look the lanes that are told have just heard. */
function watch(lanes: (Heard & Lane)[], rate: number | null, from: number, to: number, hearing: (Heard & Lane)[] = []) {
  const { look, of } = silence(lanes, () => rate)
  for (let now = from; now <= to; now += 250) {
    for (const each of hearing) hear(each, now)
    look(now)
  }
  return lanes.map((each) => of(each))
}

test('a lane that lacks what another one has is silent, and for how long is told', () => {
  const [dead, live] = [lane(), lane()]
  expect(watch([dead, live], null, 0, 3000, [live])).toEqual([undefined, undefined])
  expect(watch([dead, live], null, 0, 12_000, [live])).toEqual([12_000, undefined])
})

test('all are silent when the lab makes events and none comes; none is when it makes none', () => {
  expect(watch([lane(), lane()], 10, 0, 12_000)).toEqual([12_000, 12_000])
  expect(watch([lane(), lane()], 0, 0, 12_000)).toEqual([undefined, undefined])
  expect(watch([lane(), lane()], null, 0, 12_000)).toEqual([undefined, undefined])
})

test('where no events are made, who heard the last of them first is not silent', () => {
  const [quick, late] = [lane({ heardAt: 1000 }), lane({ heardAt: 1400 })] // the same event
  expect(watch([quick, late], 0, 1500, 20_000)).toEqual([undefined, undefined])
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
  hear(first, 60_100)
  for (let now = 60_250; now <= 62_000; now += 250) look(now)
  expect([of(first), of(second)]).toEqual([undefined, undefined])
})
