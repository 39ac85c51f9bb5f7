// The run of “The TLS handshake, step by step”: this browser’s own handshakes of TLS 1.3 and 1.2, as they passed doors of this page.
import type { Bench } from '../../bench.ts'
import { LabError } from '../../lab.ts'
import { Trouble } from '../run.ts'
import type { Run } from '../run.ts'
import { HANDSHAKE_PROFILE } from '../trip.ts'
import type { Data, Handshake, Version } from './answer.ts'
import { handshakeOf } from './steps.ts'

/** A door each: what the browser remembers of one it does not offer to the other. */
const DOORS = [
  ['1.3', 'polling'],
  ['1.2', 'long-polling'],
] as const
const OTHER = { '1.3': '1.2', '1.2': '1.3' } as const

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  const data: Data = { handshakes: [] }
  for (const [version, door] of DOORS) {
    run.step(`a handshake of TLS ${version}`)
    data.handshakes.push(await shakeHands(run, bench, version, door))
    run.show(data)
  }
  return data
}

async function shakeHands(run: Run<Data>, bench: Bench, version: Version, door: string): Promise<Handshake> {
  try {
    // A door that changes its version is another server: it knows no ticket, and whoever was connected must come anew.
    await bench.set(door, { tls: OTHER[version], http: '2' })
    await bench.set(door, { tls: version, profile: HANDSHAKE_PROFILE })
    const last = (await bench.wire(door, 0)).records.at(-1)?.n ?? 0
    const question = `${bench.door(door).origin}/feed/polling?after=now`
    await (await fetch(question, { cache: 'no-store', signal: run.signal })).text()
    await run.sleep(300) // tickets may follow the answer
    const { connections, records } = await bench.wire(door, last)
    const begun = new Set(
      records.filter(({ messages }) => messages?.[0]?.name === 'client_hello').map(({ connection }) => connection),
    )
    // A browser may open one more than it uses: the one with the request counts.
    const asked = records.find(({ up, type, connection }) => up && type === 'data' && begun.has(connection))
    const mine = records.filter(({ connection }) => connection === asked?.connection).sort((a, b) => a.n - b.n)
    if (mine.length === 0) throw new Trouble('The lab’s capture did not hold the handshake. Run it again.')
    const connection = connections.find(({ id }) => id === asked?.connection)
    return handshakeOf(version, connection?.resumed === true, mine)
  } catch (error) {
    if (error instanceof LabError && error.status === 404) throw new Trouble(NO_WIRE)
    throw error
  }
}

const NO_WIRE = 'This lab does not show the records that pass its doors, so there is nothing to read.'
