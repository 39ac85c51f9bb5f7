// One direction of a connection through the proxy: a queue in which every packet has the moment when it may arrive.
import type { Socket } from 'node:net'
import type { Conditions } from './conditions.ts'

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
  const { from, to, conditions, random, sendsFrom = () => 0 } = options
  const queue: { due: number; what: Buffer | 'end' | 'reset' }[] = []
  let held = 0
  let [stopped, swallows, paused, full] = [false, false, false, false]
  /** When the last bit of all that was read has left the bottleneck; when the last of it arrives. */
  let [leftAt, lastDue, stalledUntil] = [0, 0, 0]
  let stall = { from: Infinity, to: Infinity }
  let timer: NodeJS.Timeout | undefined
  let timerAt = Infinity

  const nextStall = (after: number) => {
    const { stallEveryMs, stallMs } = conditions()
    if (stallEveryMs === Infinity || stallMs === 0) return (stall = { from: Infinity, to: Infinity })
    const start = after - Math.log(1 - random()) * stallEveryMs
    return (stall = { from: start, to: start + stallMs })
  }
  nextStall(performance.now())

  const enqueue = (at: number, what: Buffer | 'end' | 'reset') => {
    let due = Math.max(at, lastDue)
    while (due >= stall.to) nextStall(stall.to)
    if (due > stall.from) due = stall.to
    lastDue = due
    queue.push({ due, what })
  }
  const jitterMs = () => {
    const { jitterMs } = conditions()
    return jitterMs && random() * jitterMs
  }
  /** How long the bottleneck has work. */
  const backlogMs = (now: number) => Math.max(0, leftAt - now)

  from.on('data', (chunk: Buffer) => {
    options.onBytes()
    if (stopped || swallows) return
    const now = performance.now()
    const sent = Math.max(now, sendsFrom())
    const rate = options.bytesPerSecond()
    const later = conditions().delayMs + jitterMs()
    leftAt = Math.max(leftAt, sent)
    if (rate === Infinity) enqueue(leftAt + later, chunk)
    else
      for (let at = 0; at < chunk.length; at += PACKET_BYTES) {
        const packet = chunk.subarray(at, at + PACKET_BYTES)
        leftAt += (1000 * packet.length) / rate
        enqueue(leftAt + later, packet)
      }
    held += chunk.length
    run(now)
  })
  from.on('end', () => last('end'))
  from.on('close', (hadError) => {
    if (hadError || !from.readableEnded) last('reset')
  })
  // A socket that has closed takes everything: it falls on the floor.
  for (const event of ['drain', 'close'])
    to.on(event, () => {
      full = false
      if (!stopped) run(performance.now())
    })

  function last(what: 'end' | 'reset') {
    if (stopped || swallows) return
    const now = performance.now()
    enqueue(Math.max(now, leftAt, sendsFrom()) + conditions().delayMs, what)
    run(now)
  }

  function run(now: number) {
    const corked = queue.length > 1 && queue[1]!.due <= now && conditions().sliceBytes === Infinity
    if (corked) to.cork()
    while (queue.length > 0 && queue[0]!.due <= now && now >= stalledUntil && !full && !stopped) {
      const { what } = queue.shift()!
      if (what === 'reset') to.resetAndDestroy()
      else if (what === 'end') to.end()
      else {
        held -= what.length
        full = to.writable && !options.deliver(what)
      }
    }
    if (corked) to.uncork()
    if (!stopped) regulate(now)
  }

  /** Reads on or stops reading, and sets the timer. */
  function regulate(now: number) {
    const queueMs = (1000 * conditions().queueBytes) / options.bytesPerSecond()
    const isTooMuch = held > WINDOW_BYTES || backlogMs(now) > queueMs
    if (isTooMuch !== paused) {
      paused = isTooMuch
      if (paused) from.pause()
      else from.resume()
    }
    const nextOut = queue.length > 0 && !full ? Math.max(queue[0]!.due, stalledUntil) : Infinity
    const nextIn = paused && held <= WINDOW_BYTES ? leftAt - queueMs : Infinity
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
    jitterMs,
    stall(ms) {
      stalledUntil = Math.max(stalledUntil, performance.now() + ms)
      if (!stopped) regulate(performance.now())
    },
    vanish() {
      swallows = true
      queue.length = held = 0
      leftAt = 0
      if (!stopped) regulate(performance.now())
    },
    changed() {
      const now = performance.now()
      nextStall(now)
      if (!stopped) regulate(now)
    },
    stop() {
      stopped = true
      queue.length = held = 0
      clearTimeout(timer)
    },
  }
}
