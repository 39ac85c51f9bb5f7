// Where streams are opened: in tabs of their own, or in parts of this page. Each slot is told what to do; what it says is kept here.
import type { Cursor } from '../../../src/core/event.ts'
import type { Run } from '../run.ts'
import { seat } from './seat.ts'
import type { Order, Word } from './seat.ts'

/** What a slot said since it was told to do something. */
export interface Heard {
  openedMs?: number
  hadError: boolean
  isClosed: boolean
  isLeader: boolean
  hadGap: boolean
  ids: Cursor[]
}
export interface Slot extends Line {
  isReady: boolean
  heard: Heard
}
interface Line {
  /** Somebody closed it. */
  readonly isGone: boolean
  tell(order: Order): void
  /** With all that it has open. */
  close(): void
}
/** @returns undefined where the browser does not allow it. */
export type OpenSlot = (n: number, hear: (word: Word) => void) => Line | undefined

export interface Slots {
  readonly all: readonly Slot[]
  /** @returns one more; undefined where the browser opens no further tab. */
  add(): Slot | undefined
  /** @returns whether `check` held within `ms`. It is asked whenever one of them says something: timers of a hidden page are slow. */
  until(check: () => boolean, ms: number): Promise<boolean>
  close(): void
}

export function slotsOf({ sleep }: Pick<Run<unknown>, 'sleep'>, open: OpenSlot): Slots {
  const all: Slot[] = []
  const looks = new Set<() => void>()

  return {
    all,
    add() {
      const line = open(all.length + 1, (word) => {
        if (word.kind === 'ready') slot.isReady = true
        else note(slot.heard, word)
        for (const look of looks) look()
      })
      if (!line) return undefined
      const slot: Slot = {
        ...{ isReady: false, heard: nothing() },
        get isGone() {
          return line.isGone
        },
        tell(order) {
          slot.heard = nothing()
          line.tell(order)
        },
        close: () => line.close(),
      }
      all.push(slot)
      return slot
    },
    async until(check, ms) {
      if (check()) return true
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const look = () => void (check() && resolve(true))
      looks.add(look)
      try {
        return await Promise.race([promise, sleep(ms).then(check)])
      } finally {
        looks.delete(look)
      }
    },
    close() {
      for (const slot of all) slot.close()
    },
  }
}

const nothing = (): Heard => ({ hadError: false, isClosed: false, isLeader: false, hadGap: false, ids: [] })

function note(heard: Heard, word: Word) {
  if (word.kind === 'opened') heard.openedMs = word.ms
  else if (word.kind === 'failed') heard.hadError = true
  else if (word.kind === 'closed') heard.isClosed = true
  else if (word.kind === 'leads') heard.isLeader = true
  else if (word.kind === 'gap') heard.hadGap = true
  else if (word.kind === 'had') heard.ids.push(word.id)
}

/** A part of this page. */
export const inPage: OpenSlot = (_, hear) => {
  const own = seat(hear)
  let isGone = false
  queueMicrotask(() => hear({ kind: 'ready' }))
  return {
    get isGone() {
      return isGone
    },
    tell: own.take,
    close() {
      isGone = true
      own.close()
    },
  }
}
