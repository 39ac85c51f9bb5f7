// The smallest size of an event is said in bytes once such an event came, and never before.
import { expect, test } from 'vitest'
import { payloadSlider } from '../public/knobs.ts'
import { weigh } from '../public/smallest.ts'
import type { Json } from '../src/core/event.ts'

const event = (type: string, data: Json) => ({ id: 'abcdefgh.12', at: 1_790_000_000_000.125, type, data }) as const

test('of what is padded, or somebody else’s, nothing follows; then it is the first of the lab’s own', () => {
  for (const other of [event('note', { text: 'a' }), event('tick', { n: 1, pad: 'xxx' }), event('tick', 'xxxx')]) {
    weigh(other)
    expect(payloadSlider.words(0)).toBe('smallest')
  }
  weigh(event('tick', { n: 12, wave: 0.56 }))
  expect(payloadSlider.words(0)).toBe('smallest, ≈ 85 B')
  weigh(event('tick', { n: 1234, wave: -0.56 }))
  expect([payloadSlider.words(0), payloadSlider.words(200)]).toEqual(['smallest, ≈ 85 B', '200 B'])
})
