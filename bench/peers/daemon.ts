// Runs a server that is no part of this project: found where it is installed, ready when it says so, gone when it is closed.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where servers are that are not in everybody's PATH. */
const SBIN = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
const READY_MS = 10_000
const END_MS = 5000

/** @returns the program's path, or undefined when it is not installed. */
export function find(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SBIN]
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

/** What a program prints of itself, on either stream; empty when it cannot run. */
export function ask(program: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(find(program) ?? program, args, { encoding: 'utf8', timeout: READY_MS })
  return `${stdout ?? ''}${stderr ?? ''}`
}

/** Started by root, a server becomes somebody else, who may not read our files: it is told to stay who it is. */
export function rootName(): string | undefined {
  return process.getuid?.() === 0 ? userInfo().username : undefined
}

/** A port that was free a moment ago: a program that takes its port from a file cannot be given 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export interface Daemon {
  pid: number
  /** What it printed when it was ready, as `ready` matched it. */
  said: RegExpExecArray
  close(): Promise<void>
}

/** @param ready what it prints on stderr once it listens. @throws with its own words when it ends before. */
export async function run(program: string, args: string[], ready: RegExp): Promise<Daemon> {
  const child = spawn(find(program) ?? program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const end = () => void child.kill('SIGTERM')
  process.once('exit', end) // no server outlives the process that it was started for
  const gone = once(child, 'exit').finally(() => process.removeListener('exit', end))
  let printed = ''
  let timer: NodeJS.Timeout
  const said = new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`${program} ${what}: ${printed.trim().split('\n').at(-1)}`))
    timer = setTimeout(() => (end(), fail(`is not ready after ${READY_MS / 1000} s`)), READY_MS)
    gone.then(([code]) => fail(`ended with ${code} at its start`), reject)
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-10_000)
      const match = ready.exec(printed)
      if (match) resolve(match)
    })
  })
  await said.finally(() => clearTimeout(timer))
  return {
    pid: child.pid!,
    said: await said,
    async close() {
      end()
      const killer = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await gone
      clearTimeout(killer)
    },
  }
}
