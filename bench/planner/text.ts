// The plan as text: what each transport needs, what was assumed, and how wrong the unit costs were where they could be tested.
import Table from 'cli-table3'
import type { Needs, Workload } from './needs.ts'
import { FITTED_CLIENTS } from './units.ts'
import type { Units, UnitsFile } from './file.ts'

/** Beyond so many times what was measured the text says how far it is. */
const FAR = 3
const STREAM_SECONDS = 300

export function planText(file: UnitsFile, workload: Workload, needs: Needs[]): string {
  const { clients, rate, payload, pollMs } = workload
  return [
    `${whole(clients)} clients, ${rate} events/s of ${payload} B to each of them, polling every ${pollMs} ms, HTTP/${file.http}`,
    needsTable(needs),
    '',
    'Assumed:',
    ...assumptions(file, workload, needs).map((line) => `- ${line}`),
    '',
    heldOutText(file),
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

function heldOutText(file: UnitsFile): string {
  const entries = Object.entries(file.transports)
  const tested = entries.filter(([, { heldOut }]) => heldOut)
  const untested = entries.filter(([, { heldOut }]) => !heldOut).map(([name]) => name)
  const off = (pair: { predicted: number; measured: number } | null) =>
    pair ? `${digits(pair.predicted)} / ${digits(pair.measured)}  ${signed(pair)}` : 'not tested'
  return [
    `Tested with trials of more than ${FITTED_CLIENTS} clients, which were not fitted (predicted / measured):`,
    ...(tested.length > 0
      ? [
          table(
            [
              'transport',
              'clients',
              'events/s',
              'trials',
              'server µs a delivery',
              'bytes an event',
              'KiB a connection',
            ],
            tested.map(([name, { heldOut }]) => [
              ...[
                name,
                whole(heldOut!.clients),
                String(heldOut!.rate),
                String(heldOut!.trials),
                off(heldOut!.cpuUsPerDelivery),
              ],
              ...[off(heldOut!.bytesPerEvent), off(heldOut!.rssKbPerConnection)],
            ]),
          ),
        ]
      : []),
    ...(untested.length > 0 ? [`not tested, for there was no such trial: ${untested.join(', ')}`] : []),
    ...file.invalid.map((why) => `INVALID and not used: ${why}`),
  ].join('\n')
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

function signed({ predicted, measured }: { predicted: number; measured: number }): string {
  const off = (100 * (predicted - measured)) / measured
  return `${off < 0 ? '−' : '+'}${Math.abs(off).toFixed(1)} %`
}
