// What was broken, by this page or by a storm of another one, while what its headline speaks of came in: a median of a lane that was
// frozen is that of the freeze.
import type { Bench } from './bench.ts'
import { isOver } from './door.ts'
import type { Fault } from './door.ts'
import type { Lane } from './lane.ts'
import { WINDOW_MS } from './samples.ts'
import { span } from './words.ts'

export interface Broken {
  /** As in "sse was …"; empty where nothing was done to it in the window of its median. */
  of(lane: Lane): string
  /** As the begin of a sentence about all lanes, for one process serves them all, and other pages; empty where there was no storm. */
  storm(): string
  close(): void
}

const done: Record<Fault, string> = {
  ...{ cut: 'cut', freeze: 'frozen', stall: 'stalled', restart: 'restarted', tamper: 'tampered with' },
}
const lasting: readonly Fault[] = ['freeze', 'stall']

export function broken(bench: Bench): Broken {
  let last: { where: string; endedAt: number } | undefined
  const isRecent = (at: number, now: number) => now - at < WINDOW_MS

  const close = bench.subscribe(() => {
    const { storm, stormElsewhere } = bench
    if (storm && !isOver(storm)) last = { where: `on ${storm.lane}`, endedAt: Infinity }
    else if (stormElsewhere) last = { where: 'of another page', endedAt: Infinity }
    else if (last?.endedAt === Infinity) last.endedAt = performance.now()
  })

  function of({ story, door, timesOpened, openSince }: Lane): string {
    const now = performance.now()
    if (story && isRecent(story.endedAt ?? now, now)) {
      const { fault, startedAt, endedAt } = story
      if (endedAt === undefined || !lasting.includes(fault)) return `${done[fault]} ${span(now - startedAt)} ago`
      return `${done[fault]} until ${span(now - endedAt)} ago`
    }
    const isBack = timesOpened > 1 && openSince !== undefined && isRecent(openSince, now)
    return door.settings.idleCutMs > 0 && isBack ? `without a line until ${span(now - openSince)} ago` : ''
  }

  function storm(): string {
    if (!last) return ''
    const now = performance.now()
    if (last.endedAt === Infinity) return `During a storm ${last.where}: `
    return isRecent(last.endedAt, now) ? `${span(now - last.endedAt)} after a storm ${last.where}: ` : ''
  }

  return { of, storm, close }
}
