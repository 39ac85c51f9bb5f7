// What a test process makes, its authority with its private keys, goes with the whole run, or with the process that is run by hand.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { certs } from './lab.ts'

test('it is in the folder that goes with the run', () => {
  expect(dirname(dirname(certs))).toBe(process.env.WIRELAB_TESTS)
})

test('by hand nothing stays behind', async () => {
  const place = await mkdtemp(join(tmpdir(), 'wirelab-by-hand-'))
  onTestFinished(() => rm(place, { recursive: true }))
  const code = `
    import { certs, startTestLab } from './lab.ts'
    await (await startTestLab()).close()
    console.log(certs)`
  const { WIRELAB_TESTS: _, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    ...{ cwd: import.meta.dirname, env: { ...env, TMPDIR: place } },
  })
  expect(stdout).toContain(place)
  expect(await readdir(place)).toEqual([])
})
