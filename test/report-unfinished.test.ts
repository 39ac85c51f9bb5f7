// A run that is interrupted: what was measured is on the disk after each trial, and Ctrl-C makes a report of it and says what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planText, secondsOf } from '../bench/estimate.ts'
import { readResults } from '../bench/report/files.ts'
import { command, markdown } from '../bench/report/markdown.ts'
import { page } from '../bench/report/page.ts'
import { readmeTable } from '../bench/report/readme.ts'
import { tables } from '../bench/report/table.ts'
import { plan } from '../bench/plan.ts'
import { scenarioNames, scenarios } from '../bench/scenarios.ts'
import { madeUpResults } from './results.ts'

let directory: string
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'wirelab-test-unfinished-'))))
afterAll(() => rm(directory, { recursive: true }))

/** A bench of its own process; `until` looks at what it has written on standard error. */
function bench(out: string, ...args: string[]) {
  const path = join(import.meta.dirname, '../src/cli/bin.js')
  const child = spawn(process.execPath, [path, 'bench', '--out', out, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, said, ended }
}
const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe.concurrent('wirelab bench, interrupted', () => {
  // Its second trial would take ten minutes: it must be abandoned.
  const long = ['--scenario', 'storm,idle', '--transports', 'floor', '--seconds', '600', '--clients', '2', '--repeats', '1'] // prettier-ignore

  test(
    'after a trial: the report of what there is, one line about the rest, exit 130',
    { timeout: 60_000 },
    async () => {
      const out = join(directory, 'after')
      const { child, said, ended } = bench(out, ...long, '--seed', '1')
      await until(() => existsSync(join(out, 'results.json')) || child.exitCode !== null)
      const kept = await readResults(join(out, 'results.json')) // while it runs
      expect(kept.trials.map(({ scenario }) => scenario)).toEqual(['storm'])
      expect(kept.missing).toEqual([{ scenario: 'idle', transport: 'floor', repeat: 1 }])
      await new Promise((resolve) => setTimeout(resolve, 2500)) // until it is well in its window
      child.kill('SIGINT')
      expect(await ended).toBe(130)
      expect(said.err).toMatch(/^2 scenarios, 2 trials, about 10 min\n/)
      const line = 'unfinished: 1 of 2 rows were measured; missing: idle (floor 1)'
      expect(said.err.split('\n').slice(-2)).toEqual([line, ''])
      expect(said.out).toContain(line)
      expect(said.out).toMatch(/connect ms[^]*floor +│ +\d/)
      expect((await readdir(out)).toSorted()).toEqual(['report.html', 'report.md', 'results.csv', 'results.json'])
      expect(await readResults(join(out, 'results.json'))).toMatchObject({ trials: kept.trials, missing: kept.missing })
    },
  )

  test('before the first result: nothing is written over; SIGTERM is exit 143', { timeout: 60_000 }, async () => {
    const out = join(directory, 'before')
    const { child, said, ended } = bench(out, ...long.with(1, 'idle'))
    await until(() => said.err.includes('about 10 min') || child.exitCode !== null)
    child.kill('SIGTERM')
    expect(await ended).toBe(143)
    expect(said.err).toContain('unfinished: no trial came to its end, nothing was written')
    expect(await readdir(out)).toEqual([])
  })
})

test('what is missing is said in every form, and kept out of README', () => {
  const whole = madeUpResults({ seed: 1, scenarios: ['steady'], repeats: 1, histograms: false })
  expect(tables(whole) + page(whole) + markdown(whole)).not.toContain('unfinished')
  expect(readmeTable(whole)).toContain('| sse |')
  const missing = [
    { scenario: 'steady', transport: 'sse', repeat: 2 },
    { scenario: 'steady', transport: 'sse', repeat: 3 },
    { scenario: 'batch', transport: 'wss', repeat: 1, point: { batchMs: 5 } },
  ]
  const half = { ...whole, missing }
  const rows = whole.trials.length
  const line = `unfinished: ${rows} of ${rows + 3} rows were measured; missing: steady (sse 2); batch (wss 1)`
  for (const text of [tables(half), page(half), markdown(half)]) expect(text).toContain(line)
  expect(() => readmeTable(half)).toThrow(/did not come to its end/)
})

test('the command that measures again is what was ordered, not what of it was measured', () => {
  const whole = madeUpResults({ seed: 1, scenarios: ['steady'], repeats: 3, histograms: false })
  const isKept = ({ repeat, transport }: { repeat: number; transport: string }) => repeat === 1 && transport === 'sse'
  const missing = whole.trials.filter((each) => !isKept(each)).map(({ scenario, transport, repeat }) => ({ scenario, transport, repeat })) // prettier-ignore
  const half = { ...whole, trials: whole.trials.filter(isKept), missing }
  half.scenarios[0]!.tls = '1.2'
  expect(command('steady', half)).toBe(command('steady', whole))
  expect(command('steady', half)).toContain('--repeats 3 ')
  expect(command('steady', half)).toContain('--tls 1.2')
})

describe('the estimate', () => {
  test('one line for a plan, in seconds or minutes', () => {
    const steady = plan({ scenarios: [scenarios.steady], transports: ['sse'], repeats: 2, seed: 1 })
    expect(planText(steady)).toMatch(/^1 scenario, 2 trials, about \d+ s$/)
    const all = plan({ scenarios: scenarioNames.map((name) => scenarios[name]), seed: 1 })
    expect(planText(all)).toMatch(/^\d+ scenarios, \d+ trials, about \d+ min$/)
  })
  test('counts what each scenario says: its window, its clients, its interval', () => {
    const of = (more: object) =>
      secondsOf(plan({ scenarios: [{ ...scenarios.steady, ...more }], transports: ['polling'], seed: 1 })[0]!)
    const usual = of({})
    expect(of({ seconds: 12.5 }) - usual).toBeCloseTo(10)
    expect(of({ pollMs: 2500 }) - usual).toBeGreaterThan(2)
    expect(of({ clients: 1000 }) - usual).toBeGreaterThan(1)
    expect(of({ kind: 'ladder' })).toBeGreaterThan(10 * scenarios.steady.seconds)
  })
  test('a ladder is what it was measured to be: it climbs, is halved, and begins anew after what was too much', () => {
    const [first] = plan({ scenarios: [scenarios.ladder], transports: ['sse'], seed: 1 })
    expect(secondsOf(first!)).toBeGreaterThan(30)
    expect(secondsOf(first!)).toBeLessThan(65)
  })
  test('everything is under an hour, plain under three minutes', () => {
    const of = (names: typeof scenarioNames) =>
      plan({ scenarios: names.map((name) => scenarios[name]), seed: 1 }).reduce((sum, each) => sum + secondsOf(each), 0)
    expect(of(scenarioNames) / 60).toBeLessThan(58)
    expect(of(['steady']) / 60).toBeLessThan(3)
  })
})
