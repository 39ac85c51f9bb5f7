// The plan as text: what each transport needs, what was assumed, and how wrong the unit costs were where they could be tested.
import { table } from '../box.ts'
import type { Units, UnitsFile } from './file.ts'
import type { Needs, Workload } from './needs.ts'
import { digits, whole } from './print.ts'
import { heldOutTable, verdict } from './verdict.ts'

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
  const head = ['transport', 'requests/s', 'Gbit/s up', 'down', 'packets/s', 'cores', 'GiB', 'kernel GiB', 'p50 ms', 'machines', 'bottleneck'] // prettier-ignore
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
      digits(each.limit.machines),
      each.limit.what,
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
    'machines: how many of these it takes of what runs out first, the bottleneck; below 1, so much of one',
    `every event goes to every client; no core is busier than ${busyPercent} % (--busy)`,
    ...(processes > 1
      ? [
          'one process a core, each with its share of the clients and the whole feed; Wirelab runs one, and carrying the feed to more is not in the cores',
        ]
      : []),
    `p50: a round trip of ${roundTripMs} ms (--round-trip), and the median client's turn when an event goes to all of a process`,
    'a heartbeat (15 s), and of WSS a ping and its pong (20 s), cost a line what an event does: with few events they are most of the processor time of push',
    'bytes are of bench/model.ts: exact above TCP; 52 B of TCP and IP a packet of at most 1448 B estimated; nothing lost, nothing sent twice',
    `processor time is of a warm server on loopback at ${rates(file)} events/s: TCP is in it, a network card and its interrupts are not; at higher rates a delivery was cheaper, at lower ones it may be dearer`,
    'GiB is resident memory by connection; what a process needs without clients is not in it',
    socketBytes
      ? `kernel memory: ${socketBytes.structures} B of structures and ${socketBytes.buffers} B of buffers a socket, readers that keep up; one that does not may hold as much as tcp_wmem allows`
      : 'kernel memory was not measured (root on Linux can): count 4 KiB a socket, and as much as tcp_wmem allows for a reader that does not keep up',
    `opening connections is not in it; SSE streams end after ${STREAM_SECONDS} s, so ${whole(clients / STREAM_SECONDS)} of them come back each second, each with a TLS handshake`,
    "each connection is a file descriptor (ulimit -n, fs.nr_open) and one of the server's own bound (--limit lines=…); ports run out at 64 512 clients of one address",
  ]
}

/** At which rates processor time was measured, e.g. 3–20. */
function rates(file: UnitsFile): string {
  const known = Object.values(file.transports).flatMap((units) => loadsOf(units).map(({ rate }) => rate))
  const [least, most] = [Math.min(...known), Math.max(...known)]
  return least === most ? String(least) : `${least}–${most}`
}

const loadsOf = ({ fitted, heldOut }: Units) => (heldOut ? [...fitted, heldOut] : fitted)
