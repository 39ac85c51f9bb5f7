// What a trial stands on: a fresh server process and fresh generators, each on cores of its own, connected and counted; and its end.
import { hostClock } from '../src/server/clock.ts'
import type { Credentials } from '../src/server/secure.ts'
import type { Contestant } from './contestants.ts'
import type { Fault } from './faults.ts'
import type { Flaw } from './flaws.ts'
import { OPEN_MS, limitsOf } from './limits.ts'
import type { LoadCommands } from './load.ts'
import type { Placement } from './pin.ts'
import { pin } from './pin.ts'
import type { NetworkCommands, Weather } from './network/process.ts'
import { profiles } from './network/profiles.ts'
import { child } from './process.ts'
import type { Child } from './process.ts'
import type { Kind, Point, Scenario } from './scenarios.ts'
import type { TargetCommands } from './target.ts'
import type { TlsVariants } from './variants.ts'

export interface TrialOptions {
  /** With the values of the point in it. */
  scenario: Scenario
  point?: Point
  /** More than one only when the scenario runs them together. */
  transports: Contestant[]
  repeat: number
  seed: number
  credentials: Credentials
  ca: string
  /** For points that ask for them. */
  variants?: TlsVariants
  /** Between the monotonic clock and wall time: the same for every process. */
  offset: number
  placement: Placement
  /** Calibration: keep the generator busy for so long, again and again. */
  burnMs?: number
  /** A network between the clients and the server; of the scenario's profile, or for calibration. */
  weather?: Weather
  /** Calibration: the network stands still for so long, once, in the middle of the window. */
  stallMs?: number
  /** Calibration: what is served is not to be trusted. */
  fault?: Fault
  /** Calibration of the calibration: what was measured is told wrongly. */
  flaw?: Flaw | undefined
  /** Gives the trial up: whatever stage of it stands then, or is being set up, ends. */
  signal?: AbortSignal | undefined
}

export interface Stage extends TrialOptions {
  clock: () => number
  /** Where clients are to connect: the server, or the network before it. */
  port: number
  target: Child<TargetCommands>
  loads: Child<LoadCommands>[]
  network?: Child<NetworkCommands>
  /** Milliseconds until each client was open. */
  connects: Record<Contestant, number[]>
  /** By the slope between half of the clients and all of them; null with too few of them, or several transports. */
  rssKbPerConnection: number | null
  /** The serving is done by processes of another program. */
  external: boolean
  /** Ends it; listens to `signal` until it is torn down. */
  abandon: () => void
}

/** With fewer clients than this their memory drowns in the noise of the process. */
const RSS_CLIENTS = 500
/** Kinds whose clients are others than the generator's own. */
const SELF_MADE: readonly Kind[] = ['connect', 'up', 'recover', 'capacity', 'browser']
const CLOSE_MS = 8000

