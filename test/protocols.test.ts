// Which of a door's connections tells what its lane speaks.
import { expect, test } from 'vitest'
import { latestOf } from '../public/protocols.ts'

const one = (id: number, openedAt: number, closedAt?: number) => ({
  ...{ id, openedAt },
  ...(closedAt !== undefined && { closedAt }),
})

test('the latest that is open; when none is, the latest', () => {
  expect(latestOf([one(1, 10), one(3, 30, 40), one(2, 20)])?.id).toBe(2)
  expect(latestOf([one(2, 20, 21), one(1, 10, 50)])?.id).toBe(2)
  expect(latestOf([])).toBeUndefined()
})
