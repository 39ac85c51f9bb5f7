// The run of “What TLS adds”: two handshakes and two streams of each version, read out of the wire of this page’s doors.
import type { Bench } from '../../bench.ts'
import { about, LabError } from '../../lab.ts'
import type { WireRecord } from '../../wire/capture.ts'
import { follow } from '../follow.ts'
import { textOf, recordsOf } from '../records.ts'
import { Trouble } from '../run.ts'
import type { Run } from '../run.ts'
import { HANDSHAKE_PROFILE } from '../trip.ts'
import { LARGE, VERSIONS } from './answer.ts'
import type { Data, Handshake, Stream, Version } from './answer.ts'

const NO_WIRE = 'This lab does not show the records that pass its doors, so there is nothing to count.'

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await run.rate(0) // nothing is to answer the question that is held
  const data: Data = { handshakes: [], streams: [] }
  try {
    for (const tls of VERSIONS) {
      run.step(`handshakes of TLS ${tls}`)
      // Another version is another server, which knows no ticket of the last one.
      if (tls === '1.3') await bench.set('polling', { tls: '1.2', http: '1.1' })
      await bench.set('polling', { tls, http: '1.1', profile: HANDSHAKE_PROFILE })
      for (const thenHeld of [true, false]) {
        data.handshakes.push(await shakeHands(run, bench, tls, thenHeld))
        run.show(data)
      }
      await bench.set('wss', { tls, http: '1.1' })
      for (const eventBytes of [0, LARGE]) {
        run.step(`events over TLS ${tls}`)
        await run.rate(eventBytes === 0 ? 40 : 10, eventBytes)
        data.streams.push(await stream(run, bench, tls, eventBytes))
        run.show(data)
      }
      await run.rate(0)
    }
  } catch (error) {
    if (error instanceof LabError && error.status === 404) throw new Trouble(NO_WIRE)
    throw error
  }
  return data
}

/** A question on a new connection; with `thenHeld` it is kept busy then, so that the next question needs another one. */
async function shakeHands(run: Run<Data>, bench: Bench, version: Version, thenHeld: boolean): Promise<Handshake> {
  const last = (await bench.wire('polling', 0)).records.at(-1)?.n ?? 0
  const { origin } = bench.door('polling')
  const ask = (question: string, signal: AbortSignal) =>
    fetch(`${origin}/feed/${question}`, { cache: 'no-store', signal })
  await (await ask('polling?after=now', run.signal)).text()
  if (thenHeld) ask('long-polling?after=now&wait=5', run.signal).catch(() => undefined) // given up with the run
  await run.sleep(300) // tickets may follow the answer
  const { connections, records } = await bench.wire('polling', last)
  // A browser may open one more than it uses: the one with the request counts.
  const isNew = (id: number) => records.some((each) => each.connection === id && each.up && each.type === 'handshake')
  const asked = records.find(
    ({ up, type, plain, connection }) => up && type === 'data' && plain !== null && isNew(connection),
  )
  const connection = connections.find(({ id }) => id === asked?.connection)
  if (!asked || !connection) throw new Trouble('The lab’s capture did not hold the handshake. Run it again.')
  const mine = records.filter((each) => each.connection === connection.id)
  const bytes = (up: boolean) => mine.filter((each) => each.up === up && each.type !== 'data').reduce(sumOf, 0)
  return {
    ...{ version, isResumed: connection.resumed === true, up: bytes(true), down: bytes(false) },
    tookMs: asked.at - mine[0]!.at,
  }
}
const sumOf = (sum: number, { cipherBytes }: WireRecord) => sum + cipherBytes

async function stream(run: Run<Data>, bench: Bench, version: Version, eventBytes: number): Promise<Stream> {
  const { tail } = await about()
  const line = run.keep(follow({ bench, transport: 'wss', after: tail, startedAt: performance.now() }))
  await run.until(() => line.isOpen && line.events.length > 0, 3000)
  const wireNow = () => bench.wire('wss', 0)
  const last = (await wireNow()).records.at(-1)?.n ?? 0
  await run.sleep(1500)
  const { connections, records } = await bench.wire('wss', last)
  line.close()
  const down = recordsOf({ connections, records }, { up: false, type: 'data' }).filter(({ plain }) => plain !== null)
  const text = down.map(textOf)
  const plain = text.reduce((sum, { length }) => sum + length, 0)
  const connection = connections.find(({ id }) => id === down[0]?.connection)
  return {
    ...{ version, eventBytes, plain, records: down.length, cipher: connection?.cipher ?? '' },
    events: text.join('').split('{"id":').length - 1,
    overhead: down.reduce(sumOf, 0) - plain,
  }
}
