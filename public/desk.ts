// What can be done on the lab's screen: lanes behind their doors, knobs that stay in the address, faults, a storm. Nothing here draws.
import { clients } from '../transports/clients.ts'
import type { Connect } from '../transports/contract.ts'
import { lanesAt, numberAt, settingsAt } from './address.ts'
import { arrivals } from './arrivals.ts'
import type { Bench } from './bench.ts'
import type { PageContext } from './context.ts'
import type { Fault, Settings } from './door.ts'
import { weigh } from './smallest.ts'
import { POLL_MS, laneKnobs, payloadSlider, pollSlider, rateSlider } from './knobs.ts'
import { explain } from './lab.ts'
import { lane } from './lane.ts'
import type { Lane, LaneOptions } from './lane.ts'

export interface Desk {
  readonly bench: Bench
  readonly lanes: readonly Lane[]
  /** As a door was when it was opened. */
  usual(lane: Lane): Settings
  /** What went wrong, in words, by what it is about: a lane's name, `storm` or `all`. */
  readonly troubles: ReadonlyMap<string, string>
  readonly pollMs: number
  /** What a person wants and the lab has not answered yet, else what the lab does. */
  readonly rate: number | null
  readonly payload: number
  setRate(perSecond: number): void
  setPayload(bytes: number): void
  setPoll(ms: number): void
  /** `lane` undefined: all of them. */
  set(lane: Lane | undefined, settings: Partial<Settings>): void
  break(lane: Lane | undefined, fault: Fault): void
  startStorm(lane: Lane, jitter: boolean): void
  endStorm(): void
  show(lane: Lane, isOn: boolean): void
  close(): void
}

/** Of a slider, while the lab has not answered. */
interface Wish {
  value: number
}

export const STORM_CLIENTS = 1000

