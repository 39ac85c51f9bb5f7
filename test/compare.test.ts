// Comparing two runs: equal ones do not differ, a change is found where it is and nowhere else, and unlike is not compared with unlike.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compare } from '../bench/report/compare.ts'
import { comparison } from '../bench/report/table.ts'
import { busierText } from '../bench/report/unlike.ts'
import { verdictText } from '../bench/report/verdict.ts'
import { failings } from '../bench/report/worse.ts'
import type { Results, Row } from '../bench/results.ts'
import { madeUpResults } from './results.ts'
import type { MadeUp } from './results.ts'

const scenarios = ['steady', 'idle', 'connect']
const made = (seed: number, more: Partial<MadeUp> = {}) =>
  madeUpResults({ seed, scenarios, histograms: false, drift: 0.03, ...more })
const slower = (row: Row): Row =>
  row.transport === 'wss' && row.scenario === 'steady'
    ? { ...row, latencyMs: { ...row.latencyMs, p50: row.latencyMs.p50! + 5, p99: row.latencyMs.p99! + 5 } }
    : row
const named = (a: Results, b: Results) =>
  compare(a, b)
    .filter(({ lower }) => lower)
    .map(({ scenario, transport, metric, lower }) => `${scenario} ${transport} ${metric}: ${lower}`)

const RUNS = 40

