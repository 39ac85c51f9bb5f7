// What the report says below its tables: why a value is null in every row, what the numbers include, and what was put in.
import type { Results } from './results.ts'

export const notes = [
  'connectMs.full is of all clients of the trial; connectMs.resumed is measured by the scenario connect only',
  'connectMs of the floor ends when TLS is up; of ours at the first answer or hello; of peers at the first sign that the stream is there',
  'server.rssKbPerConnection is the slope between half of the clients (rssFrom, where it is given) and all of them, without the young and the large objects of V8, which are no connection; null below 500 clients without rssFrom, and where transports share one server process',
  'server.* of transports that run together is of the whole process, per delivery of all of them',
  'server.cpuUsPerDelivery includes the source of the events, which runs in the same process; of nginx and a broker it is theirs alone',
  'the null transport has no server, network or reader: its latency is the least that the bench itself adds',
  "bytes are counted at the sockets of the generator, above and below TLS; of ours and the floor they are held against the server's own count; tcpip is an estimate",
  'a percentile is null with too few samples for it: p90 below 100, p99 below 1 000, p99.9 below 100 000; or with too few events: p90 below 10, p99 below 100, p99.9 below 1 000',
  'storm: generator.* and server.utilisation are of the storm alone; the generator does the one side of every handshake, so the times are of both ends, and a remark says when it was busier than its limit; expected and delivered of those without a log are of what came after it',
  'each event is received by every client, so samples are deliveries; those of one event are not independent of each other',
  'who takes more than whom, in the words above the tables: one permutation test over all pairs and numbers of a scenario (Westfall and Young), and a ratio of at least 10 % (bytes 2 %)',
  'predictions are made from what was ordered, from the heads that the lessons recorded, and from other trials; inputs says which: nothing of the row itself',
  'limits raised for the bench: linesPerAddress, messagesPer10s, and lines and sseAgeMs where they are too low for the trial; all others are the defaults',
]

/** Of a run with browsers, beside the others. */
export const browserNotes = [
  'browser: received is when onEvent of our client was called; painted is when the callbacks of the next animation frame began: style, layout, raster and the screen come after it and are not in it',
  "browser: latency subtracts two clocks of one host; the page's offset (performance.timeOrigin + performance.now()) is bounded by round trips before and after the window, and its error stands beside the latencies; from received to painted is one clock",
  'browser: bytes and requests are counted by the server, what the browser sends by itself included; payload, framing and headers are not told apart; connectMs is by the page: from connect() to open, in a browser that has a connection already (the page came over it)',
  'browser: Firefox tells neither long tasks nor its memory; they are null, not zero',
]

/** What was put in must be found in the results, by who reads them, plans with them, or measures them again. */
export const delayNote = (name: string, ms: number) => `a network of ${ms} ms each way stood before ${name} (--delay)`
const DELAY = /^a network of (\S+) ms each way stood before (\S+) \(--delay\)$/

/** By the name of the transport that it stood before, in ms each way. */
export function delaysOf({ notes }: Pick<Results, 'notes'>): Record<string, number> {
  const found = notes.flatMap((note) => {
    const [, ms, name] = DELAY.exec(note) ?? []
    return name === undefined ? [] : [[name, Number(ms)] as const]
  })
  return Object.fromEntries(found)
}
