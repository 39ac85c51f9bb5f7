// On what a run was made, for who reads it: the machine and its load, the versions, the commit.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { load } from './busy.ts'
import type { Results } from './results.ts'

export function machine(): Results['machine'] {
  const [first] = cpus()
  return {
    cpu: first?.model ?? 'unknown',
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    system: `${process.platform} ${process.arch} ${release()}`,
    ...load(),
  }
}

/** Of what runs in every trial. A peer, and a browser, is named when a row of it is there. */
export async function versions(): Promise<Results['versions']> {
  const { node, openssl } = process.versions
  const found: Results['versions'] = { node, openssl: openssl ?? 'unknown' }
  const root = join(import.meta.dirname, '..')
  for (const name of ['wirelab', 'hono', '@hono/node-server', 'ws']) {
    const path = name === 'wirelab' ? 'package.json' : `node_modules/${name}/package.json`
    found[name] = (JSON.parse(await readFile(join(root, path), 'utf8')) as { version: string }).version
  }
  return found
}

/** Null outside of a git checkout; "+" when files differ from it. */
export function commit(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '')
  } catch {
    return null // not installed from git, or no git here
  }
}
