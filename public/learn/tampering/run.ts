// The run of “Tampering”: one bit of a payment, on plain sockets and over TLS, in the lab; then one bit of this page’s own streams.
import type { FeedEvent } from '../../../src/core/event.ts'
import type { TransportName } from '../../../transports/clients.ts'
import type { Bench } from '../../bench.ts'
import { about } from '../../lab.ts'
import { recordTypes } from '../../tls/names.ts'
import type { TapState } from '../../tap.ts'
import { bytesOf } from '../../wire/capture.ts'
import { follow } from '../follow.ts'
import type { Followed } from '../follow.ts'
import { overhear } from '../overhear.ts'
import type { Run } from '../run.ts'
import { backAt, brokeAt } from './answer.ts'
import type { Client, Data, Line, Version } from './answer.ts'

const PER_SECOND = 8
const STREAMS: readonly TransportName[] = ['sse', 'wss']
/** It carries the same events untouched. */
const REFERENCE = 'polling'
const BEFORE_MS = 700
const PATIENCE_MS = 6000
const AFTER_MS = 700

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  const data: Data = { clients: [], lines: [] }
  run.step('a payment, in the lab')
  const { state } = await overhear(run, bench, { tls: '1.3', padded: false, tamper: true }, () => undefined)
  data.clients = clientsOf(state)
  run.show(data)
  await run.rate(PER_SECOND)
  for (const version of ['1.3', '1.2'] as const) await streams(run, bench, version, data)
  return data
}

function clientsOf({ sent, lines }: TapState): Client[] {
  const payment = sent.find(({ type }) => type === 'payment')
  if (!payment) return []
  return lines.map(({ transport, isSealed, isAltered = false, got, ended, alerts }) => {
    const mine = got.find(({ id }) => id === payment.id)
    return {
      ...{ transport, isSealed, isAltered, sent: eurosIn(payment.data) },
      got: mine && eurosIn(mine.data),
      ...(ended !== undefined && { ended }),
      alerts: alerts.map(({ alert }) => alert),
    }
  })
}
const eurosIn = (data: FeedEvent['data']) => Number((data as { euros?: number } | null)?.euros)

interface Following {
  line: Line
  followed: Followed
  /** What it had, by id. */
  had: Map<string, string>
  /** The last record before the flip. */
  before: number
}

async function streams(run: Run<Data>, bench: Bench, version: Version, data: Data) {
  run.step(`this page’s streams over TLS ${version}`)
  await Promise.all([...STREAMS, REFERENCE].map((name) => bench.set(name, { http: '1.1', tls: version })))
  const { tail } = await about()
  const startedAt = performance.now()
  const open = (transport: TransportName) => {
    const had = new Map<string, string>()
    const onEvent = (event: FeedEvent) => void had.set(event.id, JSON.stringify(event))
    return { had, followed: run.keep(follow({ bench, transport, after: tail, startedAt, pollMs: 200, onEvent })) }
  }
  const reference = open(REFERENCE)
  const all: Following[] = STREAMS.map((transport) => {
    const { had, followed } = open(transport)
    const { events, states } = followed
    const line = { transport, version, events, states, wrong: 0, compared: 0, lost: 0, repeated: 0 }
    return { line, followed, had, before: 0 }
  })
  data.lines.push(...all.map(({ line }) => line))
  const until = async (check: (each: Following) => boolean, ms: number) => {
    const endsAt = performance.now() + ms
    while (!all.every(check) && performance.now() < endsAt) {
      run.show(data)
      await run.sleep(50)
    }
  }
  await until(({ followed }) => followed.isOpen && followed.events.length > 0, PATIENCE_MS)
  await until(() => false, BEFORE_MS)
  for (const each of all) {
    each.before = (await bench.wire(each.line.transport, 0)).records.at(-1)?.n ?? 0
    each.line.flippedAt = performance.now() - startedAt
    await bench.fault(each.line.transport, 'tamper')
  }
  await until(({ line }) => brokeAt(line) !== undefined && backAt(line) !== undefined, PATIENCE_MS)
  await until(() => false, AFTER_MS)
  for (const { line, followed, had, before } of all) {
    Object.assign(line, await alertOf(bench, line.transport, before))
    const common = [...had].filter(([id]) => reference.had.has(id))
    line.compared = common.length
    line.wrong = common.filter(([id, text]) => reference.had.get(id) !== text).length
    Object.assign(line, { lost: followed.lost, repeated: followed.repeated })
  }
  for (const { followed } of [reference, ...all]) followed.close()
  run.show(data)
}

/** The first one that this browser sent after the flip: its header is in the clear. */
async function alertOf(bench: Bench, door: string, before: number): Promise<Pick<Line, 'alert'>> {
  const { records } = await bench.wire(door, before)
  const record = records.find(({ up, type }) => up && type === 'alert')
  if (!record) return {}
  const outer = recordTypes[bytesOf(record.header)[0]!] ?? 'a record'
  return { alert: { name: record.alert ?? 'that the lab could not open', outer, bytes: record.cipherBytes } }
}
