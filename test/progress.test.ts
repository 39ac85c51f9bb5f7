// What is said while the bench works: how far it is, where it stopped, and whether the machine was busy before it began.
import { describe, expect, test } from 'vitest'
import { busyText } from '../bench/busy.ts'
import { run } from '../bench/run.ts'
import { scenarios } from '../bench/scenarios.ts'
import { lines } from '../src/cli/progress.ts'

describe('progress without a terminal', () => {
  const step = (done: number, isEnd = false) => ({ done, all: 30, name: 'steady', left: '88 s left', isEnd })
  test('a line at the start, then one when 30 s have passed', () => {
    let [now, text] = [0, '']
    const show = lines(
      (line) => (text += line),
      () => now,
    )
    for (const done of [0, 1, 2, 3, 4, 5]) {
      show(step(done))
      now += 12_000
    }
    expect(text).toBe('0/30 88 s left steady\n3/30 88 s left steady\n')
  })
  test('the end is no line', () => {
    let text = ''
    lines((line) => (text += line))(step(30, true))
    expect(text).toBe('')
  })
})

test('a run that is stopped ends where it was, not at its last trial', async () => {
  const calls: unknown[] = []
  const results = await run({
    ...{ scenarios: [scenarios.steady], transports: ['sse'], repeats: 3, seed: 1, signal: AbortSignal.abort() },
    onTrial: (...call) => calls.push(call),
  })
  expect(results.missing).toHaveLength(3)
  expect(calls).toEqual([[0, 3, 'stopped', 0]])
})

test('a peer is named with its version when a row of it is there, not when it was only asked for', async () => {
  const small = { ...scenarios.steady, clients: 2, rate: 20, seconds: 0.5, warmSeconds: 0.1 }
  const order = { scenarios: [small], transports: [], peers: ['ws-wss'], repeats: 1, seed: 1 }
  const stopped = await run({ ...order, signal: AbortSignal.abort() })
  expect([stopped.trials, stopped.versions]).toEqual([[], expect.not.objectContaining({ 'ws-wss': expect.anything() as string })]) // prettier-ignore
  const { trials, versions } = await run(order)
  expect(trials.map(({ transport }) => transport)).toEqual(['ws-wss'])
  expect(versions['ws-wss']).toMatch(/^ws \d+\./)
})

test('a machine is busy when its load is above half of its cores', () => {
  expect(busyText({ loadBefore: 12.48, cores: 2 })).toBe(
    'the machine is busy: load 12.5 on 2 cores; numbers will be noisy',
  )
  expect(busyText({ loadBefore: 1, cores: 2 })).toBeUndefined()
  expect(busyText({})).toBeUndefined()
})
