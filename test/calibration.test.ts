// The bench, measured: what is put in below the transports comes out as what it is; and with nothing put in, every check says so.
import { expect, test } from 'vitest'
import { calibrate } from '../bench/calibration.ts'
import { withLeaf } from '../bench/run.ts'

const told = (checks: Awaited<ReturnType<typeof calibrate>>) =>
  checks.map(
    ({ name, transport, expected, measured, ok }) =>
      `${ok ? 'holds' : 'FAILS'}: ${name}, ${transport}: ${expected}; ${measured}`,
  )

test('known delays, stalls, intervals, losses and an overload are reported as such', { timeout: 300_000 }, async () => {
  const checks = await withLeaf((common) => calibrate({ ...common, seed: 1 }))
  expect(checks.length).toBeGreaterThan(15)
  expect(told(checks).filter((line) => line.startsWith('FAILS'))).toEqual([])
})

test('a bench that puts nothing in fails every check', { timeout: 300_000 }, async () => {
  const checks = await withLeaf((common) =>
    calibrate({ ...common, seed: 1, broken: true, transports: ['floor', 'polling'] }),
  )
  expect(checks.length).toBeGreaterThan(8)
  expect(told(checks).filter((line) => line.startsWith('holds'))).toEqual([])
})
