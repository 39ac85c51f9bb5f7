// The workloads, as data. A trial is one of these × one point × one transport × one repeat; flags of `wirelab bench` replace single numbers.
import { transportNames } from '../transports/clients.ts'
import { browserNames } from './browser/find.ts'
import type { BrowserName } from './browser/find.ts'
import { asks, contestants } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import type { TlsVersion } from './line.ts'
import { profileNames } from './network/profiles.ts'
import { ways } from './senders.ts'
import type { ProfileName } from './network/profiles.ts'

/** What a trial of a scenario does; each has a file in bench/kinds. */
export type Kind =
  'window' | 'ladder' | 'idle' | 'connect' | 'storm' | 'recover' | 'burst' | 'up' | 'capacity' | 'browser'

export interface Scenario {
  name: string
  about: string
  kind: Kind
  transports: Contestant[]
  /** Peers may stand beside ours in it. */
  peers: boolean
  /** All transports in one trial, against one server process, each with `clients` of its own; a row for each. */
  together: boolean
  clients: number
  /** Events a second, and how many seconds are measured. */
  rate: number
  seconds: number
  /** Events before the window: what is not compiled yet, and what piles up meanwhile, is not measured. */
  warmSeconds: number
  /** Bytes of the whole encoded event, about. */
  payload: number
  pollMs: number
  http: '1.1' | '2'
  tls: TlsVersion
  /** Window in which events are gathered into one write; 0: none (limit `batchMs`). */
  batchMs: number
  /** A network by name (bench/network/profiles.ts); without one, loopback as it is. */
  profile?: ProfileName
  /** Which browser the client runs in; without it, none. */
  browser?: BrowserName
  repeats: number
  /** Processes that the clients are shared out to; without it, as many as are needed and have a core (bench/generators.ts). */
  generators?: number
  /** The server on a core of its own, where the system lets us; else all processes share all cores. */
  pinned: boolean
  /** Beyond these the generator measures itself, and the trial is invalid. */
  maxUtilisation: number
  maxGeneratorDelayMs: number
  /** Above this share of its time the generator's own work is in the latencies, and a row that counts all the same says so. */
  remarkAbove?: number
  /** Beyond these it is the generator that is late: the row has no latency, and what is of the server alone counts. */
  latencyWithin?: { utilisation: number; delayMs: number }
  /** Memory is the slope from so many clients to all of them; without it, from half of them, when they are enough. */
  rssFrom?: number
  /** What the row is meant to reach. */
  targetP99Ms?: number
  /** A trial for each: values that replace those above. */
  points?: Point[]
  /** More of them, for what is pushed alone. */
  pushPoints?: Point[]
}
export type Point = Partial<
  Pick<Scenario, 'rate' | 'payload' | 'pollMs' | 'http' | 'tls' | 'batchMs' | 'clients' | 'profile' | 'browser'>
>

const steady: Scenario = {
  name: 'steady',
  about: 'latency and cost at a fixed rate',
  kind: 'window',
  transports: contestants,
  ...{ peers: true, together: false },
  ...{ clients: 50, rate: 50, seconds: 2.5, warmSeconds: 0.7, payload: 200, pollMs: 500 },
  ...{ http: '1.1', tls: '1.3', batchMs: 0 },
  ...{ repeats: 5, pinned: true, maxUtilisation: 0.6, maxGeneratorDelayMs: 25 },
}
const push = ['sse', 'wss', 'floor']
const points = <Key extends keyof Point>(key: Key, values: readonly NonNullable<Point[Key]>[]) =>
  values.map((value) => ({ [key]: value }))

