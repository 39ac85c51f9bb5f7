// One stream for many followers: who leads tells the others, who takes over tells nothing twice, and a lab that was restarted is followed.
import { afterEach, expect, test } from 'vitest'
import { joinGroup } from '../public/learn/six-connections/leader.ts'
import type { Reader } from '../public/learn/six-connections/leader.ts'
import type { Cursor, Gap } from '../src/core/event.ts'

const SOON = { timeout: 10_000 }
const [OLD, NEW] = ['aaaaaaaa', 'zzzzzzzz']

let cleanUp: (() => void)[] = []
afterEach(() => {
  for (const each of cleanUp) each()
  cleanUp = []
})

/** A member of the group, what it was told in order, and the stream that it was to open, if it leads. */
function member(name: string, after: Cursor = `${OLD}.10`) {
  const told: string[] = []
  const led: { stream?: Reader; after?: Cursor; isClosed: boolean } = { isClosed: false }
  const { close } = joinGroup({
    ...{ name, after },
    open(after, reader) {
      Object.assign(led, { stream: reader, after })
      return { close: () => (led.isClosed = true) }
    },
    onEvent: (id) => told.push(id),
    onGap: ({ from, to }) => told.push(`${from} → ${to}`),
    onLead: () => told.push('leads'),
  })
  cleanUp.push(close)
  return { told, led, close }
}

async function group() {
  const name = crypto.randomUUID()
  const leader = member(name)
  await expect.poll(() => leader.led.stream, SOON).toBeDefined()
  const follower = member(name)
  return { leader, follower, brings: leader.led.stream! }
}
const gap = (from: Cursor, to: Cursor): Gap => ({ reason: 'epoch', from, to })

test('all are told each event once; the next leader goes on at its own cursor, and may be told again', async () => {
  const { leader, follower, brings } = await group()
  for (const n of [11, 12, 12, 11, 13] as const) brings.onEvent(`${OLD}.${n}`)
  const all = [`${OLD}.11`, `${OLD}.12`, `${OLD}.13`]
  await expect.poll(() => follower.told, SOON).toEqual(all)
  leader.close()
  await expect.poll(() => follower.led.after, SOON).toBe(`${OLD}.13`)
  for (const n of [13, 14] as const) follower.led.stream!.onEvent(`${OLD}.${n}`)
  expect(leader.told).toEqual(['leads', ...all])
  expect(leader.led.isClosed).toBe(true)
  expect(follower.told).toEqual([...all, 'leads', `${OLD}.14`])
})

test.each([
  ['of a later name', OLD, NEW],
  ['of an earlier one', NEW, OLD],
])(
  'a new epoch, %s, is followed from its first event, and the gap is told to all before it, once',
  async (_, was, is) => {
    const name = crypto.randomUUID()
    const leader = member(name, `${was}.10`)
    await expect.poll(() => leader.led.stream, SOON).toBeDefined()
    const follower = member(name, `${was}.10`)
    const brings = leader.led.stream!
    brings.onEvent(`${was}.11`)
    brings.onGap(gap(`${was}.11`, `${is}.0`))
    brings.onEvent(`${is}.1`)
    brings.onGap(gap(`${was}.11`, `${is}.0`)) // as a new leader would that had not heard of it
    brings.onEvent(`${is}.2`)
    const all = [`${was}.11`, `${was}.11 → ${is}.0`, `${is}.1`, `${is}.2`]
    await expect.poll(() => follower.told, SOON).toEqual(all)
    expect(leader.told).toEqual(['leads', ...all])
  },
)

test('a gap within an epoch is told, and one that leads back from where all are, too', async () => {
  const { follower, brings } = await group()
  brings.onGap({ reason: 'retention', from: `${OLD}.10`, to: `${OLD}.20` })
  brings.onEvent(`${OLD}.21`)
  brings.onGap({ reason: 'ahead', from: `${OLD}.21`, to: `${OLD}.5` })
  brings.onEvent(`${OLD}.6`)
  await expect
    .poll(() => follower.told, SOON)
    .toEqual([`${OLD}.10 → ${OLD}.20`, `${OLD}.21`, `${OLD}.21 → ${OLD}.5`, `${OLD}.6`])
})

test('who has not heard of the gap is told what comes after it all the same', async () => {
  const { brings, leader } = await group()
  brings.onEvent(`${NEW}.1`)
  expect(leader.told).toEqual(['leads', `${NEW}.1`])
})
