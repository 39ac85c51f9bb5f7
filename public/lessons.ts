// One line for each lane: how events come to the page there. A lane that is not listed has none and works all the same.
import type { Lane } from './lane.ts'
import { duration } from './words.ts'

const lessons: Record<string, (lane: Lane) => string> = {
  polling: ({ pollMs = 1000 }) =>
    `Asks every ${duration(pollMs).replace('.00', '')}. An event waits for the next question; all that came up share one answer.`,
  'long-polling': () =>
    'Asks, and the lab holds its answer until there is an event; then it asks again. Each event pays for a question.',
  sse: () => 'Asks once. The answer never ends: each event is a few lines more of it, with its id once more.',
  wss: () => 'Opens a socket that both sides may write to. Each event is one frame, two to ten bytes more than itself.',
}

export function howItWorks(lane: Lane): string {
  return lessons[lane.name]?.(lane) ?? ''
}
