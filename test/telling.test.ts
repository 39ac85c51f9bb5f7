// What is told of an event that is followed: once, with what each open lane measured; and what did not come, after a while.
import { expect, test } from 'vitest'
import { journeyTeller } from '../public/telling.ts'
import type { Following } from '../public/telling.ts'

type Came = Record<string, number>
const event = (offset: number, came: Came) => ({
  event: { id: `abcd.${offset}` },
  lanes: new Map(Object.entries(came).map(([name, received]) => [name, { received }])),
})

function telling(states: Record<string, string>) {
  const journey: { followed: Following['followed'] } = { followed: undefined }
  const said: string[] = []
  const lanes = Object.entries(states).map(([name, state]) => ({ name, state }))
  const look = journeyTeller(journey, lanes, (about, what) => void said.push(`${about} ${what}`))
  return { journey, said, look }
}

test('nothing while nothing is followed, or while a lane has it not yet', () => {
  const { journey, said, look } = telling({ polling: 'open', sse: 'open' })
  look(0)
  journey.followed = event(12, { sse: 3 })
  look(100)
  look(5000)
  expect(said).toEqual([])
})

test('once, when all have it', () => {
  const { journey, said, look } = telling({ polling: 'open', sse: 'open' })
  journey.followed = event(12, { polling: 520, sse: 3 })
  for (const now of [0, 250, 500]) look(now)
  expect(said).toEqual(['Event 12 came by polling after 520 ms and by sse after 3.0 ms'])
})

test('a lane that is paused or away is not waited for', () => {
  const { journey, said, look } = telling({ polling: 'paused', sse: 'open', wss: 'waiting' })
  journey.followed = event(7, { sse: 3 })
  look(0)
  expect(said).toEqual(['Event 7 came by sse after 3.0 ms'])
})

test('what has not come is said after five seconds', () => {
  const { journey, said, look } = telling({ polling: 'open', sse: 'open' })
  journey.followed = event(7, { sse: 3 })
  for (const now of [1000, 5999]) look(now)
  expect(said).toEqual([])
  look(6000)
  expect(said).toEqual(['Event 7 came by sse after 3.0 ms; 1 lane had it not after 5 s'])
})

test('the next one is told too', () => {
  const { journey, said, look } = telling({ sse: 'open' })
  journey.followed = event(1, { sse: 2 })
  look(0)
  journey.followed = undefined
  look(250)
  journey.followed = event(5, { sse: 4 })
  look(500)
  expect(said).toEqual(['Event 1 came by sse after 2.0 ms', 'Event 5 came by sse after 4.0 ms'])
})
