// What only some scenarios measure: the name in `figures` or `series` of a row, what it is, and its unit. The report shows these words.
export const figures = {
  kneeRate: 'ladder: highest rate, events/s, at which p99 stayed under the limit, in two windows',
  kneeLimitedBy: 'ladder: 0 the server, 1 the generator, 2 the end of the ladder: the knee is at least there',
  requestsPerSecond:
    'capacity: answers a second, closed loop (autocannon); there is an event for each question, so of long polling it is what an answer costs that need not wait: it never holds one',
  acknowledgedP50Ms: 'up: from when an event was due to when its sender had the answer; median',
  firstEventFullMs: 'connect: from nothing to the first event, full TLS handshake; median',
  firstEventResumedMs: 'connect: the same with a resumed TLS session; median',
  cpuMsPerConnect:
    'processor time of the server by connections, ms; connect: full and resumed ones alike; storm: of all that it does until the last client is open, events and farewells too',
  wakeupsPerMinute: 'idle: times a minute that the server was woken, all clients together',
  cpuMsPerMinute: 'idle: processor time of the server a minute, all clients together, ms',
  backP50Ms:
    'storm: from the cut until a client is open again (TLS, and the first answer or hello); recover: until it has an event again; median',
  backP99Ms: 'storm: until open again; recover: until an event again; p99',
  resumedShare: 'storm: share of the clients that came back with a TLS ticket',
  backAllMs: 'storm: until the last client was open again; recover: until the last had an event again',
  againP50Ms:
    'storm: from the cut until a client has an event again, the wait for an event that is due included; median',
  againAllMs: 'storm: until the last client had an event again',
  burstFirstMs: 'burst: until the first client had all events',
  burstLastMs: 'burst: until the last client had all events',
} as const
export type FigureName = keyof typeof figures

/** Those that are numbers: which end ended a climb is a name in disguise. */
export const figureNames = (Object.keys(figures) as FigureName[]).filter((name) => name !== 'kneeLimitedBy')
const rising: readonly string[] = ['kneeRate', 'requestsPerSecond', 'resumedShare'] satisfies FigureName[]
/** Of these more is better, of everything else that is measured less. */
export const isBetterHigher = (name: string) => rising.includes(name)

export const series = {
  p99: 'ladder: [events/s, p99 in ms] of each step that the generator carried',
  utilisation: 'ladder: [events/s, share of its core that the server was busy]',
  back: 'storm: [ms since the cut, share of clients that are open again]; recover: that have an event again',
} as const
export type SeriesName = keyof typeof series

/** The variables of the scenarios, and how a value of each is said in a table. */
const points: Record<string, (value: string | number) => string> = {
  payload: (value) => `${value} B`,
  rate: (value) => `${value}/s`,
  pollMs: (value) => `every ${value} ms`,
  batchMs: (value) => `window ${value} ms`,
  profile: String,
  http: (value) => `HTTP/${value}`,
  tls: (value) => `TLS ${value}`,
  key: (value) => `${String(value).toUpperCase()} key`,
  clientCert: () => 'client certificates',
  connection: (value) => (value === 'new' ? 'a new connection each' : 'a resumed connection each'),
  browser: (value) => `in ${value}`,
}

/** A point in words, e.g. `5/s, every 250 ms`; empty for none. */
export function pointText(point: Record<string, string | number> = {}): string {
  return Object.entries(point)
    .map(([name, value]) => points[name]?.(value) ?? `${name} ${value}`)
    .join(', ')
}
