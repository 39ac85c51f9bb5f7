// `npm test`: what the tests need, types, lint, then every test. Stops at the first step that fails; arguments go to vitest.
import { spawn } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { needBrowsers } from './browser.ts'
import { findTools, lacks } from './tools.ts'

const root = join(import.meta.dirname, '..')
const RESULTS = join(root, 'test/out/vitest.json')
/** They measure time, and the tests before them take all there is. */
const ALONE = ['test/calibration.test.ts', 'test/first-load.test.ts', 'test/smooth.test.ts']
/** So many tests may pass only at their second try: by chance one or two of thousands do, on a shared machine. */
const SECOND_TRIES = 5
/** A step that takes longer hangs. */
const STEP_MS = 2_700_000

/** What of vitest's JSON report is read here. */
interface Results {
  numPassedTests: number
  testResults: {
    status: string
    name: string
    /** `failureMessages` of a test that passed are those of the try before it. */
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[]
  }[]
}

export async function run(args: string[]): Promise<void> {
  process.chdir(root)
  // Hundreds of processes run the same files.
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'test/out/compiled')
  let count: Count | undefined
  try {
    await step('needs', async () => {
      const browsers = await needBrowsers(say)
      await findTools(say)
      return browsers.join(', ')
    })
    await allOf(
      step('types', () => quietly('node_modules/typescript/bin/tsc', '--noEmit')),
      step('eslint', () => quietly('node_modules/eslint/bin/eslint.js', '.')),
      step('prettier', () => quietly('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')),
    )
    const isAll = args.length === 0
    await step('tests', async () => void (count = await tests(isAll ? ALONE.map((each) => `--exclude=${each}`) : args)))
    if (isAll)
      await step('what measures time, alone', async () => {
        const before = count!
        count = { ...before, failed: before.failed + 1 } // until it is known
        count = sum(before, await tests([...ALONE, '--no-file-parallelism']))
      })
    if (count?.passed === 0) throw new Error('no test passed')
  } catch (error) {
    say(`npm test: ${(error as Error).message}`)
    process.exitCode = 1
  }
  if (!count) return
  const { notRun, second } = count
  const lack = lacks(notRun)
  if (lack !== undefined) say(lack)
  if (second > 0) say(`${second} passed only at the second try; ${SECOND_TRIES} may, more are one failure`)
  if (second > SECOND_TRIES) count.failed++
  if (count.failed > 0) process.exitCode = 1
  say(`${count.passed} passed, ${count.failed} failed`) // the last line; CI reads it
}

interface Count {
  passed: number
  failed: number
  /** Whole names. */
  notRun: string[]
  /** Of those that passed, how many did only at their second try. */
  second: number
}

async function tests(args: string[]): Promise<Count> {
  await mkdir(dirname(RESULTS), { recursive: true })
  await rm(RESULTS, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
  const { code } = await node('inherit', 'node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args)
  const text = await readFile(RESULTS, 'utf8').catch((cause: unknown) => {
    throw new Error(`vitest ended with ${code} and no results`, { cause })
  })
  const { numPassedTests, testResults } = JSON.parse(text) as Results
  const all = testResults.flatMap((file) => file.assertionResults)
  const notRun = all.filter(({ status }) => status !== 'passed' && status !== 'failed')
  const second = all.filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
  for (const { status, fullName } of notRun) say(`not run (${status}): ${fullName}`)
  for (const { fullName, failureMessages } of second)
    say(`passed only at the second try: ${fullName}\n${failureMessages.join('\n')}`)
  // A file that could not even be loaded has no tests to count: it is one failure. So is an error outside any test.
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(hasFailed)).length
  const failed = all.filter(hasFailed).length + broken
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    notRun: notRun.map(({ fullName }) => fullName),
    second: second.length,
  }
}

const sum = (a: Count, b: Count): Count => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  notRun: [...a.notRun, ...b.notRun],
  second: a.second + b.second,
})

const hasFailed = ({ status }: { status: string }) => status === 'failed'

/** Says what begins, and how long it took. */
async function step(name: string, work: () => Promise<string | void>): Promise<void> {
  const startedAt = performance.now()
  say(`${name} …`)
  const detail = await work()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  say(`${name} done in ${seconds} s${detail ? ` (${detail})` : ''}`)
}

/** Each has said what it has to say before one of them ends the run. @throws what the first of them threw */
async function allOf(...steps: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** Shows what a tool wrote only when it failed. @throws Error */
async function quietly(...command: string[]): Promise<void> {
  const { code, output } = await node('pipe', ...command)
  if (code === 0) return
  process.stdout.write(output)
  throw new Error(`${command.join(' ')} ended with ${code}`)
}

function node(stdio: 'inherit' | 'pipe', ...command: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', stdio, stdio], timeout: STEP_MS })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (signal) reject(new Error(`${command[0]} was ended by ${signal}, or took more than ${STEP_MS / 1000} s`))
      else resolve({ code: code ?? 1, output })
    })
  })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
