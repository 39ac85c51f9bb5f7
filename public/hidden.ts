// What was not measured because nobody saw the page: a browser slows a hidden tab down, and what came in there late says nothing.
import { WINDOW_MS } from './samples.ts'
import { span } from './words.ts'

export interface Hidden {
  /** A sentence, for as long as the charts lack what came in meanwhile; empty where they lack nothing. */
  text(): string
  close(): void
}

/** What is shorter leaves no hole that one sees. */
const HOLE_MS = 1000

export function hidden(seen: Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'> = document): Hidden {
  let from = seen.hidden ? performance.now() : undefined
  let last = { forMs: 0, until: -Infinity }

  function look() {
    const now = performance.now()
    if (seen.hidden) from ??= now
    else if (from !== undefined) {
      if (now - from >= HOLE_MS) last = { forMs: now - from, until: now }
      from = undefined
    }
  }
  seen.addEventListener('visibilitychange', look)

  return {
    text() {
      look() // not every browser tells of a tab that a page itself has put in front
      if (performance.now() - last.until >= WINDOW_MS) return ''
      return `This page was hidden for ${span(last.forMs)}: a hidden page does not measure.`
    },
    close: () => seen.removeEventListener('visibilitychange', look),
  }
}
