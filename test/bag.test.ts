import { expect, test } from 'vitest'
import { bag } from '../src/core/bag.ts'

test('a bag holds what a Set would hold, whatever comes and goes', () => {
  const [mine, model] = [bag<{ n: number; place: number }>(), new Set<{ n: number; place: number }>()]
  const members = Array.from({ length: 50 }, (_, n) => ({ n, place: -1 }))
  let seed = 7
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let step = 0; step < 5000; step++) {
    const member = members[next(50)]!
    const turn = next(10)
    if (turn < 5 && !model.has(member)) {
      mine.add(member)
      model.add(member)
    } else if (turn < 9) expect(mine.delete(member)).toBe(model.delete(member))
    else {
      const taken = mine.take()
      expect(taken === undefined).toBe(model.size === 0)
      if (taken) expect(model.delete(taken)).toBe(true)
    }
    expect(mine.size).toBe(model.size)
    expect(new Set(mine.all())).toEqual(model)
  }
})
