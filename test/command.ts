// The command line in a process of its own, as a person starts it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '../src/cli/bin.js')

export interface Ended {
  out: string
  err: string
  code: number | null
}

/** `child` runs; `seen` is what it has said; `ended` resolves with all of it. */
export function start(cwd: string, args: string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...environment } })
  const seen: Ended = { out: '', err: '', code: null }
  child.stdout.on('data', (chunk: Buffer) => (seen.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (seen.err += chunk.toString()))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve(Object.assign(seen, { code }))))
  return { child, seen, ended }
}

export const run = (cwd: string, ...args: string[]) => start(cwd, args).ended
