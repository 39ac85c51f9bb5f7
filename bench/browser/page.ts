// Runs inside the browser that is measured: one lane by our own client; notes when each event was received and painted. Judges nothing.
import type { FeedEvent, Gap } from '../../src/core/event.ts'
import { clients } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'

/** Times are ms since the epoch by the page's own clock. */
export interface Sample {
  event?: FeedEvent
  gap?: Gap
  receivedAt: number
  /** When the callbacks of the next animation frame ran: what was received is drawn in that frame. Null: not yet. */
  paintedAt: number | null
}
export interface PageState {
  /** What was noted so far, and how much of it is still to be painted. */
  samples: number
  unpainted: number
  /** Id of the last event. */
  last: string | null
  trouble: string[]
}
export interface About {
  isolated: boolean
  /** The smallest step of its clock that was seen, and the median time between two frames when all are asked for. */
  timerStepMs: number
  frameMs: number
}
/** `measureUserAgentSpecificMemory` waits for a collection, which may take long. */
const HEAP_MS = 20_000
const [SPIN_MS, FRAMES] = [30, 40]

const samples: Sample[] = []
let unpainted: Sample[] = []
let last: string | null = null
const trouble: string[] = []
const clock = () => performance.timeOrigin + performance.now()
const output = (id: string) => document.getElementById(id) as HTMLOutputElement

/** Undefined where the browser does not tell (Firefox). */
let longTasks: { at: number; ms: number }[] | undefined
if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
  const found = (longTasks = [] as { at: number; ms: number }[])
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      found.push({ at: performance.timeOrigin + startTime, ms: duration })
  }).observe({ type: 'longtask' })
}

function painted() {
  const at = clock()
  for (const sample of unpainted) sample.paintedAt = at
  unpainted = []
}

const page = {
  clock,
  /** @returns ms until the lane was open. */
  follow: (name: TransportName, pollMs: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now()
      clients[name]({
        ...{ origin: location.origin, pollMs },
        onEvent(event) {
          const sample: Sample = { event, receivedAt: clock(), paintedAt: null }
          samples.push(sample)
          last = event.id
          output('last').textContent = event.id
          output('count').textContent = String(samples.length)
          if (unpainted.push(sample) === 1) requestAnimationFrame(painted)
        },
        onGap: (gap) => void samples.push({ gap, receivedAt: clock(), paintedAt: null }),
        onState(state, cause) {
          if (state === 'open') resolve(performance.now() - startedAt)
          const why = cause instanceof Error ? `: ${cause.message}` : ''
          if (state === 'waiting' || state === 'closed') trouble.push(`the lane was ${state}${why}`)
          if (state === 'closed') reject(new Error(trouble.at(-1)))
        },
      })
    }),
  state: (): PageState => ({ samples: samples.length, unpainted: unpainted.length, last, trouble }),
  samples: (from: number, count: number): Sample[] => samples.slice(from, from + count),
  longTasks: () => longTasks ?? null,

  /** Of this document, by the finest that the browser has; null where it tells nothing (Firefox). */
  async heap(): Promise<{ bytes: number; by: string } | null> {
    const { memory, measureUserAgentSpecificMemory } = performance as Performance & {
      memory?: { usedJSHeapSize: number }
      measureUserAgentSpecificMemory?(): Promise<{ bytes: number }>
    }
    if (crossOriginIsolated && measureUserAgentSpecificMemory) {
      const measuring = measureUserAgentSpecificMemory.call(performance)
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, HEAP_MS))
      const found = await Promise.race([measuring, late])
      if (found) return { bytes: found.bytes, by: 'performance.measureUserAgentSpecificMemory' }
    }
    return memory ? { bytes: memory.usedJSHeapSize, by: 'performance.memory' } : null
  },

  async about(): Promise<About> {
    const steps: number[] = []
    const end = performance.now() + SPIN_MS
    for (let before = performance.now(), now = before; now < end; before = now) {
      now = performance.now()
      if (now > before) steps.push(now - before)
    }
    const frames: number[] = []
    for (let i = 0; i <= FRAMES; i++)
      frames.push(await new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now()))))
    const between = frames.slice(1).map((at, i) => at - frames[i]!)
    return {
      isolated: crossOriginIsolated,
      timerStepMs: Math.min(...steps),
      frameMs: between.sort((a, b) => a - b)[FRAMES / 2]!,
    }
  },
}
export type MeasuredPage = typeof page

document.addEventListener('visibilitychange', () => trouble.push(`the page became ${document.visibilityState}`))
Object.assign(globalThis, { measured: page })
