// The plan as text: what each transport needs, what was assumed, and how wrong the unit costs were where they could be tested.
import Table from 'cli-table3'
import type { Needs, Workload } from './needs.ts'
import { FITTED_CLIENTS } from './units.ts'
import { TOLERANCE, tested } from './file.ts'
import type { Tested, Units, UnitsFile } from './file.ts'

/** Beyond so many times what was measured the text says how far it is. */
const FAR = 3
const STREAM_SECONDS = 300

export function planText(file: UnitsFile, workload: Workload, needs: Needs[]): string {
  const { clients, rate, payload, pollMs } = workload
  return [
    `${whole(clients)} clients, ${rate} events/s of ${payload} B to each of them, polling every ${pollMs} ms, HTTP/${file.http}`,
    needsTable(needs),
    ...verdict(file),
    '',
    'Assumed:',
    ...assumptions(file, workload, needs).map((line) => `- ${line}`),
    ...heldOutTable(file),
    '',
  ].join('\n')
}

function needsTable(needs: Needs[]): string {
  const head = ['transport', 'requests/s', 'Gbit/s up', 'down', 'packets/s', 'cores', 'GiB', 'kernel GiB', 'p50 ms', 'runs out first'] // prettier-ignore
  return table(
    head,
    needs.map((each) => [
      each.transport,
      whole(each.requestsPerSecond),
      digits(each.gbit.up),
      digits(each.gbit.down),
      whole(each.packetsPerSecond),
      digits(each.cores),
      digits(each.gib),
      digits(each.kernelGib),
      digits(each.p50Ms),
      `${each.limit.what}, at ${digits(each.limit.machines)} machines`,
    ]),
  )
}

function assumptions(file: UnitsFile, workload: Workload, needs: Needs[]): string[] {
  const { clients, payload, roundTripMs, busyPercent, linkGbit } = workload
  const { machine, socketBytes, startedAt } = file
  const all = Object.values(file.transports)
  const largest = Math.max(...all.flatMap((units) => loadsOf(units).map((load) => load.clients)))
  const biggest = Math.max(...all.flatMap(({ fitted }) => fitted.map((load) => load.payload)))
  const processes = Math.max(...needs.map((each) => each.processes))
  return [
    ...(clients > largest * FAR
      ? [
          `${whole(clients)} clients are ${whole(clients / largest)} times what was measured (${whole(largest)}): processor time and memory grow in ` +
            'proportion only while caches, the garbage collector and the network card do as they did there',
        ]
      : []),
    ...(payload > biggest * FAR
      ? [
          `events of ${payload} B are larger than those measured (${Math.round(biggest)} B): copying and encrypting them is guessed`,
        ]
      : []),
    `a machine is ${String(machine['cpu'])}, ${machine['cores']} cores, ${whole(Number(machine['memoryMiB']))} MiB, measured ${startedAt.slice(0, 10)}, with a network of ${linkGbit} Gbit/s (--link)`,
    `every event goes to every client; no core is busier than ${busyPercent} % (--busy)`,
    ...(processes > 1
      ? [
          'one process a core, each with its share of the clients and the whole feed; Wirelab runs one, and carrying the feed to more is not in the cores',
        ]
      : []),
    `p50: a round trip of ${roundTripMs} ms (--round-trip), and the median client's turn when an event goes to all of a process`,
    'bytes are of bench/model.ts: exact above TCP; 52 B of TCP and IP a packet of at most 1448 B estimated; nothing lost, nothing sent twice',
    'processor time is of a warm server on loopback: TCP is in it, a network card and its interrupts are not',
    'GiB is resident memory by connection; what a process needs without clients is not in it',
    socketBytes
      ? `kernel memory: ${socketBytes.structures} B of structures and ${socketBytes.buffers} B of buffers a socket, readers that keep up; one that does not may hold as much as tcp_wmem allows`
      : 'kernel memory was not measured (root on Linux can): count 4 KiB a socket, and as much as tcp_wmem allows for a reader that does not keep up',
    `opening connections is not in it; SSE streams end after ${STREAM_SECONDS} s, so ${whole(clients / STREAM_SECONDS)} of them come back each second, each with a TLS handshake`,
    "each connection is a file descriptor (ulimit -n, fs.nr_open) and one of the server's own bound (--limit lines=…); ports run out at 64 512 clients of one address",
  ]
}

const loadsOf = ({ fitted, heldOut }: Units) => (heldOut ? [...fitted, heldOut] : fitted)

/** How far the predictions may be trusted, in one line for each that may not. */
function verdict(file: UnitsFile): string[] {
  const entries = Object.entries(file.transports)
  const lines = entries.flatMap(([name, { heldOut }]) =>
    (heldOut?.off ?? []).map((what) => {
      const { error } = heldOut![what]!
      return `OFF: ${name}, ${tested[what]} of a trial that was not fitted: predicted ${percent(error)} (at most ${TOLERANCE * 100} % is wanted), so its ${rests[what]} may be as wrong; calibrate again on a quiet machine`
    }),
  )
  const untested = entries.filter(([, { heldOut }]) => !heldOut).map(([name]) => name)
  const errors = entries.flatMap(([, { heldOut }]) => (heldOut ? errorsOf(heldOut) : []))
  const worst = errors.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0]
  return [
    ...(lines.length === 0 && worst !== undefined
      ? [
          `Tested on trials that were not fitted: all predictions within ${TOLERANCE * 100} %, the worst ${percent(worst)}.`,
        ]
      : lines),
    ...(untested.length > 0 ? [`not tested, for there was no such trial: ${untested.join(', ')}`] : []),
    ...file.invalid.map((why) => `INVALID and not used: ${why}`),
  ]
}

/** What hangs on each of the figures that are tested. */
const rests: Record<Tested, string> = {
  ...{ cpuUsPerDelivery: 'cores and processes', bytesPerEvent: 'Gbit/s', requestsPerSecond: 'requests/s and cores' },
  rssKbPerConnection: 'GiB',
}
const all = Object.keys(tested) as Tested[]
const errorsOf = (heldOut: NonNullable<Units['heldOut']>) => all.flatMap((what) => heldOut[what]?.error ?? [])

function heldOutTable(file: UnitsFile): string[] {
  const entries = Object.entries(file.transports).filter(([, { heldOut }]) => heldOut)
  if (entries.length === 0) return []
  const rows = entries.map(([name, { heldOut }]) => [
    name,
    `${whole(heldOut!.clients)} × ${heldOut!.rate}/s`,
    ...all.map((what) => {
      const pair = heldOut![what]
      if (!pair) return 'not tested'
      return `${digits(pair.predicted)} / ${digits(pair.measured)}  ${percent(pair.error)}${heldOut!.off.includes(what) ? ' OFF' : ''}`
    }),
  ])
  return [
    '',
    `Predicted / measured, of trials with more than ${FITTED_CLIENTS} clients, which were not fitted:`,
    table(['transport', 'clients', ...Object.values(tested)], rows),
  ]
}

function table(head: string[], rows: string[][]): string {
  const colAligns = head.map((_, i) => (i === 0 ? 'left' : 'right'))
  const made = new Table({ head, style: { head: [], border: [], compact: true }, colAligns })
  made.push(...rows)
  return made.toString()
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US').replaceAll(',', ' ')

/** About three digits: more is not known. */
function digits(value: number | null): string {
  if (value === null) return '–'
  if (value >= 100) return whole(value)
  return value.toFixed(value >= 10 ? 1 : value >= 0.01 || value === 0 ? 2 : 4)
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)} %`
}