export function desk(
  { about: lab, place }: PageContext,
  bench: Bench,
  { onState, onEvent }: Pick<LaneOptions, 'onState' | 'onEvent'>,
): Desk {
  const seen = arrivals()
  const troubles = new Map<string, string>()
  let isClosed = false
  const wishes: { rate?: Wish; payload?: Wish } = {}
  /** One after the other: of two at once the lab may do the later one first. */
  let lastWish: Promise<unknown> = Promise.resolve()
  let pollMs = POLL_MS
  const lanes = lab.transports.flatMap((name) => {
    const connect = (clients as Record<string, Connect>)[name]
    if (!connect) return []
    const isMeasuring = () => !document.hidden // the browser slows a hidden tab down
    const made = lane({
      ...{ name, after: lab.tail, connect, bench, arrivals: seen, isMeasuring, onState },
      onEvent(lane, event, received) {
        weigh(event)
        onEvent?.(lane, event, received)
      },
    })
    return [made]
  })
  const laneNames = lanes.map(({ name }) => name)

  /** Says what went wrong where it was done, until it goes well. @returns whether it did. */
  async function attempt(about: string, what: string, act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act()
      troubles.delete(about)
      return true
    } catch (error) {
      troubles.set(about, `${what} ${explain(error)}`)
      return false
    }
  }

  function setFeed(name: 'rate' | 'payload', value: number) {
    const mine = (wishes[name] = { value })
    const feed = name === 'rate' ? { perSecond: value } : { payloadBytes: value }
    lastWish = lastWish.then(async () => {
      if (wishes[name] !== mine) return // another one came since
      await attempt('all', 'Not set.', () => bench.setFeed(feed))
      // What was refused is not to be shared, nor to come back when the page is loaded again.
      if (troubles.has('all') && wishes[name] === mine && place.read(name) === String(value))
        place.write({ [name]: (name === 'rate' ? bench.perSecond : bench.payloadBytes) ?? undefined })
      if (wishes[name] === mine) delete wishes[name]
    })
    if (name === 'payload') resetAll()
  }

  function setPoll(ms: number) {
    pollMs = ms
    const polling = lanes.find(({ name }) => name === 'polling')
    polling?.askEvery(ms)
  }

  async function set(each: Lane, settings: Partial<Settings>) {
    const isNew = Object.entries(settings).some(([name, value]) => each.door.settings[name as keyof Settings] !== value)
    if (!isNew) return
    if (await attempt(each.name, 'Not set.', () => bench.set(each.name, settings)))
      each.samples.reset(performance.now())
    // Another version of HTTP or TLS: the server closes the line, and the lane comes back by itself, on the new one.
  }

  const resetAll = () => lanes.forEach(({ samples }) => samples.reset(performance.now()))
  const show = (each: Lane, isOn: boolean) => {
    if (isOn === (each.state !== 'off')) return
    if (isOn) each.resume()
    else each.off()
  }

  /** What the address says of the feed. */
  function obeyFeed() {
    const [rate, payload] = [numberAt(place, rateSlider), numberAt(place, payloadSlider)]
    if (rate !== undefined && bench.perSecond !== null && rate !== bench.perSecond) setFeed('rate', rate)
    if (payload !== undefined && bench.perSecond !== null && payload !== bench.payloadBytes) setFeed('payload', payload)
  }

  const isShown = ({ name }: Lane) => lanesAt(place, laneNames)?.includes(name) ?? true

  /** What the address says, wherever it says something. */
  function obey() {
    if (isClosed) return
    obeyFeed()
    setPoll(numberAt(place, pollSlider) ?? POLL_MS)
    for (const each of lanes) {
      if (!isShown(each)) show(each, false)
      const settings = bench.why ? {} : { ...bench.usual(each.name), ...settingsAt(place, each.name) }
      // Its door first: a line that is there already would be broken. Meanwhile the address may say something else.
      void set(each, settings).then(() => isClosed || show(each, isShown(each)))
    }
  }

  let { why } = bench
  const unsubscribe = [
    place.subscribe(obey),
    bench.subscribe((change) => {
      if (change === 'read') return
      if (bench.why !== why) resetAll() // without doors events are timed in another way
      why = bench.why
      for (const each of lanes) each.move()
      obeyFeed() // a lab that was restarted is as it was started, not as it was set
    }),
  ]

  function write(each: Lane, settings: Partial<Settings>) {
    for (const { setting, name } of laneKnobs) {
      const value = settings[setting]
      if (value === undefined) continue
      place.write({ [`${each.name}.${name}`]: value === bench.usual(each.name)[setting] ? undefined : String(value) })
    }
  }

  obey()
  for (const each of lanes) if (each.state !== 'off') each.start()
  return {
    bench,
    lanes,
    troubles,
    usual: ({ name }) => bench.usual(name),
    get pollMs() {
      return pollMs
    },
    get rate() {
      return wishes.rate?.value ?? bench.perSecond
    },
    get payload() {
      return wishes.payload?.value ?? bench.payloadBytes
    },
    setRate(perSecond) {
      place.write({ rate: perSecond })
      setFeed('rate', perSecond)
    },
    setPayload(bytes) {
      place.write({ payload: bytes })
      setFeed('payload', bytes)
    },
    setPoll(ms) {
      place.write({ poll: ms })
      setPoll(ms)
    },
    set(one, settings) {
      for (const each of one ? [one] : lanes) {
        write(each, settings)
        void set(each, settings)
      }
    },
    break(one, fault) {
      for (const each of one ? [one] : lanes)
        if (each.state !== 'off' && each.state !== 'paused')
          void attempt(each.name, 'Not done.', () => each.break(fault))
    },
    startStorm({ name }, jitter) {
      const order = { transport: name, lane: name, clients: STORM_CLIENTS, jitter }
      void attempt('storm', 'No storm.', () => bench.startStorm(order))
    },
    endStorm: () => void attempt('storm', 'Not stopped.', () => bench.endStorm()),
    show(each, isOn) {
      const names = lanes
        .filter(({ state, name }) => (name === each.name ? isOn : state !== 'off'))
        .map(({ name }) => name)
      place.write({ lanes: names.length === lanes.length ? undefined : names.join(',') })
      show(each, isOn)
    },
    close() {
      isClosed = true
      for (const end of unsubscribe) end()
      for (const each of lanes) each.close()
    },
  }
}
