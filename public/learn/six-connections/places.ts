// Where streams are opened: in tabs of their own, or in parts of this page. Each place is told what to do; what it says is kept here.
import type { Cursor } from '../../../src/core/event.ts'
import type { Run } from '../run.ts'
import { seat } from './seat.ts'
import type { Order, Word } from './seat.ts'

/** What a place said since it was told to do something. */
export interface Heard {
  openedMs?: number
  hadError: boolean
  isClosed: boolean
  isLeader: boolean
  ids: Cursor[]
}
export interface Place extends Line {
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
export type OpenPlace = (n: number, hear: (word: Word) => void) => Line | undefined

export interface Places {
  readonly all: readonly Place[]
  /** @returns one more; undefined where the browser opens no further tab. */
  add(): Place | undefined
  /** @returns whether `check` held within `ms`. It is asked whenever one of them says something: timers of a hidden page are slow. */
  until(check: () => boolean, ms: number): Promise<boolean>
  close(): void
}

export function places({ sleep }: Pick<Run<unknown>, 'sleep'>, open: OpenPlace): Places {
  const all: Place[] = []
  const looks = new Set<() => void>()

  return {
    all,
    add() {
      const line = open(all.length + 1, (word) => {
        if (word.kind === 'ready') place.isReady = true
        else note(place.heard, word)
        for (const look of looks) look()
      })
      if (!line) return undefined
      const place: Place = {
        ...{ isReady: false, heard: nothing() },
        get isGone() {
          return line.isGone
        },
        tell(order) {
          place.heard = nothing()
          line.tell(order)
        },
        close: () => line.close(),
      }
      all.push(place)
      return place
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
      for (const place of all) place.close()
    },
  }
}

const nothing = (): Heard => ({ hadError: false, isClosed: false, isLeader: false, ids: [] })

function note(heard: Heard, word: Word) {
  if (word.kind === 'opened') heard.openedMs = word.ms
  else if (word.kind === 'failed') heard.hadError = true
  else if (word.kind === 'closed') heard.isClosed = true
  else if (word.kind === 'leads') heard.isLeader = true
  else if (word.kind === 'had') heard.ids.push(word.id)
}

/** A part of this page. */
export const inPage: OpenPlace = (_, hear) => {
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
