// One of the lines that are overheard: a client that follows the feed by one transport, and what it got until it ended.
import type { Read, Target, Wire } from '../../../bench/wires/contract.ts'
import type { Ends } from '../../../bench/line.ts'
import { flipBehind, flipSealed } from '../flip.ts'
import type { TapLine } from './told.ts'
import { plainWay, sealedWay } from './way.ts'
import type { Ear, OpenWay } from './way.ts'

export interface Line {
  readonly told: Omit<TapLine, 'alerts'>
  readonly isOpen: boolean
  /** Flips one bit of what comes down next: behind `words` where they can be read, anywhere where they cannot. */
  tamper(words: string): void
  close(): Promise<void>
}

export interface LineOptions extends Pick<TapLine, 'transport' | 'isSealed'>, Omit<Ear, 'ends'> {
  wire: Wire
  target: Target
  clock: () => number
  pollMs: number
}

export async function openLine({ transport, isSealed, clock, pollMs, ...ear }: LineOptions): Promise<Line> {
  const told: Line['told'] = { transport, isSealed, got: [] }
  let [isOpen, isClosed] = [false, false]
  const waiting = new Set<NodeJS.Timeout>()

  function hear(read: () => Read) {
    try {
      const { events, open, failed } = read()
      for (const { id, data } of events) told.got.push({ id, data, at: clock() })
      if (open) isOpen = true
      if (failed !== undefined) ended(new Error(failed))
    } catch (error) {
      ended(error as Error)
    }
  }
  function ended(cause: NodeJS.ErrnoException | undefined) {
    if (!isClosed) told.ended ??= cause?.code ?? cause?.message ?? 'the connection ended'
  }
  const ends: Ends = {
    onChunk: (_, read) => hear(read),
    onSent: () => undefined,
    onEnd: ended,
    pause(then) {
      const timer = setTimeout(() => {
        waiting.delete(timer)
        then()
      }, pollMs)
      waiting.add(timer)
    },
  }
  const way: OpenWay = await (isSealed ? sealedWay : plainWay)({ ...ear, ends })

  return {
    told,
    get isOpen() {
      return isOpen && told.ended === undefined
    },
    tamper(words) {
      const flip = isSealed ? flipSealed : flipBehind(words)
      way.alter((bytes) => {
        if (!flip(bytes)) return false
        told.isAltered = true
        return true
      })
    },
    close() {
      isClosed = true
      for (const timer of waiting) clearTimeout(timer)
      return way.close()
    },
  }
}
