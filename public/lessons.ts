// What each lane does, in sentences: why an event comes when it comes, and what it costs; with an experiment that shows it. A lane that is
// not listed has none and works all the same.
import type { Lane } from './lane.ts'
import { asSet } from './words.ts'

interface Lesson {
  latency(lane: Lane): string
  bytes: string
  /** Where it can be tried, as public/learn/list.ts has it. */
  experiment: { slug: string; title: string }
}

export const lessons: Readonly<Record<string, Lesson>> = {
  polling: {
    latency: ({ pollMs = 1000 }) => `Asks every ${asSet(pollMs)}. An event waits for the next question.`,
    bytes: 'Each question costs two heads, with news or without; all that is new shares them.',
    experiment: { slug: 'polling-interval', title: 'How often to ask' },
  },
  'long-polling': {
    latency: () => 'Asks, and the lab holds its answer until there is an event; then it asks again.',
    bytes: 'So nearly each event pays for a question of its own: two heads.',
    experiment: { slug: 'long-polling', title: 'Between two long polls' },
  },
  sse: {
    latency: () => 'Asks once. The answer never ends: an event comes when it is there.',
    bytes: 'It costs a few lines: itself, and its id once more.',
    experiment: { slug: 'sse-reconnect', title: 'A stream that breaks and goes on' },
  },
  wss: {
    latency: () => 'Opens a socket that both sides may write to: an event comes when it is there.',
    bytes: 'It is one frame: two to ten bytes of its own, nine more over HTTP/2, and what TLS adds to each write.',
    experiment: { slug: 'websocket-handshake', title: 'The WebSocket handshake, step by step' },
  },
}

/** @returns undefined for a lane that has none. */
export function lessonOf(lane: Lane): { text: string; experiment: Lesson['experiment'] } | undefined {
  const lesson = lessons[lane.name]
  return lesson && { text: `${lesson.latency(lane)} ${lesson.bytes}`, experiment: lesson.experiment }
}
