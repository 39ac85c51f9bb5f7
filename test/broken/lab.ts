// A lab with its broken servers, for the tests of one file.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { startBroken } from '../../src/broken/start.ts'
import type { Broken } from '../../src/broken/start.ts'
import type { Lab } from '../../src/server/start.ts'
import { startTestLab } from '../lab.ts'

/** What is in it is there when the tests run; afterwards all is closed. */
export function brokenLab(): { readonly certs: string; readonly lab: Lab; readonly broken: Broken } {
  const it = {} as { certs: string; lab: Lab; broken: Broken }
  beforeAll(async () => {
    it.certs = join(await mkdtemp(join(tmpdir(), 'wirelab-broken-')), 'certs')
    it.lab = await startTestLab({ certs: it.certs })
    it.broken = await startBroken({ lab: it.lab, certs: it.certs })
  })
  afterAll(async () => {
    expect(await it.broken.close()).toEqual({ forced: false })
    expect(await it.lab.close()).toEqual({ forced: false })
    expect(it.lab.metrics.uncaught).toBe(0)
    await rm(join(it.certs, '..'), { recursive: true })
  })
  return it
}
