// One direction of a connection through the proxy: a queue in which every packet has the moment when it may arrive.
import type { Socket } from 'node:net'
import type { Conditions } from './conditions.ts'
import { startSchedule } from './schedule.ts'

export interface Lane {
  /** Nothing arrives before `ms` from now. */
  stall(ms: number): void
  /** From now on what is sent is swallowed, and so is the end of it. */
  vanish(): void
  /** The conditions are other ones now. What is on the way already keeps its time. */
  changed(): void
  /** How much later than the delay the next bytes come. */
  jitterMs(): number
  /** Forgets what is on the way, and stops. */
  stop(): void
}

export interface LaneOptions {
  from: Socket
  to: Socket
  conditions(): Conditions
  bytesPerSecond(): number
  random(): number
  /** Before this moment (of `performance.now()`) the sender could not have sent: TCP's handshake was under way. */
  sendsFrom?(): number
  /** Bytes came in. */
  onBytes(): void
  /** Bytes are let out. @returns whether more may follow at once, as `write` does. */
  deliver(bytes: Buffer): boolean
}

/** What an Ethernet frame carries of a TCP stream. */
const PACKET_BYTES = 1460
/** As much of one direction as may be on the way: what Linux lets a window grow to (the last number of net.ipv4.tcp_rmem). */
const WINDOW_BYTES = 6 * 1024 * 1024
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** One timer, for whatever comes next: Node keeps all timers of a process behind one of the kernel's. */
export function startLane(options: LaneOptions): Lane {
  const { from, to, conditions, bytesPerSecond, random, sendsFrom = () => 0 } = options
  const schedule = startSchedule(conditions, bytesPerSecond, random, performance.now())
  const queue: { due: number; what: Buffer | 'end' }[] = []
  let held = 0
  let [stopped, swallows, paused, full] = [false, false, false, false]
  let stalledUntil = 0
  let resetAt = Infinity
  let timer: NodeJS.Timeout | undefined
  let timerAt = Infinity

  from.on('data', (chunk: Buffer) => {
    options.onBytes()
    if (stopped || swallows) return
    const now = performance.now()
    const sentAt = Math.max(now, sendsFrom())
    const laterMs = conditions().delayMs + schedule.jitterMs()
    const packetBytes = bytesPerSecond() === Infinity ? chunk.length : PACKET_BYTES
    for (let at = 0; at < chunk.length; at += packetBytes) {
      const what = chunk.subarray(at, at + packetBytes)
      queue.push({ due: schedule.arrival(sentAt, what.length, laterMs), what })
    }
    held += chunk.length
    run(now)
  })
  from.on('end', () => {
    if (stopped || swallows) return
    const now = performance.now()
    queue.push({ due: lastArrival(now), what: 'end' })
    run(now)
  })
  from.on('close', (hadError) => {
    if (stopped || swallows || !(hadError || !from.readableEnded)) return
    const now = performance.now()
    resetAt = lastArrival(now)
    run(now)
  })
  // A socket that has closed takes everything: it falls on the floor.
  for (const event of ['drain', 'close'])
    to.on(event, () => {
      full = false
      if (!stopped) run(performance.now())
    })

  function lastArrival(now: number) {
    return schedule.arrival(Math.max(now, sendsFrom()), 0, conditions().delayMs)
  }

  function run(now: number) {
    const corked = queue.length > 1 && queue[1]!.due <= now && conditions().sliceBytes === Infinity
    if (corked) to.cork()
    while (queue.length > 0 && queue[0]!.due <= now && now >= stalledUntil && !full && !stopped) {
      const { what } = queue.shift()!
      if (what === 'end') to.end()
      else {
        held -= what.length
        full = to.writable && !options.deliver(what)
      }
    }
    if (corked) to.uncork()
    if (now >= resetAt && now >= stalledUntil && !stopped) {
      // It does not wait for a receiver that takes nothing, as an end would.
      queue.length = held = 0
      resetAt = Infinity
      to.resetAndDestroy()
    }
    if (!stopped) regulate(now)
  }

  /** Reads on or stops reading, and sets the timer. */
  function regulate(now: number) {
    const queueMs = (1000 * conditions().queueBytes) / bytesPerSecond()
    const isTooMuch = held > WINDOW_BYTES || schedule.leftAt() - now > queueMs
    if (isTooMuch !== paused) {
      paused = isTooMuch
      if (paused) from.pause()
      else from.resume()
    }
    const nextDue = Math.min(resetAt, queue.length > 0 && !full ? queue[0]!.due : Infinity)
    const nextOut = Math.max(nextDue, stalledUntil)
    const nextIn = paused && held <= WINDOW_BYTES ? schedule.leftAt() - queueMs : Infinity
    wakeAt(Math.min(nextOut, nextIn), now)
  }

  function wakeAt(at: number, now: number) {
    if (at === timerAt) return
    clearTimeout(timer)
    timerAt = at
    if (at === Infinity) return
    // Node's timers can be a fraction of a millisecond early: then it looks again, and is never early itself.
    const wait = Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(at - now)))
    timer = setTimeout(() => {
      timerAt = Infinity
      run(performance.now())
    }, wait)
  }

  return {
    jitterMs: schedule.jitterMs,
    stall(ms) {
      stalledUntil = Math.max(stalledUntil, performance.now() + ms)
      if (!stopped) regulate(performance.now())
    },
    vanish() {
      swallows = true
      queue.length = held = 0
      resetAt = Infinity
      schedule.empty()
      if (!stopped) regulate(performance.now())
    },
    changed() {
      const now = performance.now()
      schedule.changed(now)
      if (!stopped) regulate(now)
    },
    stop() {
      stopped = true
      queue.length = held = 0
      clearTimeout(timer)
    },
  }
}
