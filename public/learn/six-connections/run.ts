// The run of “The six-connection wall”: streams in a tab each until one hangs, over HTTP/1.1 and HTTP/2; then one stream for all tabs.
import type { Bench } from '../../bench.ts'
import { about } from '../../lab.ts'
import { begin, watch } from '../opening.ts'
import { Trouble } from '../run.ts'
import type { Run } from '../run.ts'
import { PATIENCE_MS, WANTED, offsetOf } from './answer.ts'
import type { Data, Phase, Stream } from './answer.ts'
import { inPage, slotsOf } from './slots.ts'
import type { Slot, Slots } from './slots.ts'
import { tabs } from './tabs.ts'

const PER_SECOND = 10
const DOOR = 'sse'
/** To load a tab, to close a stream, to find a leader; at usual times a tenth of it. */
const SOON_MS = 5000
const SHARED_MS = 1800
const LOOK_MS = 100
const TIMES_SLOWER = 10

export async function run(run: Run<Data>): Promise<Data> {
  // Right after the click, when a browser lets a page do that.
  const opener = run.keep(tabs())
  let slots = slotsOf(run, opener.open)
  slots.add()
  const { bench } = await begin(run, { perSecond: PER_SECOND, http1: [DOOR] })
  const data: Data = { where: 'tabs', http1: { streams: [] }, http2: { streams: [] } }
  const show = () => run.show(data)

  run.step('streams over HTTP/1.1')
  if (!(await openStreams(bench, slots, data.http1, show))) {
    slots.close()
    Object.assign(data, { where: 'page', http1: { streams: [] } })
    slots = run.keep(slotsOf(run, inPage))
    await openStreams(bench, slots, data.http1, show)
  }
  run.step('the same over HTTP/2')
  await bench.set(DOOR, { http: '2' })
  if (!(await openStreams(bench, slots, data.http2, show))) throw new Trouble(NO_EIGHTH)
  run.step('HTTP/1.1 again, one stream for all')
  await bench.set(DOOR, { http: '1.1' })
  await shareOne(run, bench, slots, data)
  return data
}

/** In one slot after the other, until one hangs. @returns false where the browser opens no further tab. */
async function openStreams(bench: Bench, slots: Slots, phase: Phase, show: () => void): Promise<boolean> {
  const { origin, settings } = bench.door(DOOR)
  const url = `${origin}/feed/sse`
  for (let n = 0; n < WANTED; n++) {
    const slot = slots.all[n] ?? slots.add()
    if (!slot) return false
    if (!(await slots.until(() => slot.isReady, SOON_MS))) throw new Trouble(NOT_LOADED)
    const stream: Stream = {}
    phase.streams.push(stream)
    show()
    slot.tell({ kind: 'open', url })
    const { heard } = slot
    const askedAt = performance.now()
    await slots.until(() => heard.openedMs !== undefined || heard.hadError, patienceOf(phase, settings.http === '2'))
    const waitedMs = performance.now() - askedAt
    // It had taken a line that was on its way out: the browser asks again by itself.
    if (heard.hadError) await slots.until(() => heard.openedMs !== undefined, SOON_MS)
    if (slots.all.some(({ isGone }) => isGone)) throw new Trouble(CLOSED)
    const { openedMs, hadError } = slot.heard
    Object.assign(stream, { openedMs, hadError, waitedMs })
    show()
    if (openedMs === undefined) break // the next ones would only wait behind it
  }
  phase.connections = await openAt(bench)
  show()
  for (const slot of slots.all) slot.tell({ kind: 'close' })
  await slots.until(() => slots.all.every(({ heard }) => heard.isClosed), SOON_MS)
  await empty(slots, bench)
  return true
}

/** Those before it show how quick this machine is now: what takes so much longer waits for one of them. Over HTTP/2 none has to. */
function patienceOf({ streams }: Phase, isHttp2: boolean): number {
  const times = streams.flatMap(({ openedMs }) => openedMs ?? [])
  if (isHttp2 || times.length === 0) return SOON_MS
  return Math.min(SOON_MS, Math.max(PATIENCE_MS, TIMES_SLOWER * Math.max(...times)))
}

async function shareOne(run: Run<Data>, bench: Bench, { all, until }: Slots, data: Data) {
  const { tail } = await about()
  const group = `wirelab-${crypto.randomUUID()}`
  const left = new Set<Slot>()
  const look = (): Data => {
    const followers = all.map((slot) => ({
      ...{ ids: [...slot.heard.ids], isLeader: slot.heard.isLeader, hasLeft: left.has(slot) },
    }))
    data.group = { ...data.group, followers }
    return data
  }
  for (const slot of all) slot.tell({ kind: 'follow', origin: bench.door(DOOR).origin, after: tail, group })
  await until(() => all.every(({ heard }) => heard.ids.length > 0), SOON_MS)
  await watch(run, SHARED_MS, look)
  look().group!.connections = await openAt(bench)
  const leader = all.find(({ heard }) => heard.isLeader)
  if (leader) left.add(leader)
  leader?.close()
  run.step('the leader has gone')
  await until(() => all.some((slot) => slot.heard.isLeader && !left.has(slot)), SOON_MS)
  await watch(run, SHARED_MS, look)
  // What the leader told may be on its way to a tab that is busy: then it comes; what was missed never does.
  const others = all.filter((slot) => !left.has(slot))
  const newest = Math.max(...others.map(newestOf))
  await until(() => others.every((slot) => newestOf(slot) >= newest), SOON_MS)
  if (all.some(({ heard }) => heard.hadGap)) throw new Trouble(GAP)
  look()
}

/**
 * Browsers keep lines for later, and one that the seventh stream waited for may open only now. What is asked next must not go out on
 * them: it would meet a server that is taking leave. So they are reset, until there was none twice.
 */
async function empty({ until }: Slots, bench: Bench) {
  let looks = 0
  for (const endsAt = performance.now() + SOON_MS; looks < 2 && performance.now() < endsAt;) {
    if (await openAt(bench)) {
      await bench.fault(DOOR, 'cut')
      looks = 0
    } else looks++
    await until(() => false, LOOK_MS)
  }
}

const newestOf = ({ heard }: Slot) => (heard.ids.length > 0 ? offsetOf(heard.ids.at(-1)!) : 0)

/** TCP connections, as the door counts them. */
async function openAt(bench: Bench): Promise<number | undefined> {
  await bench.refresh()
  return bench.door(DOOR).traffic?.open
}

const NOT_LOADED = 'A tab did not load. Does this browser hold back tabs that a page opens? Run it again.'
const CLOSED = 'A tab was closed before the run was over. Run it again, and leave them until they go by themselves.'
const GAP =
  'The lab told of events that cannot be had any more, so what the followers have cannot be compared. Was it restarted? Run it again.'
const NO_EIGHTH =
  'This browser let the page open seven tabs, and no eighth one. Allow pop-ups for this address, and run it again.'
