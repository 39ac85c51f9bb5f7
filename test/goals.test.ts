// What was meant to be reached and what a run reached: met, missed, or not known, and never more than the numbers say.
import { expect, test } from 'vitest'
import { goalsTable } from '../bench/report/goals.ts'
import type { Results, Row } from '../bench/results.ts'
import { madeUpResults } from './results.ts'

const ms: Record<string, number | null> = { floor: 1000, wss: 1100, sse: 1400, 'long-polling': null }
const back = (row: Row): Row => ({ ...row, figures: { backP99Ms: ms[row.transport] ?? null } })

test('a ratio within its bound is met, one beyond it is missed, and without a number nothing is known', () => {
  const table = goalsTable(madeUpResults({ seed: 1, scenarios: ['storm'], histograms: false, change: back }), 'storm')!
  expect(table.slice(1).map(([, ...rest]) => rest)).toEqual([
    ['≤ 1.3 ×', '1.10', 'met'],
    ['≤ 1.3 ×', '1.40', 'missed'],
    ['≤ 1.5 ×', '–', 'not known'],
  ])
})

test('where the goal lies within the interval, the median decides and it is said', () => {
  const change = (row: Row) => (row.transport === 'wss' ? { ...row, figures: { backP99Ms: 1000 + 100 * row.repeat } } : back(row)) // prettier-ignore
  const table = goalsTable(madeUpResults({ seed: 1, scenarios: ['storm'], histograms: false, change }), 'storm')!
  expect(table[1]!.slice(2)).toEqual(['1.30 (1.10–1.50)', 'met, by the median: the interval holds the goal'])
})

test('a run without those who stand in a goal makes no table of it', () => {
  expect(goalsTable(madeUpResults({ seed: 1, scenarios: ['ladder'], histograms: false }), 'ladder')).toBeUndefined()
})

/** Highest rates, and whether the generator ended the climb. */
function climbs(knees: Climbs): Results {
  const results = madeUpResults({ seed: 1, scenarios: ['ladder'], histograms: false })
  const floors = results.trials.filter(({ transport }) => transport === 'floor')
  const of = (name: string) => (/polling/.test(name) ? 'long-polling' : /sse/.test(name) ? 'sse' : 'wss')
  const trials = Object.entries(knees).flatMap(([transport, [kneeRate, kneeLimitedBy]]) =>
    floors.map((row): Row => ({
      ...{ ...row, transport, figures: { kneeRate, kneeLimitedBy } },
      ...(of(transport) !== transport && { beside: of(transport) }),
    })),
  )
  return { ...results, trials, predictions: [] }
}
type Climbs = Record<string, [rate: number, limitedBy: 0 | 1]>
const peers: Climbs = { 'nchan-sse': [100, 0], 'hono-sse': [100, 0], 'socket.io-wss': [100, 0] }

test('of a climb that the generator ended only what is certain is judged', () => {
  const judged = (results: Results) => goalsTable(results, 'ladder')!.slice(1).map(([name, , ...rest]) => [name!.split(':')[0], ...rest]) // prettier-ignore
  const rows = judged(
    climbs({
      ...{ wss: [400, 1], sse: [200, 0], 'long-polling': [50, 0] },
      ...{ ...peers, 'nchan-wss': [300, 1], 'nchan-long-polling': [100, 1] },
    }),
  )
  expect(rows).toEqual([
    ['wss ÷ nchan-wss', '≥ 400 and ≥ 300 events/s', 'not known: the generator ended both'],
    ['wss ÷ socket.io-wss', '≥ 4.00', 'met'],
    ['sse ÷ nchan-sse', '2.00', 'missed'],
    ['sse ÷ hono-sse', '2.00', 'missed'],
    ['long-polling ÷ nchan-long-polling', '≤ 0.50', 'missed'],
  ])
  const low = judged(
    climbs({
      ...{ wss: [150, 1], sse: [1000, 0], 'long-polling': [500, 0] },
      ...{ ...peers, 'nchan-wss': [100, 0], 'nchan-long-polling': [100, 1] },
    }),
  )
  expect(low.map(([, , verdict]) => verdict)).toEqual(['not known', 'not known', 'met', 'met', 'not known'])
})
