// A tap: a feed of its own, of made-up votes, overheard on its way over all four transports, each over a plain socket and over TLS.
import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { ours } from '../../../bench/wires/ours.ts'
import { transportNames } from '../../../transports/clients.ts'
import { memoryFeed } from '../../feeds/memory.ts'
import { guard } from '../../server/guard.ts'
import type { RoomOptions } from '../../server/room.ts'
import type { Credentials } from '../../server/secure.ts'
import { startOrigin } from '../origin.ts'
import type { TapOrder } from '../settings.ts'
import { startCapture } from '../wire/capture.ts'
import { startBallot } from './ballot.ts'
import { openLine } from './line.ts'
import type { Line } from './line.ts'
import { overheard } from './overheard.ts'
import type { TapState } from './told.ts'
import { trusting } from './way.ts'

export interface TapOptions extends Pick<RoomOptions, 'limits' | 'metrics' | 'clock'> {
  tls: Credentials
  /** PEM: the authority, or the server's own certificate. */
  ca: string
  /** As the page has it in `Host`, without its port. */
  name: string
}

export interface Tap {
  /** @param after the number of the last packet that is known. */
  state(after: number): TapState
  readonly over: boolean
  end(): Promise<void>
}

/** Whoever reads along on a plain line has it: it opens these feeds, and nothing else. */
const KEY = `made-up-${randomBytes(9).toString('base64url')}`
const VOTES = 10
const POLL_MS = 250
/** Longer than a poll waits, so that an answer has one of them. */
const APART_MS = 600
const OPENING_MS = 5000

export function startTap(order: TapOrder, { limits, metrics, clock, tls, ca, name }: TapOptions): Tap {
  const stop = new AbortController()
  const feed = memoryFeed({ clock })
  const capture = startCapture({ clock })
  const packets = overheard()
  const ballot = startBallot(feed, clock, order.padded)
  let lines: Line[] = []
  let [phase, why]: [TapState['phase'], string | undefined] = ['opening', undefined]

  const pause = (ms: number) => wait(ms, undefined, { signal: stop.signal })

  async function open(port: number) {
    const common = { port, name: name.replace(/^\[|\]$/g, ''), trust: trusting(ca, order.tls), clock, pollMs: POLL_MS }
    const opening = transportNames.flatMap((transport, index) =>
      [false, true].map((isSealed) =>
        openLine({
          ...{ ...common, transport, isSealed, wire: ours[transport] },
          target: { authority: name, path: `/feed/${transport}`, authorization: `Bearer ${KEY}` },
          overhear(up, bytes) {
            const at = clock()
            packets.add({ transport, isSealed, at, up }, bytes)
            if (isSealed) capture.tap(index, up, bytes, at)
          },
        }),
      ),
    )
    const opened = await Promise.allSettled(opening)
    lines = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const failure = opened.find((each) => each.status === 'rejected')
    if (failure) throw failure.reason
    const isOver = ({ isOpen, told }: Line) => isOpen || told.ended !== undefined
    for (let waited = 0; !lines.every(isOver) && waited < OPENING_MS; waited += 20) await pause(20)
    const shut = lines.find(({ isOpen }) => !isOpen)?.told
    if (shut) throw new Error(`${shut.transport} did not open: ${shut.ended ?? 'no answer came'}`)
  }

  async function run(port: number) {
    await ballot.begin()
    await open(port)
    phase = 'open'
    for (const isYes of [true, false]) {
      await pause(APART_MS)
      await ballot.vote(isYes)
    }
    await pause(APART_MS)
    if (order.tamper) {
      for (const line of lines) line.tamper('"euros":')
      await ballot.pay()
    }
    for (let n = 0; n < VOTES && !order.tamper; n++) {
      await ballot.vote(randomInt(2) === 1)
      await pause(60 + randomInt(180))
    }
    await pause(APART_MS)
  }

  async function all() {
    const origin = await startOrigin({
      ...{ feed, limits, metrics, tls, versions: '1.1', rules: { version: order.tls }, batchMs: 0 },
      guard: guard({ names: [name], publishKey: KEY, auth: 'required', limits }).atDoor(''),
      onSecret: capture.keylog,
    })
    const result = await run(origin.port).then(
      () => 'done' as const,
      (error: Error) => {
        why = stop.signal.aborted ? 'it was ended' : error.message
        return 'failed' as const
      },
    )
    try {
      await Promise.all(lines.map((line) => line.close()))
      phase = result
    } finally {
      await origin.close()
      feed.close()
    }
  }
  const ended = all().catch((error: Error) => {
    ;[phase, why] = ['failed', error.message]
  })

  function linesTold(): TapState['lines'] {
    const alerts = capture.records().filter(({ alert }) => alert !== undefined)
    return lines.map(({ told }) => ({
      ...told,
      alerts: alerts
        .filter(({ connection }) => told.isSealed && connection === transportNames.indexOf(told.transport))
        .map(({ up, alert, at }) => ({ up, alert: alert!, at })),
    }))
  }

  return {
    state: (after) => ({
      ...{
        ...order,
        phase,
        sent: ballot.sent,
        isFull: packets.isFull,
        lines: linesTold(),
        packets: packets.after(after),
      },
      ...(why !== undefined && { why }),
    }),
    get over() {
      return phase === 'done' || phase === 'failed'
    },
    async end() {
      stop.abort()
      await ended
    },
  }
}
