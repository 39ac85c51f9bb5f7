// The lab as a process of its own, for faults that a test cannot do to itself: it is stopped, starved, killed. And readers that watch it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { parseCursor } from '../src/core/event.ts'
import type { Gap } from '../src/core/event.ts'
import type { After } from '../src/core/feed.ts'
import { clients } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import type { ConnectionState } from '../transports/contract.ts'
import { nodePlatform } from '../transports/platform.ts'
import { certs, sleep } from './lab.ts'

export const bin = join(import.meta.dirname, '../src/cli/bin.js')
export const caPath = join(certs, 'ca.pem')

let cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
})

/** Ended after the test, however it stands then. */
export function started(program: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(program, args, { env: { ...process.env, ...env } })
  cleanUp.push(() => child.kill('SIGKILL'))
  return child
}

export interface Served {
  child: ChildProcess
  url: string
  port: number
  key: string
  /** Resident memory, in MiB; Linux only. */
  residentMiB(): Promise<number>
}

/** `wirelab serve` on any free port. `around` is a program that starts it, or Node with flags of its own. */
export async function serve(
  flags: string[],
  { around = [process.execPath], env = {} }: { around?: string[]; env?: Record<string, string> } = {},
): Promise<Served> {
  const [program = '', ...before] = around
  const child = started(program, [...before, bin, 'serve', '--port', '0', '--certs', certs, ...flags], env)
  let [out, err] = ['', '']
  child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()))
  while (!out.includes('Stop ')) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${err}`)
    await sleep(20)
  }
  const url = /https:\/\/\S+/.exec(out)![0]
  return {
    ...{ child, url, port: Number(new URL(url).port), key: /Key +(\S+)/.exec(out)![1]! },
    async residentMiB() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
    },
  }
}

export interface Reader {
  transport: TransportName
  ids: string[]
  gaps: Gap[]
  states: ConnectionState[]
  /** @throws when it does not hold within `ms`. */
  until(check: () => boolean, what: string, ms?: number): Promise<void>
  /** So many events more. */
  more(count: number, ms?: number): Promise<void>
  close(): Promise<void>
}

/** Our own client, in this process. */
export async function reader(url: string, transport: TransportName, after: After = 'now'): Promise<Reader> {
  const platform = nodePlatform({ ca: await readFile(caPath, 'utf8') })
  const [ids, gaps, states]: [string[], Gap[], ConnectionState[]] = [[], [], []]
  const connection = clients[transport]({
    ...{ origin: url, after, platform, pollMs: 100 },
    onEvent: ({ id }) => ids.push(id),
    onGap: (gap) => gaps.push(gap),
    onState: (state) => states.push(state),
  })
  const own: Reader = {
    ...{ transport, ids, gaps, states },
    async until(check, what, ms = 15_000) {
      const started = performance.now()
      while (!check()) {
        if (performance.now() - started > ms)
          throw new Error(
            `${transport}: not within ${ms} ms: ${what}; ${ids.length} events, states ${states.join(' ')}`,
          )
        await sleep(20)
      }
    },
    more(count, ms) {
      const goal = ids.length + count
      return own.until(() => ids.length >= goal, `${count} events more`, ms)
    },
    async close() {
      connection.close()
      await platform.close()
    },
  }
  cleanUp.push(own.close)
  return own
}

/** Nothing lost, nothing twice, no gap: each id is the one after the one before. */
export function expectWhole(ids: readonly string[], gaps: readonly Gap[] = []) {
  expect(gaps).toEqual([])
  const positions = ids.map((id) => parseCursor(id)!)
  const first = positions[0]!
  expect(positions).toEqual(ids.map((_, n) => ({ epoch: first.epoch, offset: first.offset + n })))
}
