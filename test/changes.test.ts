// Who changed the rate or the size, this page or somebody else; and what a slider says of it, for how long.
import { expect, test } from 'vitest'
import type { Bench } from '../public/bench.ts'
import { asOurs, changesByOthers } from '../public/changes.ts'
import { elsewhere } from '../public/elsewhere.ts'
import { payloadSlider, rateSlider } from '../public/knobs.ts'

/** As the lab answers to who changes its rate. */
const told = (changes: number, changed: number) => ({ perSecond: 5, payloadBytes: 0, changes, changed })

test('changes of the lab that are not of this page are by others; what was so already is none', async () => {
  const others = changesByOthers()
  others.read(7)
  await asOurs(() => Promise.resolve(told(9, 2)))
  others.read(9)
  await asOurs(() => Promise.resolve(told(9, 0)))
  others.read(9)
  expect(others.count).toBe(0)
  others.read(10)
  expect(others.count).toBe(1)
  await asOurs(() => Promise.resolve(told(12, 1))) // and somebody else, just before
  others.read(12)
  expect(others.count).toBe(2)
})

test('neither what is under way nor an answer that was overtaken is taken for somebody else', async () => {
  const others = changesByOthers()
  others.read(0)
  let answer = () => undefined as void
  const under = asOurs(() => new Promise((resolve) => (answer = () => resolve(told(1, 1)))))
  others.read(1)
  expect(others.count).toBe(0)
  answer()
  await under
  others.read(0)
  others.read(1)
  expect(others.count).toBe(0)
  await expect(asOurs(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  others.read(2)
  expect(others.count).toBe(1)
})

test('a slider says what it was here, then that it was set back, then nothing; what is set here is said nowhere', () => {
  let tell = (_: 'read' | 'moved') => undefined as void
  const bench = {
    ...{ perSecond: 5, payloadBytes: 0, changesByOthers: 0 },
    subscribe(listener: typeof tell) {
      tell = listener
      return () => undefined
    },
  }
  const { text } = elsewhere(bench as unknown as Bench)
  const become = (now: Partial<typeof bench>) => (Object.assign(bench, now), tell('read'))
  const says = (inMs = 0) => text(rateSlider, performance.now() + inMs).replace(/^changed by another page.+; /, '')
  become({ perSecond: 10 })
  expect(says()).toBe('')
  become({ perSecond: 12, changesByOthers: 1 })
  become({ perSecond: 20, changesByOthers: 2 })
  expect(says(60_000)).toBe('here it was: 10 events a second')
  expect(text(payloadSlider, performance.now())).toBe('')
  become({ perSecond: 10, changesByOthers: 3 })
  expect(says(14_000)).toBe('set back')
  expect(says(16_000)).toBe('')
  become({ perSecond: 12, changesByOthers: 4 })
  become({ perSecond: 50 })
  expect(says()).toBe('')
  become({ perSecond: 12, changesByOthers: 5 })
  Object.assign(bench, { perSecond: 5, changesByOthers: 0 }) // the lab was restarted
  tell('read')
  tell('moved')
  expect(says()).toBe('')
})
