// What one fault did to one lane, told by the lane's states and the events that came: broken → noticed → back → caught up → lost.
import type { Fault, Settings } from './door.ts'
import { clockTime, count, duration } from './words.ts'

export interface Story {
  /** The lab answered: so many connections were hit. */
  hit(connections: number): void
  state(isOpen: boolean, now: number): void
  /** A question goes out. */
  asked(): void
  /** `due` by the page's clock, where that is known; `lost` and `repeated` count since the fault. */
  event(now: number, due: number | undefined, lost: number, repeated: number): void
  readonly fault: Fault
  readonly over: boolean
  readonly startedAt: number
  /** When it was over; undefined: it is not. */
  readonly endedAt: number | undefined
  text(now: number): string
}

/** A line may look alive for a moment after its last byte; what comes within this time proves nothing. */
const SETTLE_MS = 30

const begins: Record<Fault, string> = {
  ...{ cut: 'Cut', freeze: 'Frozen', stall: 'Stalled', restart: 'Restarted', tamper: 'Tampered with' },
}

/** `http` is what the line speaks. */
export function story(fault: Fault, startedAt: number, http: Settings['http']): Story {
  const startedOn = clockTime(Date.now())
  let hitAt: number | undefined
  let connections = 0
  let leftAt: number | undefined
  let openAt: number | undefined
  let back: { at: number; caughtUp: number; lost: number; repeated: number } | undefined
  /** Questions since the line was known to be dead; but for the last one none came through. */
  let tries = 0
  let endedAt: number | undefined

  function noticed(now: number): string {
    if (leftAt !== undefined) return `noticed after ${duration(leftAt - startedAt)}`
    if (!back) return `not noticed yet (${duration(now - startedAt)})`
    if (fault === 'cut') return 'not noticed: the next question took a new connection'
    return 'not noticed: no connection broke'
  }

  /** Over HTTP/2 a browser keeps a connection whose answers do not come, until its own ping is not answered. */
  const isSame = () => fault === 'freeze' && http === '2' && tries > 1

  return {
    fault,
    hit(n) {
      hitAt = performance.now()
      connections = n
    },
    state(isOpen, now) {
      if (endedAt !== undefined) return
      if (isOpen) {
        if (leftAt !== undefined) openAt ??= now
        return
      }
      leftAt ??= now
      openAt = back = undefined
    },
    asked() {
      if (leftAt !== undefined && openAt === undefined) tries++
    },
    event(now, due, lost, repeated) {
      if (endedAt !== undefined) return
      const counts = leftAt === undefined ? hitAt !== undefined && now > hitAt + SETTLE_MS : openAt !== undefined
      if (!counts) return
      back ??= { at: now, caughtUp: 0, lost, repeated }
      Object.assign(back, { lost, repeated })
      // What was due before the line was back waited for it; the first that was due later is an ordinary one.
      if (due === undefined || due >= back.at - 1) endedAt = now
      else if (due > startedAt) back.caughtUp++
    },
    get over() {
      return endedAt !== undefined
    },
    startedAt,
    get endedAt() {
      return endedAt
    },
    text(now) {
      const start = `${begins[fault]} at ${startedOn}`
      if (hitAt === undefined) return `${start} …`
      if (connections === 0 && !back && leftAt === undefined) return `${start}: no connection was open just then`
      const steps = [`${start} (${count(connections, 'connection')})`, noticed(now)]
      if (isSame())
        steps.push(`asked ${count(tries - 1, 'time')} more on the dead connection, which the browser keeps over HTTP/2`)
      if (back)
        steps.push(
          `back after ${duration(back.at - startedAt)}`,
          `${count(back.caughtUp, 'event')} caught up`,
          `${back.lost} lost, ${back.repeated} repeated`,
        )
      else if (openAt !== undefined) steps.push(`open again after ${duration(openAt - startedAt)}`, 'no event yet')
      else if (leftAt !== undefined) steps.push(`away for ${duration(now - leftAt)} …`)
      return steps.join(' → ')
    },
  }
}