describe('compare', () => {
  test(`${RUNS} times two runs of the same: "no significant difference" in all but one of 300 numbers`, () => {
    let [numbers, wrong] = [0, 0]
    for (let seed = 1; seed <= RUNS; seed++) {
      const [a, b] = [made(2 * seed), made(2 * seed + 1)]
      numbers += compare(a, b).filter(({ why }) => why === undefined).length
      wrong += named(a, b).length
    }
    expect(numbers).toBeGreaterThan(RUNS * 50)
    expect(wrong / numbers).toBeLessThan(1 / 300)
  })
  test(`${RUNS} times 5 ms more on one transport whose p50 is 2 ms: a difference there, and there only`, () => {
    let [found, elsewhere] = [0, 0]
    for (let seed = 1; seed <= RUNS; seed++) {
      const all = named(made(2 * seed), made(2 * seed + 1, { change: slower }))
      if (all.includes('steady wss p50: A')) found++
      elsewhere += all.filter((line) => !line.startsWith('steady wss p')).length
    }
    expect(found).toBeGreaterThanOrEqual(RUNS * 0.95)
    expect(elsewhere).toBeLessThanOrEqual(RUNS / 10)
  })
  test('what the floor did too was the machine', () => {
    const twice = (row: Row): Row => ({
      ...row,
      server: { ...row.server, cpuUsPerDelivery: (row.server.cpuUsPerDelivery ?? 0) * 2 || null },
    })
    const cells = compare(made(2), made(3, { change: twice })).filter(({ metric }) => metric === 'cpu')
    expect(cells.filter(({ lower }) => lower).map(({ transport }) => transport)).toEqual(['floor'])
    expect(cells.filter(({ floorToo }) => floorToo).length).toBeGreaterThan(4)
  })
  test('a run on a busy machine, or both: what differs is no longer certain; not known: as ever', () => {
    const verdicts = (loadA: number | undefined, loadB: number | undefined) => {
      const [a, b] = [made(2), made(3, { change: slower })]
      for (const [run, load] of [
        [a, loadA],
        [b, loadB],
      ] as const) {
        if (load === undefined) delete run.machine.loadBefore
        else run.machine.loadBefore = load
      }
      const cell = compare(a, b).find(({ transport, metric }) => transport === 'wss' && metric === 'p50')!
      return [verdictText(cell), busierText(a, b)]
    }
    expect(verdicts(12.48, 0.3)).toEqual([
      'differs, but A ran on a busy machine',
      'A ran on a busy machine (A: load 12.5 on 2 cores; B: load 0.3 on 2 cores): no difference is certain',
    ])
    expect(verdicts(0.3, 12.48)[0]).toBe('differs, but B ran on a busy machine')
    expect(verdicts(7, 8)).toEqual([
      'differs, but both ran on a busy machine',
      'both ran on a busy machine (A: load 7.0 on 2 cores; B: load 8.0 on 2 cores): no difference is certain',
    ])
    expect(verdicts(undefined, 8)[1]).toContain('B ran on a busy machine (A: load not known; B: load 8.0 on 2 cores)')
    for (const load of [0.9, undefined])
      expect(verdicts(0.3, load)).toEqual([expect.stringMatching(/^A lower by 5/), undefined])
  })
  test('the floor of another scenario says nothing of this one', () => {
    const both = ['steady', 'up'] // up has no floor: nobody receives
    const moved = (row: Row): Row =>
      row.transport === 'floor' || row.scenario === 'up'
        ? { ...row, connectMs: { ...row.connectMs, full: row.connectMs.full! * 3 } }
        : row
    const cells = compare(made(2, { scenarios: both }), made(3, { scenarios: both, change: moved }))
    const of = (scenario: string) => cells.filter((each) => each.scenario === scenario && each.metric === 'connect')
    expect(of('up').map(({ lower, floorToo }) => [lower, floorToo])).toEqual([['A', undefined], ['A', undefined]]) // prettier-ignore
  })
  test('"no significant difference" says from which change on it would have been one; twice that is found', () => {
    const [a, b] = [made(2), made(3)]
    const least = compare(a, b).find((each) => each.scenario === 'steady' && each.transport === 'wss' && each.metric === 'cpu')! // prettier-ignore
    expect(least.seenFrom).toBeGreaterThanOrEqual(0.1)
    expect(verdictText(least)).toBe(`no significant difference (< ${Math.ceil(least.seenFrom! * 100)} % unseen)`)
    const by = (times: number) => (row: Row) =>
      row.transport === 'wss' && row.scenario === 'steady'
        ? { ...row, server: { ...row.server, cpuUsPerDelivery: row.server.cpuUsPerDelivery! * times } }
        : row
    expect(named(a, made(3, { change: by((1 + least.seenFrom!) ** 2 / least.ratio!.median) }))).toContain(
      'steady wss cpu: A',
    )
    // Repeats that agree: what is not worth a word is not seen either.
    const bytes = compare(a, b).find(({ transport, metric }) => transport === 'sse' && metric === 'bytes')!
    expect(verdictText(bytes)).toBe('no significant difference (< 2 % unseen)')
  })
  test('bytes: 1 % is not worth a word, 5 % is', () => {
    const more =
      (times: number) =>
      (row: Row): Row => ({ ...row, bytesPerEvent: { ...row.bytesPerEvent, total: row.bytesPerEvent.total! * times } })
    expect(named(made(4), made(5, { change: more(1.01) }))).toEqual([])
    expect(named(made(4), made(5, { change: more(1.05) }))).toContain('steady sse bytes: A')
  })
  test.for<[string, (b: Results) => void, RegExp]>([
    ['another machine', (b) => (b.machine.cores = 64), /another machine \(cores: 2 and 64\)/],
    ['another Node', (b) => (b.versions.node = '26.0.0'), /another Node \(24\.1\.0 and 26\.0\.0\)/],
    [
      'pinned differently',
      (b) => (b.machine.pinning = 'not pinned: one core'),
      /pinned differently \(unknown; and not/,
    ],
    ['another payload', (b) => (b.scenarios[0]!.payload = 999), /another payload \(200 and 999\)/],
    ['another HTTP', (b) => (b.scenarios[0]!.http = '2'), /another http \(1\.1 and 2\)/],
    ['another warm-up', (b) => (b.scenarios[0]!.warmSeconds = 9), /another warmSeconds \(0\.7 and 9\)/],
    ['another limit', (b) => (b.scenarios[0]!.maxUtilisation = 1), /another maxUtilisation \(0\.6 and 1\)/],
    ['other cores', (b) => (b.scenarios[0]!.pinned = false), /another pinned \(true and false\)/],
    ['other clients', (b) => b.trials.forEach((row) => (row.clients = 7)), /another clients \(50 and 7\)/],
    ['another rate', (b) => b.trials.forEach((row) => (row.rate = 7)), /another rate/],
    ['other seconds', (b) => b.trials.forEach((row) => (row.seconds = 7)), /another seconds/],
    [
      'too few repeats',
      (b) => (b.trials = b.trials.filter(({ repeat }) => repeat < 4)),
      /it needs 4 valid repeats in each run, and A has 5, B 3: measure with --repeats 5/,
    ],
    ['nothing valid', (b) => b.trials.forEach((row) => (row.valid = false)), /no valid number in B/],
    ['a scenario that only one has', (b) => (b.trials = []), /only in A/],
  ])('%s: not comparable, and one line says why', ([, change, why]) => {
    const b = made(5, { scenarios: ['steady'] })
    change(b)
    const cells = compare(made(4, { scenarios: ['steady'] }), b)
    expect(cells.length).toBeGreaterThan(10)
    for (const cell of cells) expect(cell.why).toMatch(why)
    const text = comparison(cells)
    expect(text.match(/not comparable:/g)).toHaveLength(1)
    expect(text).toContain(`- not comparable: steady, all: ${cells[0]!.why}`)
    expect(text).toContain(`${cells.length} cannot be compared`)
    expect(text).not.toContain('no significant difference')
  })
  test('what is not comparable in one scenario is no word about another', () => {
    const b = made(5)
    b.scenarios.find(({ name }) => name === 'connect')!.warmSeconds = 3
    b.trials = b.trials.filter(({ transport, scenario, repeat }) => !(transport === 'sse' && scenario === 'steady' && repeat > 3)) // prettier-ignore
    const cells = compare(made(4), b)
    const refused = cells.filter(({ why }) => why !== undefined)
    expect(new Set(refused.map(({ scenario, transport }) => `${scenario} ${transport === 'sse'}`))).toEqual(
      new Set(['steady true', 'connect true', 'connect false']),
    )
    expect(comparison(cells)).toMatch(/- not comparable: steady, p50, [^\n]* of sse: it needs 4 valid repeats/)
    expect(comparison(cells)).toContain('- not comparable: connect, all: another warmSeconds (0.7 and 3)')
  })
  test('cores do not matter to a scenario that has none of its own', () => {
    const [a, b] = [made(4, { scenarios: ['fanout'] }), made(5, { scenarios: ['fanout'] })]
    for (const run of [a, b]) run.scenarios[0]!.pinned = false
    b.machine.pinning = 'server on core 0, generators on 1'
    expect(compare(a, b).some(({ why }) => why !== undefined)).toBe(false)
  })
  test('the knee of a ladder is compared whatever it is; what was measured at it only at the same rate', () => {
    const at = (rate: number) => (row: Row) => ({ ...row, rate, figures: { kneeRate: rate } })
    const ladder = (seed: number, rate: number) => {
      const run = made(seed, { scenarios: ['ladder'], change: at(rate) })
      run.scenarios[0]!.kind = 'ladder'
      return run
    }
    const why = (metric: string, b: Results) =>
      compare(ladder(4, 100), b).find((each) => each.metric === metric && each.transport === 'wss')!.why
    expect(why('kneeRate', ladder(5, 400))).toBeUndefined()
    expect(named(ladder(4, 100), ladder(5, 400))).toEqual(['ladder floor kneeRate: A']) // the floor's, and so all the others'
    expect(why('p50', ladder(5, 400))).toMatch(/measured at the knee, at 100, 400 events/)
    expect(why('p50', ladder(5, 100))).toBeUndefined()
  })
  test('a knee that the generator or the end of the ladder ended is at least there: not comparable', () => {
    const ladder = (seed: number, limit: (row: Row) => number) => {
      const change = (row: Row) => ({ ...row, figures: { kneeRate: 100 * seed, kneeLimitedBy: limit(row) } })
      const run = made(seed, { scenarios: ['ladder'], change })
      run.scenarios[0]!.kind = 'ladder'
      return run
    }
    const why = (a: Results, b: Results) =>
      compare(a, b).find(({ metric, transport }) => metric === 'kneeRate' && transport === 'wss')!.why
    const byServer = ladder(4, () => 0)
    expect(
      why(
        byServer,
        ladder(5, () => 0),
      ),
    ).toBeUndefined()
    for (const limit of [1, 2])
      expect(
        why(
          byServer,
          ladder(5, ({ repeat }) => (repeat === 2 ? limit : 0)),
        ),
      ).toMatch(/in 0 repeats of A and 1 of B/)
  })
  test('a CI job fails, too, when nobody can tell', () => {
    const of = (change: (b: Results) => void) => {
      const [a, b] = [made(2), made(3)]
      change(b)
      return failings(a, b, compare(a, b))
    }
    expect(of(() => undefined)).toEqual([])
    expect(of((b) => (b.machine.loadBefore = 9))).toEqual([expect.stringMatching(/^B ran on a busy machine/)])
    expect(of((b) => (b.machine.cores = 64))).toEqual(['not one number of the two could be compared'])
    expect(of((b) => Object.assign(b.trials[0]!, { valid: false, why: 'late' }))).toEqual(['1 of 95 rows of B are invalid']) // prettier-ignore
    const missing = [{ scenario: 'steady', transport: 'sse', repeat: 6 }]
    expect(of((b) => (b.missing = missing))).toEqual([expect.stringMatching(/^B is unfinished: /)])
  })
  test('of what is better when there is more, less is what fails', () => {
    const by = (times: number) => (row: Row) => ({
      ...row,
      figures: { requestsPerSecond: row.figures!['requestsPerSecond']! * times },
    })
    const of = (times: number) => {
      const [a, b] = [made(2, { scenarios: ['capacity'] }), made(3, { scenarios: ['capacity'], change: by(times) })]
      return failings(a, b, compare(a, b)).filter((line) => line.includes('polling requestsPerSecond'))
    }
    expect(of(0.3)).toHaveLength(2)
    expect(of(0.3)[0]).toMatch(/^worse in B: capacity polling requestsPerSecond: B lower by \d/)
    expect(of(3)).toEqual([])
  })
  test('commits may differ', () => {
    const b = { ...made(5), commit: 'f'.repeat(40) }
    expect(compare(made(4), b).some(({ why }) => why !== undefined)).toBe(false)
  })
})

describe.concurrent('wirelab bench --compare', () => {
  let directory: string
  const write = async (name: string, text: string) => {
    await writeFile(join(directory, name), text)
    return join(directory, name)
  }
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'wirelab-test-compare-'))))
  afterAll(() => rm(directory, { recursive: true }))
  const cli = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const path = join(import.meta.dirname, '../src/cli/bin.js')
      execFile(process.execPath, [path, 'bench', ...args], (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      )
    })

  test('two files: a table with verdicts, exit 0; a gate is held against the second', async () => {
    const a = await write('a.json', JSON.stringify(made(2)))
    const b = await write('b.json', JSON.stringify(made(3, { change: slower })))
    const { code, out, err } = await cli('--compare', a, b)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/wss +│ p50 ms +│.*│ A lower by 5\.\d+ ms/)
    expect(out).toContain('no significant difference')
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(130)
    expect(out).not.toContain('busy')
    const run = made(2)
    run.machine.loadBefore = 12.5
    const loaded = (await cli('--compare', await write('loaded.json', JSON.stringify(run)), b)).out
    expect(loaded).toMatch(/wss +│ p50 ms +│.*│ differs, but A ran on a busy machine/)
    expect(loaded).toMatch(
      /\nA ran on a busy machine \(A: load 12\.5 on 2 cores; B: load .*\): no difference is certain\n$/,
    )
    const gated = await cli('--compare', a, b, '--gate', 'wss.p50=4')
    expect(gated.code).toBe(1)
    expect(gated.err).toMatch(/^gate wss\.p50=4: steady has 7\./)
  })
  test('--fail: exit 1 when something of B is worse; without it a difference is no failure', async () => {
    const a = await write('fast.json', JSON.stringify(made(2)))
    const b = await write('slow.json', JSON.stringify(made(3, { change: slower })))
    const worse = await cli('--compare', a, b, '--fail')
    expect(worse.code).toBe(1)
    expect(worse.err).toMatch(/^worse in B: steady wss p50: A lower by 5\.\d+ ms\n$/)
    expect(await cli('--compare', b, a, '--fail')).toMatchObject({ code: 0, err: '' }) // better is not worse
  })
  test('rows that do not count pass no gate', async () => {
    const a = await write('good-a.json', JSON.stringify(made(2)))
    const rows = (row: Row) => (row.repeat > 1 ? { ...row, valid: false, why: 'late' } : row)
    const b = await write('bad-b.json', JSON.stringify(made(3, { change: rows })))
    const { code, err } = await cli('--compare', a, b, '--gate', 'wss.p50=100')
    expect([code, err]).toEqual([1, expect.stringMatching(/^\d+ of \d+ rows of B are invalid\n$/)])
  })
  test('a run that did not come to its end is compared as far as it goes, and it says so', async () => {
    const a = await write('whole.json', JSON.stringify(made(2)))
    const missing = [{ scenario: 'steady', transport: 'sse', repeat: 6 }]
    const b = await write('half.json', JSON.stringify({ ...made(3), missing }))
    const { code, out } = await cli('--compare', a, b)
    expect(code).toBe(0)
    expect(out).toMatch(/\nB is unfinished: \d+ of \d+ rows were measured; missing: steady \(sse 1\)\n$/)
  })
  test('JSON that is not ours: the field that is wrong, what was expected of it, and where that is written', async () => {
    const good = await write('ours.json', JSON.stringify(made(2)))
    const cases = [
      [
        { schema: 'else' },
        /its field schema is wrong: expected "wirelab\.bench\/1", got "else" \(see bench\/results\.ts\)/,
      ],
      [{ ...made(2), seed: 'x' }, /its field seed is wrong: expected number, got "x"/],
      [[1], /its field schema is wrong/],
    ] as const
    for (const [value, why] of cases) {
      const { code, err } = await cli('--compare', good, await write('theirs.json', JSON.stringify(value)))
      expect(code).toBe(2)
      expect(err).toMatch(why)
    }
  })
  test(
    'a file that is not there, not JSON, not results; one file, three files: one line and exit 2',
    { timeout: 60_000 },
    async () => {
      const good = await write('good.json', JSON.stringify(made(2)))
      const text = await write('text.json', 'hello')
      const other = await write('other.json', '{"schema":"else"}')
      for (const files of [
        [good, `${directory}/none.json`],
        [good, text],
        [other, good],
        [good],
        [good, good, good],
        [directory, good],
      ]) {
        const { code, out, err } = await cli('--compare', ...files)
        expect({ code, out }).toEqual({ code: 2, out: '' })
        expect(err).toMatch(/^[^\n]{10,300}\n$/)
      }
    },
  )
})
