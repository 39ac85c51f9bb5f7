// The room of the benches: what `startLab` is handed to have them.
import type { OpenRoom } from '../server/room.ts'
import { openBench } from './bench.ts'
import type { Bench } from './bench.ts'
import { keepBenches } from './benches.ts'
import { startProof } from './proof/proof.ts'
import type { Proof } from './proof/proof.ts'
import type { ProofOrder } from './proof/routes.ts'
import { reached } from './proof/server.ts'
import { benchRoutes } from './routes.ts'
import type { Settings, StormOrder, TapOrder } from './settings.ts'
import { startStorm } from './storm/storm.ts'
import type { Storm } from './storm/storm.ts'
import { startTap } from './tap/tap.ts'

export interface RoomLimits {
  benches?: number
  /** At once; one counts until nothing of it is left. */
  proofs?: number
  /** A proof ends by itself after so long. */
  proofMs?: number
  /** A bench ends when nobody has asked about it for so long. */
  leaseMs?: number
}

export function benchRoom(room: RoomLimits = {}): OpenRoom {
  const { benches: max = 16, proofs: mostProofs = 2, proofMs, leaseMs = 180_000 } = room
  return ({ feed, limits, http, guard, metrics, host, rules, onSecret, ca, readKey, clock, rate, ...options }) => {
    let tls = options.tls
    let storm: Storm | undefined
    const settings: Settings = {
      ...{ http: http === '1.1' ? '1.1' : '2', tls: rules.version ?? '1.3', profile: 'none', batchMs: limits.batchMs },
      ...{ buffering: false, idleCutMs: 0, downBytesPerSecond: 0 },
    }
    const common = { feed, limits, metrics, host, clock, settings, rules, onSecret, tls: () => tls }
    const benches = keepBenches({
      ...{ max, leaseMs, failed: metrics.failed },
      open: (pagePort) => openBench({ ...common, guard: guard.atDoor(pagePort) }),
      ended: (bench) => rate()?.release(bench),
    })

    const isStormy = () => storm !== undefined && !storm.over
    function beginStorm(bench: Bench, order: StormOrder, name: string): boolean {
      if (isStormy()) return false
      const { port, settings: at } = bench.doors[order.lane].state()
      // Every door opens a WebSocket over HTTP/1.1; the buffering proxy does not take extended CONNECT (RFC 8441).
      const version = order.transport === 'wss' ? '1.1' : at.http
      const way = {
        ...{ port, host: reached(host), name: name.replace(/^\[|\]$/g, ''), authority: `${name}:${port}` },
        ...(readKey !== undefined && { authorization: `Bearer ${readKey}` }),
        ...{ http: version, tls: at.tls, ca: ca ?? tls.cert },
      }
      bench.storm = storm = startStorm(order, way, clock)
      return true
    }

    function beginTap(bench: Bench, order: TapOrder, name: string): boolean {
      if (bench.tap && !bench.tap.over) return false
      bench.tap = startTap(order, { limits, metrics, clock, tls, ca: ca ?? tls.cert, name })
      return true
    }

    const proofs = new Set<Proof>()
    function countProofs() {
      for (const each of proofs) if (each.closed) proofs.delete(each)
      return proofs.size
    }
    function beginProof(bench: Bench, order: ProofOrder) {
      if (countProofs() >= mostProofs) return undefined
      const common = { limits, metrics, clock, host, tls, ca: ca ?? tls.cert, lifeMs: proofMs }
      bench.proof = startProof({ ...order, ...common })
      proofs.add(bench.proof)
      return bench.proof
    }

    const orders = { startStorm: beginStorm, startTap: beginTap, startProof: beginProof }
    const stormElsewhere = (bench: Bench) => isStormy() && bench.storm !== storm
    return {
      routes: benchRoutes({
        ...{ feed, guard, limits, clock, rate, benches, stormElsewhere, failed: metrics.failed },
        ...orders,
      }),
      counts: () => ({ ...benches.counts(), storms: isStormy() ? 1 : 0, proofs: countProofs() }),
      renew(next) {
        tls = next
        benches.renew(next)
      },
      close: () => benches.close(),
    }
  }
}
