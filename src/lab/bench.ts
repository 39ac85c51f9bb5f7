// A bench: the four doors of one page, and what it may order beside them: a storm, a tap, a proof.
import { transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { RateState } from '../server/controls.ts'
import type { Credentials } from '../server/secure.ts'
import { openDoor } from './door.ts'
import type { Door, DoorOptions, DoorState } from './door.ts'
import type { Proof } from './proof/proof.ts'
import type { Storm, StormState } from './storm/storm.ts'
import type { Tap } from './tap/tap.ts'
import { add, nothing } from './traffic.ts'
import type { Passed } from './traffic.ts'

/** What its page is told of it, and of the lab around it. */
export interface BenchState extends RateState {
  doors: Record<TransportName, DoorState>
  storm: StormState | null
  /** Whether one of another bench is under way: it makes the lines of this one late, too. */
  stormElsewhere: boolean
  now: number
}

export interface Bench {
  doors: Record<TransportName, Door>
  storm: Storm | undefined
  /** What is overheard for it, or was last. */
  tap: Tap | undefined
  /** The last one that was begun. */
  proof: Proof | undefined
  state(): Pick<BenchState, 'doors' | 'storm'>
  /** At its doors. */
  passed(): Passed
  renew(tls: Credentials): void
  close(): Promise<{ forced: boolean }>
}

export async function openBench(options: DoorOptions): Promise<Bench> {
  const opened = await Promise.allSettled(transportNames.map(async (name) => [name, await openDoor(options)] as const))
  const doors = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failure = opened.find((each) => each.status === 'rejected')
  const closeDoors = () => Promise.all(doors.map(([, door]) => door.close()))
  if (failure) {
    await closeDoors() // half a bench is none, and would keep its ports
    throw failure.reason
  }
  const bench: Bench = {
    doors: Object.fromEntries(doors) as Bench['doors'],
    ...{ storm: undefined, tap: undefined, proof: undefined },
    state: () => ({
      doors: Object.fromEntries(doors.map(([name, door]) => [name, door.state()])) as Record<TransportName, DoorState>,
      storm: bench.storm?.state ?? null,
    }),
    passed() {
      const sum = nothing()
      for (const [, door] of doors) add(sum, door.passed())
      return sum
    },
    renew: (tls) => doors.forEach(([, door]) => door.renew(tls)),
    async close() {
      const [results] = await Promise.all([closeDoors(), bench.storm?.end(), bench.tap?.end(), bench.proof?.end()])
      return { forced: results.some(({ forced }) => forced) }
    },
  }
  return bench
}
