// What a lane costs, and when that cannot be told: while a storm's clients use its door, while its line swallows what is written, and
// before there are enough events.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bench } from '../public/bench.ts'
import type { Fault, Storm } from '../public/door.ts'
import type { Lane } from '../public/lane.ts'
import { meter, withNew } from '../public/meter.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** A lane and what the lab counts at its door, read once a second. */
function metered(connections = 0, down = 0) {
  let tell = () => undefined as void
  const traffic = { connections, open: 1, requests: 1, tls: { up: 0, down } }
  const lane = { name: 'wss', door: { traffic }, tally: { events: 0 }, story: undefined as Lane['story'] }
  const bench = {
    storm: null as Storm | null,
    subscribe(listener: (change: 'read') => void) {
      tell = () => listener('read')
      return () => undefined
    },
  }
  const { of } = meter([lane as unknown as Lane], bench as unknown as Bench)
  return {
    lane,
    traffic,
    bench,
    /** Another second, in which so many events came for so many bytes. */
    second(events: number, bytes: number) {
      vi.advanceTimersByTime(1000)
      lane.tally.events += events
      traffic.tls.down += bytes
      tell()
      const { perEvent, none, perSecond, stormClients, newConnections } = of(lane as unknown as Lane)!
      return { perEvent, word: none?.word, perSecond, stormClients, newConnections }
    },
  }
}
const storm = (phase: Storm['phase']) => ({ lane: 'wss', clients: 1000, phase }) as Storm

test('bytes of each event of the last ten seconds, from the third event on', () => {
  const { second } = metered()
  expect(second(0, 0)).toMatchObject({ perEvent: undefined, word: 'few events', perSecond: 0, stormClients: 0 })
  expect(second(2, 300)).toMatchObject({ perEvent: undefined, word: 'few events', perSecond: 150 })
  expect(second(8, 900)).toMatchObject({ perEvent: 120, word: undefined, perSecond: 400 })
  for (let n = 0; n < 10; n++) second(10, 2000)
  expect(second(10, 2000)).toMatchObject({ perEvent: 200, perSecond: 2000 })
})

test('in a storm there is no price, and bytes flow; after it nothing of its clients is in the price', () => {
  const { second, bench, traffic } = metered()
  for (let n = 0; n < 5; n++) second(10, 1200)
  bench.storm = storm('opening')
  traffic.open = 400
  expect(second(10, 900_000)).toMatchObject({
    perEvent: undefined,
    word: 'storm',
    perSecond: 900_000,
    stormClients: 1000,
  })
  traffic.open = 1001
  bench.storm = storm('back')
  expect(second(10, 500_000)).toMatchObject({ perEvent: undefined, word: 'storm', perSecond: 500_000 })
  bench.storm = storm('done')
  traffic.open = 1
  expect(second(10, 300_000)).toMatchObject({ perEvent: undefined, word: 'storm' }) // they were there for a part of it
  expect(second(10, 1200)).toMatchObject({ perEvent: undefined, word: 'few events', stormClients: 1000 })
  expect(second(10, 1200)).toMatchObject({ perEvent: 120, word: undefined, perSecond: 1200, stormClients: 1000 })
  bench.storm = storm('opening')
  expect(second(10, 900_000).stormClients).toBe(2000)
})

test.each([
  ['freeze', 'frozen'],
  ['stall', 'stalled'],
] as const)('%s: what the server writes meanwhile makes no price', (fault, word) => {
  const { second, lane } = metered()
  for (let n = 0; n < 5; n++) second(10, 1200)
  const story = { fault: fault as Fault, over: false }
  lane.story = story as Lane['story']
  for (let n = 0; n < 3; n++)
    expect(second(0, 1200)).toMatchObject({ perEvent: undefined, word, perSecond: 1200, stormClients: 0 })
  expect(second(30, 9000)).toMatchObject({ perEvent: undefined, word }) // what it missed, and a handshake
  story.over = true
  second(10, 1200)
  expect(second(10, 1200)).toMatchObject({ perEvent: 120, word: undefined })
})

test('a cut is paid for: the new connection is of this lane', () => {
  const { second, lane, traffic } = metered()
  for (let n = 0; n < 5; n++) second(10, 1200)
  lane.story = { fault: 'cut', over: false } as Lane['story']
  traffic.connections = 1
  expect(second(10, 4000)).toMatchObject({ perEvent: (5 * 1200 + 4000) / 60, newConnections: 1 })
  for (let n = 0; n < 10; n++) expect(second(10, 1200).newConnections).toBe(n < 9 ? 1 : 0) // out of the ten seconds with its bytes
  expect(second(10, 1200)).toMatchObject({ perEvent: 120, newConnections: 0 })
})

test.each([
  ['before the page has tried its door', 0, 0],
  ['over which the page has tried its door', 1, 1500],
])('the first connection, %s, is in the price as long as in the ten seconds, as every later one is', (_, ...before) => {
  const { second, traffic } = metered(...before)
  traffic.connections = 1
  expect(second(10, 3000 - before[1])).toMatchObject({ perEvent: 300, newConnections: 1 })
  for (let n = 0; n < 10; n++) second(10, 1200)
  expect(second(10, 1200)).toMatchObject({ perEvent: 120, newConnections: 0 })
})

test('that a price holds new connections is told with it, and without a price nothing is', () => {
  expect([0, 1, 10].map((newConnections) => withNew({ perEvent: 120, newConnections }))).toEqual([
    ...['', 'with a new connection', 'with 10 new connections'],
  ])
  expect(withNew({ perEvent: undefined, newConnections: 1 })).toBe('')
})

test('a lab that counts from nothing again: neither price nor bytes a second are of before', () => {
  const { second, traffic } = metered()
  for (let n = 0; n < 5; n++) second(10, 1200)
  traffic.tls.down = 0
  expect(second(10, 1200)).toMatchObject({ perEvent: undefined, perSecond: undefined })
  expect(second(10, 1200)).toMatchObject({ perEvent: 120, perSecond: 1200 })
})
