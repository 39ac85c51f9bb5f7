// A bench: the four doors of one page, and the storm that it may send through one of them.
import { transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Credentials } from '../server/secure.ts'
import { openDoor } from './door.ts'
import type { Door, DoorOptions, DoorState } from './door.ts'
import type { Storm, StormState } from './storm/storm.ts'
import type { Tap } from './tap/tap.ts'
import { add, nothing } from './traffic.ts'
import type { Passed } from './traffic.ts'

export interface Bench {
  doors: Record<TransportName, Door>
  storm: Storm | undefined
  /** What is overheard for it, or was last. */
  tap: Tap | undefined
  state(): { doors: Record<TransportName, DoorState>; storm: StormState | null }
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
    ...{ storm: undefined, tap: undefined },
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
      const [results] = await Promise.all([closeDoors(), bench.storm?.end(), bench.tap?.end()])
      return { forced: results.some(({ forced }) => forced) }
    },
  }
  return bench
}
