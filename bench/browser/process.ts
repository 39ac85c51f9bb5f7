// The browser of a trial is driven by a process of its own: however the bench ends, the browser ends with it, and its cores are not the server's.
import { hostClock } from '../../src/server/clock.ts'
import type { TransportName } from '../../transports/clients.ts'
import { answer } from '../process.ts'
import { drive } from './drive.ts'
import type { Driven } from './drive.ts'
import type { BrowserName } from './find.ts'

let driven: Driven
let clock: () => number

const commands = {
  async open({ name, port, ca, offset }: { name: BrowserName; port: number; ca: string; offset: number }) {
    clock = hostClock(offset)
    driven = await drive(name, port, { ca, environment: process.env, handleSignals: false }).catch(inOneLine)
  },
  /** @returns ms until the lane was open. */
  follow: ({ transport, pollMs }: { transport: TransportName; pollMs: number }) =>
    driven.follow(transport, pollMs).catch(inOneLine),
  bounds: () => driven.bounds(clock),
  state: () => driven.state(),
  async noted() {
    const { version, about, said } = driven
    // Memory last: to measure it may collect what the others are about.
    const [samples, state, longTasks] = [await driven.samples(), await driven.state(), await driven.longTasks()]
    return { version, about, said, samples, state, longTasks, heap: await driven.heap() }
  },
  close: () => driven.close(),
}
export type BrowserCommands = typeof commands
if (process.send) answer(commands)

/** Browsers tell of their errors with a trace. */
function inOneLine(error: Error): never {
  throw new Error(error.message.trim().split('\n')[0], { cause: error })
}
