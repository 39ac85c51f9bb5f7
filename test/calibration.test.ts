// The bench, measured: what is put in below the transports comes out as what it is; and with nothing put in, every check
// says so. These run alone: they measure time.
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

// Each by a check of which it is known that it must: one that stood beside it would add a minute and prove no more.
test.each([
  ['doubled', /^20 ms of delay/],
  ['trimmed', /^one stall/],
  ['first', /^20 ms of delay/],
] as const)('a harness whose latencies are %s is found out', { timeout: 120_000 }, async (flaw, only) => {
  const checks = await withLeaf((common) => calibrate({ ...common, seed: 1, flaw, only, transports: ['floor', 'sse'] }))
  expect(checks.map(({ transport }) => transport)).toEqual(['sse', 'floor'])
  expect(told(checks).filter((line) => line.startsWith('holds'))).toEqual([])
})

test('a bench that puts nothing in fails every check', { timeout: 300_000 }, async () => {
  const checks = await withLeaf((common) =>
    calibrate({ ...common, seed: 1, broken: true, transports: ['floor', 'polling'] }),
  )
  expect(checks.length).toBeGreaterThan(8)
  expect(told(checks).filter((line) => line.startsWith('holds'))).toEqual([])
})
