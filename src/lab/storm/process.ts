// A storm, as a process of its own: many clients open lines, lose them all at once, and come back. Its work is not the server's.
import { createSecureContext, getCACertificates } from 'node:tls'
import { openLine, openLineOverHttp2 } from '../../../bench/line.ts'
import type { Line, TlsVersion } from '../../../bench/line.ts'
import { answer } from '../../../bench/process.ts'
import { ours, oursOverHttp2 } from '../../../bench/wires/ours.ts'
import type { TransportName } from '../../../transports/clients.ts'
import { backoffMs } from '../../core/backoff.ts'

export interface StormOptions {
  transport: TransportName
  clients: number
  jitter: boolean
  port: number
  http: '1.1' | '2'
  tls: TlsVersion
  /** PEM: the authority, or the server's own certificate. */
  ca: string
}
export interface StormReport {
  phase: 'opening' | 'open' | 'dropped' | 'back' | 'done' | 'failed'
  /** Clients whose line is open now, and that are back since the drop. */
  open: number
  back: number
  /** Attempts since the drop: those that failed are tried again. */
  attempts: number
  /** From the first byte to the open feed, the longest yet. */
  connectMsMax: number
  /** From the drop to the open feed: the median and the longest of those that are back. */
  backMsP50: number | null
  backMsMax: number | null
  why?: string
}

/** So many are opened at a time: the storm is to begin with the drop. */
const AT_ONCE = 20
const OPENING_MS = 60_000
const CALM_MS = 1000
const RETURN_MS = 60_000
const POLL_MS = 1000
/** Whoever comes back without jitter tries again after this long, like all others. */
const FIXED_MS = 1000

const report: StormReport = {
  ...({ phase: 'opening', open: 0, back: 0, attempts: 0, connectMsMax: 0, backMsP50: null, backMsMax: null } as const),
}
const backMs: number[] = []
let droppedAt = NaN
let isOver = false

interface Client {
  line?: Line
  cursor?: string
  isOpen: boolean
  failures: number
}

const commands = {
  start(options: StormOptions) {
    run(options).catch((error: Error) => Object.assign(report, { phase: 'failed', why: error.message }))
  },
  report: () => report,
}
export type StormCommands = typeof commands
if (process.send) answer(commands)

async function run(options: StormOptions) {
  const version = `TLSv${options.tls}` as const
  const secureContext = createSecureContext({
    ...{ ca: [...getCACertificates('default'), options.ca], allowPartialTrustChain: true },
    ...{ minVersion: version, maxVersion: version },
  })
  const connect = (client: Client) => open(client, options, secureContext)

  const clients: Client[] = []
  const deadline = performance.now() + OPENING_MS
  while (report.open < options.clients) {
    if (performance.now() > deadline) throw new Error(`only ${report.open} of ${options.clients} could be opened`)
    while (clients.length < options.clients && clients.length - report.open < AT_ONCE) {
      const client: Client = { isOpen: false, failures: 0 }
      clients.push(client)
      connect(client)
    }
    await sleep(5)
  }
  report.phase = 'open'
  await sleep(CALM_MS)

  report.phase = 'dropped'
  droppedAt = performance.now()
  for (const client of clients) lose(client)
  for (const client of clients) again(client, options.jitter ? backoffMs(0) : 0, connect)
  while (report.back < options.clients && performance.now() < droppedAt + RETURN_MS) await sleep(20)

  report.phase = 'back'
  if (report.back < options.clients) report.why = `${options.clients - report.back} did not come back in a minute`
  await sleep(CALM_MS)
  isOver = true
  for (const client of clients) lose(client)
  report.phase = 'done'
}

function lose(client: Client) {
  client.line?.destroy()
  delete client.line
  if (client.isOpen) report.open--
  client.isOpen = false
}

function again(client: Client, waitMs: number, connect: (client: Client) => void) {
  setTimeout(() => isOver || connect(client), waitMs)
}

type Context = ReturnType<typeof createSecureContext>

function open(client: Client, options: StormOptions, secureContext: Context) {
  const { transport, port, http, jitter } = options
  const began = performance.now()
  if (!Number.isNaN(droppedAt)) report.attempts++
  const lost = () => {
    if (client.line !== line) return // it was dropped
    lose(client)
    const waitMs = jitter ? backoffMs(client.failures) : FIXED_MS
    client.failures++
    again(client, waitMs, (each) => open(each, options, secureContext))
  }
  const { cursor } = client
  const target = {
    ...{ authority: `localhost:${port}`, path: `/feed/${transport}` },
    ...(cursor !== undefined && { after: cursor }),
  }
  const ends = {
    onChunk(_: number, read: () => ReturnType<ReturnType<(typeof ours)[TransportName]>['read']>) {
      if (client.line !== line) return
      let result
      try {
        result = read()
      } catch {
        return lost() // no answer of ours: a 503 of a server that is full, or that is going
      }
      if (result.failed !== undefined) return lost()
      client.cursor = result.events.at(-1)?.id ?? client.cursor
      if (result.open && !client.isOpen) opened()
    },
    pause: (then: () => void) => void setTimeout(() => client.line === line && then(), POLL_MS),
    onSent: () => undefined,
    onEnd: lost,
  }
  function opened() {
    client.isOpen = true
    client.failures = 0
    report.open++
    const now = performance.now()
    report.connectMsMax = Math.max(report.connectMsMax, now - began)
    if (Number.isNaN(droppedAt) || report.phase !== 'dropped') return
    backMs.push(now - droppedAt)
    report.back++
    report.backMsP50 = backMs.toSorted((a, b) => a - b)[backMs.length >> 1]!
    report.backMsMax = now - droppedAt
  }
  const way = { port, secureContext, http }
  const line: Line =
    http === '2'
      ? openLineOverHttp2(way, oursOverHttp2[transport], target, ends)
      : openLine(way, ours[transport], target, ends)
  client.line = line
}

function sleep(ms: number) {
  return new Promise<void>((resolve) => setTimeout(resolve, ms))
}