export async function setUp(options: TrialOptions): Promise<Stage> {
  const { scenario, transports, ca, offset, placement, seed, fault, signal } = options
  signal?.throwIfAborted()
  const { clients, http, tls, pollMs, profile } = scenario
  const isNull = transports[0] === 'null'
  const generators = isNull ? 1 : (scenario.generators ?? 1) // the null transport is within one process
  const target = child<TargetCommands>('server', new URL('target.ts', import.meta.url), ['--expose-gc'])
  const loads = Array.from({ length: generators }, () =>
    child<LoadCommands>('generator', new URL('load.ts', import.meta.url)),
  )
  const clock = hostClock(offset)
  const weather = options.weather ?? (profile === undefined ? undefined : profiles[profile].conditions)
  const network = weather && child<NetworkCommands>('network', new URL('network/process.ts', import.meta.url))
  const stage: Stage = {
    ...options,
    clock,
    port: 0,
    target,
    loads,
    connects: {},
    rssKbPerConnection: null,
    external: false,
    abandon: () => void tearDown(stage),
    ...(network && { network }),
  }
  // From here on, not from when all are connected: that may take two minutes. And of every stage: a ladder has several.
  signal?.addEventListener('abort', stage.abandon)
  try {
    // Generators and network inherit from this process the cores that are not the server's.
    const { server, all: every, network: networkCore, generators: others = '' } = placement
    const own = scenario.pinned ? server : every
    if (own !== undefined) pin(target.pid, own)
    if (network && networkCore !== undefined && scenario.pinned) {
      pin(network.pid, networkCore)
      const rest = others.split(',').filter((core) => core !== networkCore)
      for (const load of loads) pin(load.pid, rest.join())
    }
    if (every !== undefined && !scenario.pinned) for (const load of loads) pin(load.pid, every)
    const follows = !SELF_MADE.includes(scenario.kind)
    const lines = clients * transports.length + 100
    const {
      port: serverPort,
      pids,
      publishKey,
    } = isNull
      ? { port: 0, pids: [], publishKey: undefined }
      : await target.ask('open', {
          offset,
          tls: tlsOf(options),
          rules: { clientCert: scenario.clientCert ?? 'none' },
          names: transports,
          lines,
          limits: limitsOf(scenario),
          ...(scenario.kind === 'browser' && { browserHttp: http }),
          ...(fault && { fault }),
        })
    if (own !== undefined) for (const pid of pids) pin(pid, own)
    stage.external = pids.length > 0 && !pids.includes(target.pid)
    // Who publishes into nginx or a broker is no part of what is measured, and has no business on its core.
    if (stage.external && scenario.pinned && others !== '') pin(target.pid, others)
    const port = network ? (await network.ask('open', { targets: [serverPort], weather, seed })).ports[0]! : serverPort
    stage.port = port
    const given = {
      ...{ offset, ca, http, tls, pollMs, port },
      ...(publishKey !== undefined && { publishKey }),
      ...(scenario.connection && { connection: scenario.connection }),
      ...(scenario.clientCert === 'require' && { client: options.variants!.client }),
    }
    const { rssFrom = clients < RSS_CLIENTS ? clients : Math.floor(clients / 2) } = scenario
    const first = isNull || transports.length > 1 ? clients : Math.min(rssFrom, clients)
    const rest = clients - first
    const open = (count: number) =>
      loads.map((load, i) =>
        load.ask(
          'open',
          {
            ...given,
            lots: (follows ? transports : []).map((name) => ({ name, port, clients: share(count, i, generators) })),
          },
          OPEN_MS,
        ),
      )
    const connects = await Promise.all(open(first))
    const all = Object.fromEntries(transports.map((name) => [name, connects.flatMap((each) => each[name] ?? [])]))
    if (rest === 0 || !follows) return { ...stage, connects: all }

    const [name] = transports as [Contestant]
    const half = await target.ask('rss', undefined)
    const more = await Promise.all(
      loads.map((load, i) => load.ask('more', { name, clients: share(rest, i, generators) }, OPEN_MS)),
    )
    const whole = await target.ask('rss', undefined)
    const rssKbPerConnection = half === null || whole === null ? null : (whole - half) / rest
    return { ...stage, connects: { [name]: [...all[name]!, ...more.flat()] }, rssKbPerConnection }
  } catch (error) {
    await tearDown(stage)
    throw error
  }
}

function tlsOf({ scenario: { key, clientCert }, credentials, variants }: TrialOptions): Credentials {
  const isOther = key === 'rsa' || clientCert === 'require'
  if (isOther && !variants) throw new Error('other certificates were not made for this run')
  const { cert, key: privateKey } = key === 'rsa' ? variants!.rsa : credentials
  return { cert, key: privateKey, ...(clientCert === 'require' && { clients: variants!.clients }) }
}

export async function tearDown({ target, loads, network, signal, abandon }: Stage): Promise<void> {
  signal?.removeEventListener('abort', abandon)
  await Promise.all([...loads, ...(network ? [network] : [])].map((each) => each.end()))
  // A peer has processes and files of its own to put away; a server that does not answer any more is ended all the same.
  await target.ask('close', undefined, CLOSE_MS).catch(() => undefined)
  await target.end()
}

/** The clients of generator `i` of `of`. */
const share = (clients: number, i: number, of: number) => Math.floor(clients / of) + (i < clients % of ? 1 : 0)
