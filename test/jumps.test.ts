// FAULTS F17: the wall clock jumps a day back and a year ahead (libfaketime, where it is installed). Order, cursors and time limits go by
// the monotonic clock, and do not notice.
import { globSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { sleep } from './lab.ts'
import { caPath, expectWhole, reader, serve } from './served.ts'

const [library] = globSync('/usr/lib/{*,*/*}/libfaketime.so.1')

test.runIf(library !== undefined)(
  'F17 the clock of the server jumps a day back and a year ahead → no line breaks, nothing is lost, nobody waits',
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wirelab-jumps-'))
    const clock = join(folder, 'clock')
    await writeFile(clock, '+0')
    const env = {
      ...{ LD_PRELOAD: library!, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_CACHE_DURATION: '1' },
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' },
    }
    const flags = ['--rate', '50', '--limit', 'heartbeatMs=500', '--limit', 'pingMs=500', '--limit', 'pongMs=500']
    const { url, child } = await serve(flags, { env })
    const readers = await Promise.all(transportNames.map((transport) => reader(url, transport)))
    for (const each of readers) await each.more(20)
    const platform = nodePlatform({ ca: await readFile(caPath, 'utf8') })
    for (const [jump, days] of [
      ['-1d', -1],
      ['+365d', 365],
      ['+0', 0],
    ] as const) {
      await writeFile(clock, jump)
      await sleep(2000)
      const { headers } = await platform.fetch(`${url}/healthz`)
      const jumped = Date.parse(headers.get('date')!) - Date.now()
      expect(jumped / 86_400_000, 'days').toBeCloseTo(days, 1) // else nothing was tried
      for (const each of readers) await each.more(20)
    }
    for (const { ids, gaps, states } of readers) {
      expectWhole(ids, gaps)
      expect(states).toEqual(['connecting', 'open'])
    }
    expect(child.exitCode).toBeNull()
    await platform.close()
    await rm(folder, { recursive: true })
  },
)
