// What the page says of a storm: nobody is the last while others are still on their way.
import { expect, test } from 'vitest'
import type { Bench } from '../public/bench.ts'
import type { Storm } from '../public/door.ts'
import { stormInShort, stormTeller, stormWords } from '../public/storm-words.ts'

const storm: Storm = {
  ...{ transport: 'sse', lane: 'sse', clients: 1000, jitter: true },
  ...{ phase: 'dropped', droppedAt: 1.8e12, open: 400, back: 400, attempts: 450, backMsP50: 300, backMsMax: 1200 },
}

test.each([
  [{ phase: 'opening', open: 20 }, '20 of 1,000 clients connected'],
  [{ phase: 'opening', open: 0, why: 'no line' }, '0 of 1,000 clients connected (no line)'],
  [{ phase: 'open' }, 'all of 1,000 clients connected; the drop comes'],
  [
    {},
    'dropped, they come back each after a random wait of up to 500 ms: 400 of 1,000 clients are back, half of those within 300 ms, the last so far after 1.20 s, with 450 attempts',
  ],
  [
    { phase: 'done', back: 1000, jitter: false },
    'dropped, they came back all together: 1,000 of 1,000 clients were back, half of those within 300 ms, the last of them after 1.20 s, with 450 attempts',
  ],
  [
    { phase: 'done', back: 1000, attempts: 1000 },
    /with 1,000 attempts\. All waits were over after 500 ms: the rest of the time is the work of 1,000 handshakes$/,
  ],
  [{ phase: 'done', back: 1000, attempts: 1000, backMsMax: 640 }, /with 1,000 attempts$/], // little but the waits
  [{ phase: 'done', back: 1000, attempts: 1001 }, /with 1,001 attempts$/], // somebody waited again
  [{ phase: 'done', why: '600 did not come back' }, /with 450 attempts\. 600 did not come back$/],
  [{ back: 0, backMsP50: null, backMsMax: null }, /: 0 of 1,000 clients are back, with 450 attempts$/],
  [{ phase: 'failed', why: 'it was cancelled' }, 'it ended early: it was cancelled'],
] as const)('%j', (change, words) => {
  const said = stormWords({ ...storm, ...change })
  if (typeof words === 'string') expect(said).toBe(words)
  else expect(said).toMatch(words)
})

test.each([
  [{ phase: 'opening', open: 20 }, 'sse: 20 of 1,000 clients connected; they are dropped when all are.'],
  [{ phase: 'dropped', back: 0, backMsP50: null, backMsMax: null }, 'sse: 0 of 1,000 clients back …'],
  [{ phase: 'dropped' }, 'sse: 400 of 1,000 clients back, the last after 1.20 s …'],
  [
    { phase: 'done', back: 1000 },
    'sse: 1,000 of 1,000 clients back, the last after 1.20 s. What it did to all lanes is told in its lane, below.',
  ],
  [{ phase: 'failed', why: 'it was cancelled' }, 'sse: it ended early: it was cancelled.'],
] as const)('%j in short', (change, words) => expect(stormInShort({ ...storm, ...change })).toBe(words))

test('its begin and its end are said once, and nothing between them', () => {
  const said: string[] = []
  const bench = { storm: null as Storm | null }
  const beside = { isLooking: false, text: () => (beside.isLooking ? 'Beside it: sse' : 'Beside it: wss') }
  const tell = stormTeller(bench as Bench, (lane, what) => said.push(`${lane} ${what}`), beside)
  for (const [phase, isLooking] of [
    [undefined, false],
    ['opening', true],
    ['dropped', true],
    ['back', true],
    ['done', true], // what it did may still change
    ['done', false],
    ['done', false],
  ] as const) {
    bench.storm = phase ? { ...storm, phase } : null
    beside.isLooking = isLooking
    tell()
  }
  expect(said).toEqual([
    'sse storm: it begins',
    expect.stringMatching(/^sse storm: dropped, they came back .*attempts\. Beside it: wss$/),
  ])
  bench.storm = { ...storm, phase: 'done' } // one that was over when the page came
  const late: string[] = []
  stormTeller(bench as Bench, (_, what) => late.push(what), beside)()
  expect(late).toEqual([])
})
