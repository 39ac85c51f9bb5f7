// One folder for what the processes of a test run make, private keys among it: lab.ts finds it, and it goes when all of them are over.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function setup() {
  process.env.WIRELAB_TESTS = await mkdtemp(join(tmpdir(), 'wirelab-tests-'))
}

export async function teardown() {
  await rm(process.env.WIRELAB_TESTS!, { recursive: true, force: true })
}
