// Arithmetic of the planner: unit costs and a workload in, what each transport needs out. Pure; it measures nothing.
import { sum } from '../layers.ts'
import { latency, modelled, perSecond, usual } from '../model.ts'
import type { Conditions, Modelled } from '../model.ts'
import { priceOf } from './fit.ts'
import { headsFor } from './points.ts'
import type { Count, Units, UnitsFile } from './file.ts'

export interface Workload {
  clients: number
  /** Events a second; each goes to every client. */
  rate: number
  payload: number
  pollMs: number
  roundTripMs: number
  /** Percent of a core that may be used, so that bursts have somewhere to go. */
  busyPercent: number
  /** Of one machine's network, each direction. */
  linkGbit: number
}

export interface Needs {
  transport: Modelled
  requestsPerSecond: number
  deliveriesPerSecond: number
  gbit: { up: number; down: number }
  packetsPerSecond: number
  cores: number
  processes: number
  /** Null where memory was not measured. */
  gib: number | null
  kernelGib: number | null
  p50Ms: number
  /** What runs out first on machines like the measured one, and how many of them it takes. */
  limit: { what: 'processor' | 'memory' | 'network'; machines: number }
}

/** Events a feed has had after some months: an epoch of eight, a dot, seven digits. */
const CURSOR = 16

export function needsOf(file: UnitsFile, workload: Workload): Needs[] {
  return modelled.flatMap((name) => {
    const units = file.transports[name]
    return units ? needs(name, units, file, workload) : []
  })
}

function needs(transport: Modelled, units: Units, file: UnitsFile, workload: Workload): Needs {
  const { clients, rate, busyPercent, linkGbit } = workload
  const conditions = conditionsOf(transport, units, file, workload)
  const one = perSecond(transport, conditions)
  const [up, down] = [sum(one.up), sum(one.down)].map((bytes) => (bytes * clients * 8) / 1e9) as [number, number]
  const deliveries = clients * rate
  // As the bench counts bytes: without what TCP and IP add.
  const bytes = (sum({ ...one.up, tcpip: 0 }) + sum({ ...one.down, tcpip: 0 })) * clients
  // A heartbeat, and a ping with its pong, is a write like that of an event; nothing else a silent line costs was measured apart.
  const { heartbeatSeconds, pingSeconds } = conditions
  const beats =
    one.requests > 0 ? 0 : perSecondOf(heartbeatSeconds) + (transport === 'wss' ? 2 * perSecondOf(pingSeconds) : 0)
  const written = clients * (rate + beats)
  const shared: Record<Count, number> = {
    ...{ seconds: 0, events: 0, bytes },
    ...{ requests: one.requests * clients, deliveries: one.requests > 0 ? deliveries : written },
  }
  const each: Record<Count, number> = { seconds: 1, events: rate, requests: 0, deliveries: 0, bytes: 0 }
  const [work, always] = [priceOf(units.cpuUs, shared), priceOf(units.cpuUs, each)].map((us) => us / 1e6) as [
    number,
    number,
  ]
  const busy = busyPercent / 100
  // Each process is a loop on one core; each reads the whole feed and holds its share of the clients.
  const processes = Math.max(1, Math.ceil(work / Math.max(busy - always, busy / 10)))
  const cores = (work + always * processes) / busy
  const gib = units.rssKbPerConnection === null ? null : (units.rssKbPerConnection * clients) / 2 ** 20
  const { socketBytes } = file
  const kernelGib = socketBytes ? ((socketBytes.structures + socketBytes.buffers) * clients) / 2 ** 30 : null
  const mean = (one.requests > 0 ? work / (one.requests * clients) : work / written) * 1e6
  const { p50Ms } = latency(transport, { ...conditions, clients: clients / processes, deliveryUs: mean })
  const machines = {
    processor: cores / Number(file.machine['cores'] ?? 1),
    memory: ((gib ?? 0) + (kernelGib ?? 0)) / (Number(file.machine['memoryMiB'] ?? Infinity) / 1024),
    network: Math.max(up, down) / linkGbit,
  }
  const [what, most] = (Object.entries(machines) as [Needs['limit']['what'], number][]).sort((a, b) => b[1] - a[1])[0]!
  return {
    ...{ transport, requestsPerSecond: one.requests * clients, deliveriesPerSecond: deliveries, gbit: { up, down } },
    ...{ packetsPerSecond: (one.packetsUp + one.packetsDown) * clients, cores, processes, gib, kernelGib, p50Ms },
    limit: { what, machines: most },
  }
}

const perSecondOf = (seconds: number) => (seconds > 0 ? 1 / seconds : 0)

function conditionsOf(transport: Modelled, units: Units, { http }: UnitsFile, workload: Workload): Conditions {
  const { rate, payload, pollMs, roundTripMs } = workload
  const heads = headsFor(transport, units.heads, CURSOR)
  return { ...usual, ...heads, http, rate, payload, pollMs, roundTripMs, cursor: CURSOR, arrivals: 'poisson' }
}
