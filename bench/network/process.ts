// The network as a process of its own, between the servers of a trial and its generators: its work is neither's.
import { hostClock } from '../../src/server/clock.ts'
import { watchHealth } from '../health.ts'
import type { Health } from '../health.ts'
import { answer } from '../process.ts'
import { clear } from './conditions.ts'
import type { Conditions } from './conditions.ts'
import { startProxy } from './proxy.ts'
import type { Proxy } from './proxy.ts'

/** What is not named is as in a network that does nothing; so `Infinity`, which JSON cannot say, need not be said. */
export type Weather = Partial<Conditions>

let proxies: Proxy[] = []
let endHealth: (() => Health) | undefined

const each = (act: (proxy: Proxy) => void) => proxies.forEach(act)

const commands = {
  /** One proxy for each port of a server, in that order. */
  async open({ targets, weather, seed }: { targets: number[]; weather: Weather; seed: number }) {
    proxies = await Promise.all(targets.map((target, i) => startProxy(() => target, weather, { seed: seed + i })))
    return { ports: proxies.map(({ port }) => port) }
  },
  become: (weather: Weather) => each((proxy) => proxy.set({ ...clear, ...weather })),
  stall: (ms: number) => each((proxy) => proxy.stall(ms)),
  /** Resets every open line. */
  cut() {
    each((proxy) => proxy.cutAfter(0))
    return { at: hostClock(0)() } // by the monotonic clock
  },
  counts: () => proxies.map(({ accepted, cuts, open }) => ({ accepted, cuts, open })),
  /** From here to `finish` it notes how busy it is: a proxy that is late itself makes a network that nobody ordered. */
  measure() {
    endHealth = watchHealth()
  },
  finish(): Health {
    if (!endHealth) throw new Error('the network was not measuring: ask "measure" before "finish"')
    return endHealth()
  },
}
export type NetworkCommands = typeof commands
if (process.send) answer(commands)
