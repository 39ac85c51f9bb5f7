// FAULTS F13, F14: processes that are stopped and go on later, or are killed and begin again at the cursor that they had stored.
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import { sleep } from './lab.ts'
import { bin, caPath, expectWhole, reader, serve, started } from './served.ts'

/** LONG=1: as long as a lid is closed, and longer than the lab holds a line that does not answer. */
const long = process.env.LONG === '1'
const AWAY_MS = long ? 60_000 : 3000
const quick = ['--limit', 'pingMs=500', '--limit', 'pongMs=500', '--limit', 'heartbeatMs=1000']
const patience = { timeout: AWAY_MS + 60_000 }

/** `wirelab watch`, a process of its own. */
function watch(url: string, over: TransportName, after = 'now') {
  const args = ['watch', '--ca', caPath, '--over', over, '--poll', '100', '--after', after, url]
  const child = started(process.execPath, [bin, ...args])
  const lines: { id: string; line: string }[] = []
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push({ id: (JSON.parse(line) as { id: string }).id, line })
  })
  return {
    ...{ child, lines },
    get said() {
      return said
    },
    async until(count: number, ms = 30_000) {
      const began = performance.now()
      while (lines.length < count) {
        if (performance.now() - began > ms)
          throw new Error(`${over}: ${lines.length} of ${count} lines; it said ${said}`)
        await sleep(20)
      }
    },
  }
}

describe('F14 somebody is stopped (SIGSTOP)', () => {
  test(`F14 clients of all transports, for ${AWAY_MS} ms → each misses nothing`, patience, async () => {
    const { url } = await serve(['--rate', '50', ...quick])
    const watchers = transportNames.map((over) => watch(url, over))
    await Promise.all(watchers.map((each) => each.until(20)))
    for (const { child } of watchers) child.kill('SIGSTOP')
    await sleep(AWAY_MS)
    for (const { child } of watchers) child.kill('SIGCONT')
    const missed = (AWAY_MS / 1000) * 50
    for (const { lines, until } of watchers) await until(lines.length + missed + 20)
    for (const { lines, said } of watchers) {
      expectWhole(lines.map(({ id }) => id))
      expect(said).not.toContain('gap')
    }
  })

  test(`F14 the server, for ${AWAY_MS} ms → every client comes back, and misses nothing`, patience, async () => {
    const { url, child } = await serve(['--rate', '50', ...quick])
    const readers = await Promise.all(transportNames.map((transport) => reader(url, transport)))
    for (const each of readers) await each.more(20)
    child.kill('SIGSTOP')
    await sleep(AWAY_MS)
    child.kill('SIGCONT')
    for (const each of readers) await each.more(100, 40_000)
    for (const { ids, gaps } of readers) expectWhole(ids, gaps)
    expect(child.exitCode).toBeNull()
  })
})

describe('F13 killed between the answer and what was to be done with it', () => {
  test.each(transportNames)('F13 %s → again from the stored cursor: the same bytes, nothing left out', async (over) => {
    const { url } = await serve(['--rate', '50'])
    const first = watch(url, over)
    await first.until(20)
    first.child.kill('SIGKILL')
    await sleep(200) // more may still be in the pipe
    const done = first.lines.slice(0, 10) // the others were received, and not processed
    const second = watch(url, over, done.at(-1)!.id)
    await second.until(30)
    expectWhole([...done, ...second.lines].map(({ id }) => id))
    const again = new Map(second.lines.map(({ id, line }) => [id, line]))
    for (const { id, line } of first.lines.slice(10)) expect(again.get(id)).toBe(line)
  })
})