const all = {
  steady,
  fanout: {
    ...steady,
    about: '1 000 SSE and 1 000 WSS clients of one server process, at 50 events a second',
    transports: ['sse', 'wss'],
    ...{ peers: false, together: true, clients: 1000, rate: 50, seconds: 10, warmSeconds: 4 },
    // It takes all of two cores to send and to read 100 000 events a second: neither end can have one to itself.
    ...{ pinned: false, generators: 2, repeats: 2 },
    ...{ maxUtilisation: 0.95, maxGeneratorDelayMs: 100, targetP99Ms: 100 },
  },
  thousand: {
    ...steady,
    about:
      '1 000 clients: what a delivery costs when there are many; only ours have a window, the rest is there to be compared with',
    transports: [...transportNames, 'floor'],
    // A p99 needs a hundred events: at 20 a second they take 5 s.
    ...{ clients: 1000, rate: 20, seconds: 5.2, warmSeconds: 0.7, pollMs: 1000 },
    points: [{ rate: 20 }],
    pushPoints: [{ rate: 100 }, { rate: 100, batchMs: 20 }],
    // To read 100 000 deliveries a second takes 70 to 100 % of a core, by the day of the machine. An event of 1 000 comes at once, and the last
    // of them waits until the others are read, of every transport alike: the row says so. From 90 % on a queue grows, or when the loop is
    // later than five events are apart: that is no latency of a server. What it spends and sends is its own all the same.
    ...{ remarkAbove: 0.6, latencyWithin: { utilisation: 0.9, delayMs: 50 } },
    ...{ maxUtilisation: 1, maxGeneratorDelayMs: 1000 },
  },
  ladder: {
    ...steady,
    about: 'the rate is doubled until p99 passes 100 ms, then the knee is looked for in between',
    kind: 'ladder',
    transports: [...transportNames, 'floor'],
    ...{ clients: 200, rate: 80, seconds: 1.5, warmSeconds: 0.5, repeats: 1 },
  },
  idle: {
    ...steady,
    about: 'nothing to say for a minute: bytes, wake-ups, processor time and memory',
    kind: 'idle',
    transports: [...transportNames, 'floor'],
    ...{ clients: 1000, rate: 0, seconds: 60, warmSeconds: 0.5, pollMs: 1000, repeats: 1 },
  },
  connect: {
    ...steady,
    about: 'from nothing to open and to the first event: TLS in full, and resumed',
    kind: 'connect',
    transports: [...transportNames, 'floor'],
    ...{ peers: false, clients: 50, rate: 0, seconds: 0 },
  },
  storm: {
    ...steady,
    about: 'all clients are dropped at once, and come back at once',
    kind: 'storm',
    transports: [...transportNames, 'floor'],
    ...{ clients: 1000, rate: 5, seconds: 0, maxGeneratorDelayMs: 60_000 },
  },
  recover: {
    ...steady,
    about: 'a cut, and the way back of our own clients, back-off and all',
    kind: 'recover',
    transports: [...transportNames],
    ...{ peers: false, clients: 20, seconds: 8, profile: 'lan', repeats: 2 },
    // Twenty handshakes at once, each with a client as an application has it, are work of this end too.
    ...{ maxUtilisation: 1, maxGeneratorDelayMs: 50 },
  },
  up: {
    ...steady,
    about: 'from a client to the log: POST and WSS (which receives what all publish as well)',
    kind: 'up',
    transports: [...ways],
    ...{ peers: false, clients: 4, rate: 50, seconds: 6, repeats: 2 },
  },
  capacity: {
    ...steady,
    about:
      'answers a second in a closed loop; there is an event for each question, so that long polling need not wait either',
    kind: 'capacity',
    transports: ['polling', 'long-polling'],
    ...{ peers: false, seconds: 3, repeats: 2, maxUtilisation: 1 },
  },
  payload: {
    ...steady,
    about: 'the same with larger events',
    transports: [...transportNames, 'floor'],
    peers: false,
    points: points('payload', [110, 16_000]),
    // 50 clients of polling would take 40 MB a second: more than a generator can read and check.
    ...{ clients: 20, repeats: 2 },
  },
  burst: {
    ...steady,
    about: '1 000 events at once',
    kind: 'burst',
    transports: [...transportNames, 'floor'],
    ...{ clients: 20, rate: 0, seconds: 2, maxUtilisation: 1, maxGeneratorDelayMs: 1000, repeats: 2 },
  },
  'break-even': {
    ...steady,
    about: 'rate × poll interval: where push starts to pay',
    transports: [...transportNames],
    ...{ peers: false, clients: 20, seconds: 5.5, repeats: 2 },
    points: [2, 10, 50].flatMap((rate) => [250, 2000].map((pollMs) => ({ rate, pollMs }))),
  },
  network: {
    ...steady,
    about: 'the same behind a network: delay, jitter, bandwidth, stalls',
    transports: [...transportNames, 'floor'],
    ...{ peers: false, clients: 20, seconds: 2.5, warmSeconds: 1.5, repeats: 2 },
    points: points('profile', profileNames),
  },
  protocols: {
    ...steady,
    about: 'HTTP/1.1 and HTTP/2, TLS 1.2 and 1.3',
    transports: [...transportNames],
    peers: false,
    points: (['1.1', '2'] as const).flatMap((http) => (['1.2', '1.3'] as const).map((tls) => ({ http, tls }))),
    repeats: 2,
  },
  batch: {
    ...steady,
    about: 'events gathered for a while into one write: latency for processor time',
    transports: push,
    ...{ peers: false, clients: 200, rate: 100 },
    points: points('batchMs', [0, 20]),
    repeats: 2,
  },
} satisfies Record<string, Omit<Scenario, 'name'>>

