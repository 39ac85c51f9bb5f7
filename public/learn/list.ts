// The list of experiments, in the order of the course. A new one is one folder and one line here.
import type { Screen } from './experiment.ts'

type Session = 1 | 2 | 3 | 4 | 5 | 6
/** As docs/course.md has them. */
export const sessions: Readonly<Record<Session, string>> = {
  1: 'Request, response, polling',
  2: 'Long polling, connections, caches',
  3: 'Server-sent events',
  4: 'WebSocket',
  5: 'TLS, and networks that fail',
  6: 'Measuring and choosing',
}

export interface Entry {
  slug: string
  title: string
  /** In one line. */
  question: string
  /** Of the course, docs/course.md. */
  session: Session
  load(): Promise<{ screen: Screen }>
}

export const experiments: readonly Entry[] = [
  {
    slug: 'polling-interval',
    title: 'How often to ask',
    question: 'What does a longer polling interval cost, and what does it save?',
    session: 1,
    load: () => import('./polling-interval/screen.ts'),
  },
  {
    slug: 'background-tabs',
    title: 'Background tabs',
    question: 'What does the browser do to a page that nobody looks at?',
    session: 1,
    load: () => import('./background-tabs/screen.ts'),
  },
  {
    slug: 'long-polling',
    title: 'Between two long polls',
    question: 'What happens to an event while no question is waiting at the server?',
    session: 2,
    load: () => import('./long-polling/screen.ts'),
  },
  {
    slug: 'keep-alive',
    title: 'Keep-alive is not a WebSocket',
    question: 'A connection that stays open: may the server now speak first?',
    session: 2,
    load: () => import('./keep-alive/screen.ts'),
  },
  {
    slug: 'six-connections',
    title: 'The six-connection wall',
    question: 'How many streams can a browser hold open to one server?',
    session: 2,
    load: () => import('./six-connections/screen.ts'),
  },
  {
    slug: 'caching',
    title: 'ETag and 304',
    question: 'How much does “not modified” save when you poll?',
    session: 2,
    load: () => import('./caching/screen.ts'),
  },
  {
    slug: 'one-url',
    title: 'One URL, four transports',
    question: 'How can one URL be answered in four ways?',
    session: 2,
    load: () => import('./one-url/screen.ts'),
  },
  {
    slug: 'sse-reconnect',
    title: 'A stream that breaks and goes on',
    question: 'How many events does EventSource lose when its line is cut?',
    session: 3,
    load: () => import('./sse-reconnect/screen.ts'),
  },
  {
    slug: 'buffering-proxy',
    title: 'Proxies that buffer',
    question: 'What does a stream look like behind a proxy that waits for the end of an answer?',
    session: 3,
    load: () => import('./buffering-proxy/screen.ts'),
  },
  {
    slug: 'websocket-handshake',
    title: 'The WebSocket handshake, step by step',
    question: 'What do the key and the accept of a handshake prove?',
    session: 4,
    load: () => import('./websocket-handshake/screen.ts'),
  },
  {
    slug: 'slow-consumer',
    title: 'Slow consumers',
    question: 'What happens when events come faster than they are read?',
    session: 4,
    load: () => import('./slow-consumer/screen.ts'),
  },
  {
    slug: 'tls-handshake',
    title: 'The TLS handshake, step by step',
    question: 'Which messages of a handshake can somebody on the path read?',
    session: 5,
    load: () => import('./tls-handshake/screen.ts'),
  },
  {
    slug: 'what-tls-adds',
    title: 'What TLS adds',
    question: 'How many bytes does TLS add, to a handshake and to an event?',
    session: 5,
    load: () => import('./what-tls-adds/screen.ts'),
  },
  {
    slug: 'eavesdropper',
    title: 'The eavesdropper',
    question: 'What does a listener on the path learn, without TLS and with it?',
    session: 5,
    load: () => import('./eavesdropper/screen.ts'),
  },
  {
    slug: 'tampering',
    title: 'Tampering',
    question: 'One bit of an event is flipped on the way: who notices?',
    session: 5,
    load: () => import('./tampering/screen.ts'),
  },
  {
    slug: 'wss-authentication',
    title: 'How a WebSocket proves who it is',
    question: 'Cookie, ticket, Basic, a token in the URL: which secret leaks, and for how long is it good?',
    session: 5,
    load: () => import('./wss-authentication/screen.ts'),
  },
  {
    slug: 'head-of-line',
    title: 'Head-of-line blocking',
    question: 'What waits behind a stall, and what passes it?',
    session: 5,
    load: () => import('./head-of-line/screen.ts'),
  },
  {
    slug: 'reconnect-storm',
    title: 'Reconnect storms',
    question: 'What happens when all clients come back at the same moment?',
    session: 5,
    load: () => import('./reconnect-storm/screen.ts'),
  },
  {
    slug: 'connection-session',
    title: 'Connection against session',
    question: 'The connection is gone. What else is gone?',
    session: 5,
    load: () => import('./connection-session/screen.ts'),
  },
  {
    slug: 'batching',
    title: 'Batching',
    question: 'What is saved by letting events wait for each other, and who pays?',
    session: 6,
    load: () => import('./batching/screen.ts'),
  },
  {
    slug: 'which-transport',
    title: 'Which transport should I use?',
    question: 'Which one fits my case, by what was measured on this machine?',
    session: 6,
    load: () => import('./which-transport/screen.ts'),
  },
]

/** The one after this one; undefined after the last. */
export function nextOf(slug: string): Entry | undefined {
  return experiments[experiments.findIndex((each) => each.slug === slug) + 1]
}
