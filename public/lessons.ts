// What each lane does, in sentences: why an event comes when it comes, and what it costs; with an experiment that shows it. A lane that is
// not listed has none and works all the same.
import type { Settings } from './door.ts'
import type { Lane } from './lane.ts'
import type { Protocols } from './protocols.ts'
import { asSet, duration } from './words.ts'

interface Lesson {
  /** `behindMs`: see `sseBehind`. */
  latency(lane: Lane, behindMs?: number): string
  bytes: string
  /** Where it can be tried, as public/learn/list.ts has it. */
  experiment: { slug: string; title: string }
}

export const lessons: Readonly<Record<string, Lesson>> = {
  polling: {
    latency: ({ pollMs = 1000 }) => `Asks every ${asSet(pollMs)}. An event waits for the next question.`,
    bytes:
      'Each question costs two heads, its own and its answer’s (their header lines), news or none; all that is new shares them.',
    experiment: { slug: 'polling-interval', title: 'How often to ask' },
  },
  'long-polling': {
    latency: () =>
      'Asks, and the lab holds its answer until there is an event; then it asks again. A browser takes longer over a whole answer than over a frame.',
    bytes: 'Each answer costs a question, two heads; what comes while none is there shares the next.',
    experiment: { slug: 'long-polling', title: 'Between two long polls' },
  },
  sse: {
    latency: (_, behindMs) =>
      `Asks once. The answer never ends: an event comes when it is there.${behindMs === undefined ? '' : behindWords(behindMs)}`,
    bytes: 'It costs a few lines, itself and its id again, and what TLS adds to each write.',
    experiment: { slug: 'sse-reconnect', title: 'A stream that breaks and goes on' },
  },
  wss: {
    latency: () => 'Opens a socket that both sides may write to: an event comes when it is there.',
    bytes: 'It is one frame: two to ten bytes of its own, nine more over HTTP/2, and what TLS adds to each write.',
    experiment: { slug: 'websocket-handshake', title: 'The WebSocket handshake, step by step' },
  },
}

/** @returns undefined for a lane that has none. */
export function lessonOf(
  lane: Lane,
  behindMs?: number,
): { text: string; experiment: Lesson['experiment'] } | undefined {
  const lesson = lessons[lane.name]
  return lesson && { text: `${lesson.latency(lane, behindMs)} ${lesson.bytes}`, experiment: lesson.experiment }
}

/** So much between two medians, each of so many events, is no chance; what is far more has another reason. */
const [BEHIND_FROM_MS, BEHIND_TO_MS, EVENTS_FROM] = [1, 10, 50]

/**
 * What Chromium makes of SSE over HTTP/2: measured, and its source says why (docs/measuring.md). Firefox has none of it.
 * @returns ms between the medians of SSE and WSS, where it can be seen now over lines that are alike, both of HTTP/2.
 */
export function sseBehind(
  lanes: readonly Lane[],
  spoken: Pick<Protocols, 'of'>,
  isChromium = 'userAgentData' in navigator,
): number | undefined {
  if (!isChromium) return undefined
  const [sse, wss] = ['sse', 'wss'].map((name) => lanes.find((lane) => lane.name === name))
  if (!sse || !wss || !areAlike(sse.door.settings, wss.door.settings)) return undefined
  const medians = [sse, wss].map(({ name, state, samples: { summary } }) =>
    state === 'open' && spoken.of(name)?.http === 'HTTP/2' && summary && summary.n >= EVENTS_FROM
      ? summary.median
      : NaN,
  )
  const behindMs = medians[0]! - medians[1]!
  return behindMs >= BEHIND_FROM_MS && behindMs <= BEHIND_TO_MS ? behindMs : undefined
}

const areAlike = (one: Settings, other: Settings) =>
  Object.entries(one).every(([name, value]) => other[name as keyof Settings] === value)

const behindWords = (ms: number) =>
  ` Now ${duration(ms)} behind wss: over HTTP/2 Chromium waits for more of an answer, 1 to 3 ms where it has nothing else to do.`
