// The load generator's process: many clients, lean readers, every event of every client recorded. What it can be asked is here.
import { createSecureContext } from 'node:tls'
import { hostClock } from '../src/server/clock.ts'
import type { Contestant } from './contestants.ts'
import { add, lotOf } from './load/clients.ts'
import type { Generator, OpenOptions } from './load/clients.ts'
import { edgesOf, nothing, plus } from './load/edges.ts'
import * as own from './load/own.ts'
import type { UpOptions } from './load/own.ts'
import * as real from './load/real.ts'
import * as lines from './load/storm.ts'
import * as windows from './load/window.ts'
import { answer } from './process.ts'
import type { Window } from './record.ts'
import type { Due, Schedule } from './source.ts'

let generator: Generator

const commands = {
  /** Connects the clients one after the other, so that connecting is timed and not queueing. @returns ms each took, by contestant. */
  async open(options: OpenOptions) {
    // One for all: reading the CA anew for each of 2 000 connections would take longer than connecting.
    const version = `TLSv${options.tls}` as const
    const secureContext = createSecureContext({
      ...{ ca: options.ca, minVersion: version, maxVersion: version },
      ...options.client,
    })
    generator = { clock: hostClock(options.offset), options, secureContext, lots: [] }
    const connects: Record<Contestant, number[]> = {}
    for (const { name, clients: count, port } of options.lots) {
      const lot = lotOf(name, port)
      generator.lots.push(lot)
      connects[name] = await add(generator, lot, count)
    }
    return connects
  },
  /** More clients of what is open; what they see is counted from here on. */
  more: ({ name, clients }: { name: Contestant; clients: number }) =>
    add(
      generator,
      generator.lots.find((lot) => lot.name === name)!,
      clients,
    ),

  measure: (window: Window & { burnMs?: number }) => windows.measure(generator, window),
  endWindow: () => windows.endWindow(generator),
  report: (due: Due & { drainMs: number }) => windows.report(generator, due),

  /** Nobody asks any more: what is under way comes to its end, and two counts of it can agree. */
  hush() {
    for (const { clients } of generator.lots) for (const client of clients) client.closing = true
  },
  /** The bytes of all lines since they were opened: to be held against the server's own count. */
  totals: () => [...generator.lots.map((lot) => edgesOf(lot).bytes), ...own.publishedBytes()].reduce(plus, nothing()),

  again: (options: { cutAt: number; waitMs: number }) => lines.again(generator, options),
  storm: (options: { waitMs: number }) => lines.storm(generator, options),
  connects: (options: { name: Contestant; times: number; after?: string }) => lines.connects(generator, options),

  follow: (options: { name: Contestant; clients: number }) => real.follow(generator, options),
  returned: (options: { cutAt: number }) => real.returned(generator, options),

  capacity: (options: { path: string; connections: number; seconds: number }) => own.capacity(generator, options),
  up: (options: UpOptions) => own.up(generator, options),
  nullStart: (schedule: Schedule) => own.nullStart(generator, schedule),
  nullDue: own.nullDue,
}
export type LoadCommands = typeof commands
if (process.send) answer(commands)