export type ScenarioName = keyof typeof all
export const scenarioNames = Object.keys(all) as ScenarioName[]
export const scenarios = Object.fromEntries(
  Object.entries(all).map(([name, scenario]) => [name, { ...scenario, name }]),
) as unknown as Record<ScenarioName, Scenario>

/** What `--browser` runs, and nothing else does: it needs browsers. */
export const browserScenario: Scenario = {
  ...steady,
  name: 'browser',
  about: 'one lane inside a real browser, by our own clients: when an event is received, and when it is painted',
  kind: 'browser',
  transports: [...transportNames],
  ...{ peers: false, clients: 1, seconds: 10, warmSeconds: 2, repeats: 3 },
  // A browser is many processes: it has no core to itself, and neither has the server.
  ...{ pinned: false, generators: 0 },
  points: points('browser', browserNames),
}

/** The numbers that a user may change, by flags of `wirelab bench`. */
export const variables = ['clients', 'rate', 'seconds', 'payload', 'pollMs', 'http', 'tls'] as const
export type Variable = (typeof variables)[number]

/**
 * Those that mean nothing to a kind: silence has no rate, a storm lasts as long as it lasts, autocannon knows HTTP/1.1 only, and it
 * and the real clients agree on a version of TLS with the server themselves.
 */
const unused: Record<Kind, Variable[]> = {
  ...{ window: [], ladder: [], recover: ['tls'] },
  idle: ['rate', 'payload'],
  connect: ['rate', 'seconds', 'pollMs'],
  storm: ['seconds'],
  burst: ['rate'],
  up: ['pollMs', 'http'],
  capacity: ['rate', 'pollMs', 'http', 'tls'],
  browser: ['clients', 'tls'],
}

/** What of a scenario can be changed; what its points set cannot. */
export function takes({ kind, points = [], pushPoints = [] }: Scenario): Variable[] {
  const set = [...points, ...pushPoints]
  return variables.filter((name) => !unused[kind].includes(name) && !set.some((point) => name in point))
}

/** The points of a scenario for one transport. The interval is polling's alone: of points that differ by it only, others need one. */
export function pointsOf({ points = [{}], pushPoints = [] }: Scenario, transport: Contestant): Point[] {
  if (transport === 'polling') return [...points]
  if (!asks(transport)) points = [...points, ...pushPoints]
  const without = points.map(({ pollMs: _, ...point }) => point)
  return without.filter(
    (point, i) => without.findIndex((other) => JSON.stringify(other) === JSON.stringify(point)) === i,
  )
}
