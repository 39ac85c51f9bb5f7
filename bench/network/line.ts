// One connection through the proxy: two lanes, the handshake before them, and the ways in which it ends.
import { Socket } from 'node:net'
import { seeded } from '../../src/core/random.ts'
import type { Conditions } from './conditions.ts'
import { startLane } from './lane.ts'

export type Direction = 'up' | 'down'

/** Changes the bytes in place. @returns whether it did. */
export type Change = (bytes: Buffer) => boolean

export interface Line {
  /** Resets both ends. */
  cut(): void
  /** The conditions are other ones now. */
  changed(): void
  stall(ms: number): void
  vanish(direction: Direction | 'both'): void
  /** What goes down is handed to `change`, in a copy, until it says that it has changed it. */
  alter(change: Change): void
  /** Ends it without a word to anybody who could still read it. */
  destroy(): void
}

export interface LineOptions {
  client: Socket
  port: number
  conditions(): Conditions
  seed: number
  /** Dead from the start: the server never hears of it. */
  silent: boolean
  /** Asked before so many bytes go down. @returns after how many of them the line is to be cut; undefined when it is not. */
  cutWithin(bytes: number): number | undefined
  /** The bytes up to the cut are with the kernel. */
  cutReached(): void
  /** It was reset; it is gone. */
  onCut(): void
  onEnd(): void
  /** What the server is handed, and what it sends, at that moment. */
  tap?: ((up: boolean, bytes: Buffer) => void) | undefined
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

export function startLine({ client, port, conditions, seed, silent, ...on }: LineOptions): Line {
  const origin = new Socket({ allowHalfOpen: true }).setNoDelay(true)
  const vanished = new Set<Direction>()
  let [carriedAt, sendsFrom, isCutting, hasEnded] = [performance.now(), 0, false, false]
  let opening: NodeJS.Timeout | undefined
  let idle: NodeJS.Timeout | undefined
  let change: Change | undefined

  const shared = { conditions, onBytes: () => void (carriedAt = performance.now()) }
  const up = startLane({
    ...{ ...shared, from: client, to: origin, random: seeded(seed), sendsFrom: () => sendsFrom },
    bytesPerSecond: () => conditions().upBytesPerSecond,
    deliver: (bytes) => {
      if (origin.writable) on.tap?.(true, bytes)
      return inSlices(bytes, (part) => origin.write(part))
    },
  })
  // Before the lane, which may pass them on at once: whoever waits for them must not have them before the tap.
  if (on.tap) origin.on('data', (bytes: Buffer) => on.tap?.(false, bytes))
  const down = startLane({
    ...{ ...shared, from: origin, to: client, random: seeded(seed + 1) },
    bytesPerSecond: () => conditions().downBytesPerSecond,
    deliver: (bytes) => inSlices(altered(bytes), countedWrite),
  })
  const lanes = { up, down }

  function altered(bytes: Buffer): Buffer {
    if (!change) return bytes
    const copy = Buffer.from(bytes) // the tap has the bytes that were sent, by reference
    if (!change(copy)) return bytes
    change = undefined
    return copy
  }
  function inSlices(bytes: Buffer, write: (part: Buffer) => boolean): boolean {
    const { sliceBytes } = conditions()
    if (bytes.length <= sliceBytes) return write(bytes)
    let hasRoom = true
    for (let at = 0; at < bytes.length; at += sliceBytes) hasRoom = write(bytes.subarray(at, at + sliceBytes))
    return hasRoom
  }
  function countedWrite(bytes: Buffer): boolean {
    if (isCutting) return false
    const last = on.cutWithin(bytes.length)
    if (last === undefined) return client.write(bytes)
    isCutting = true
    down.stop()
    client.write(bytes.subarray(0, last), on.cutReached)
    return false
  }

  const line: Line = {
    cut() {
      if (hasEnded) return
      end()
      for (const socket of [client, origin]) socket.resetAndDestroy()
      on.onCut()
    },
    changed() {
      up.changed()
      down.changed()
      watch()
    },
    stall(ms) {
      up.stall(ms)
      down.stall(ms)
    },
    vanish(direction) {
      for (const each of direction === 'both' ? (['up', 'down'] as const) : [direction]) {
        vanished.add(each)
        lanes[each].vanish()
      }
    },
    alter: (next) => void (change = next),
    destroy() {
      end()
      for (const socket of [client, origin]) socket.destroy()
    },
  }

  function end() {
    if (hasEnded) return
    hasEnded = true
    up.stop()
    down.stop()
    clearTimeout(opening)
    clearTimeout(idle)
    on.onEnd()
  }
  for (const socket of [client, origin]) {
    socket.on('error', () => undefined) // resets are what this is for; `close` follows
    socket.once('close', () => (client.closed && origin.closed ? end() : forget()))
    socket.once('end', forget)
  }

  /** A line that is dead both ways, and that both ends have given up: nobody is left who could still learn of it. */
  function forget() {
    const hasLeft = (socket: Socket) => socket.closed || socket.readableEnded || socket.pending
    if (vanished.size === 2 && hasLeft(client) && hasLeft(origin)) line.destroy()
  }

  /** Cuts the line when it is idle for too long; a line that is dead both ways is left to be dead. */
  function watch() {
    clearTimeout(idle)
    const { idleCutMs } = conditions()
    if (idleCutMs === Infinity || hasEnded || vanished.size === 2) return
    const leftMs = carriedAt + idleCutMs - performance.now()
    if (leftMs <= 0) line.cut()
    else idle = setTimeout(watch, Math.min(LONGEST_TIMER_MS, Math.ceil(leftMs)))
  }
  watch()

  const { delayMs } = conditions()
  const toServer = delayMs + up.jitterMs()
  sendsFrom = carriedAt + toServer + delayMs + down.jitterMs()
  const open = () => {
    if (!vanished.has('up')) origin.connect({ port, host: '127.0.0.1' }) // else the server never hears of it
  }
  if (silent) line.vanish('both')
  if (toServer === 0) open()
  else opening = setTimeout(open, Math.ceil(toServer))
  return line
}
