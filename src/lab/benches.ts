// All benches of a lab: so many and no more, each for as long as its page asks about it.
import { randomBytes } from 'node:crypto'
import type { Credentials } from '../server/secure.ts'
import type { Bench } from './bench.ts'
import { add, nothing } from './traffic.ts'

export interface BenchesOptions {
  open: (pagePort: string) => Promise<Bench>
  /** Told of each at once, before its doors have closed. */
  ended: (bench: Bench) => void
  max: number
  leaseMs: number
  failed: (error: unknown) => void
}

interface Lease {
  bench: Bench
  /** Who opened it: `key`, or a session. */
  owner: string
  timer: NodeJS.Timeout
}

export type Benches = ReturnType<typeof keepBenches>

export function keepBenches({ open, ended, max, leaseMs, failed }: BenchesOptions) {
  const leases = new Map<string, Lease>()
  /** With their owners. */
  const opening = new Map<Promise<unknown>, string>()
  /** Of those that ended by themselves, too: their ports are taken until then. */
  const closing = new Set<Promise<{ forced: boolean }>>()
  /** Not closed yet; what passed at the others is in `past`. */
  const standing = new Set<Bench>()
  const past = nothing()
  let isClosed = false

  async function begin(pagePort: string, owner: string) {
    const bench = await open(pagePort)
    standing.add(bench)
    if (isClosed) {
      await shut(bench)
      return undefined
    }
    const id = randomBytes(16).toString('base64url')
    const timer = setTimeout(() => void end(id).catch(failed), leaseMs).unref()
    leases.set(id, { bench, owner, timer })
    return { id, bench }
  }

  function shut(bench: Bench) {
    const closed = bench.close().finally(() => {
      closing.delete(closed)
      standing.delete(bench)
      add(past, bench.passed())
    })
    closing.add(closed)
    return closed
  }

  async function end(id: string): Promise<boolean> {
    const lease = leases.get(id)
    if (!lease) return false
    leases.delete(id)
    clearTimeout(lease.timer)
    ended(lease.bench)
    await shut(lease.bench)
    return true
  }

  return {
    /** @returns undefined when there are too many, one cannot be opened (no descriptors are left), or the lab is closing. */
    async open(pagePort: string, owner: string) {
      if (isClosed || leases.size + opening.size + closing.size >= max) return undefined
      const begun = begin(pagePort, owner)
      const settled = begun.catch(() => undefined).finally(() => opening.delete(settled))
      opening.set(settled, owner)
      return begun.catch((error: unknown) => {
        failed(error)
        return undefined
      })
    },
    /** How many this one has. */
    of: (owner: string) =>
      [...[...leases.values()].map((lease) => lease.owner), ...opening.values()].filter((each) => each === owner)
        .length,
    /** @returns undefined to whoever did not open it, too; the key may all. */
    get(id: string, who: string): Bench | undefined {
      const lease = leases.get(id)
      if (!lease || (who !== 'key' && who !== lease.owner)) return undefined
      lease.timer.refresh()
      return lease.bench
    },
    end,
    counts() {
      const traffic = structuredClone(past)
      for (const bench of standing) add(traffic, bench.passed())
      const doors = [...standing].reduce((sum, bench) => sum + Object.keys(bench.doors).length, 0)
      return { benches: standing.size, doors, traffic }
    },
    renew: (tls: Credentials) => leases.forEach(({ bench }) => bench.renew(tls)),
    async close() {
      isClosed = true
      await Promise.all(opening.keys())
      for (const id of [...leases.keys()]) end(id).catch(failed)
      const results = await Promise.all(closing)
      return { forced: results.some(({ forced }) => forced) }
    },
  }
}
