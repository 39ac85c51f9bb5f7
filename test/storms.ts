// `npx node test/storms.ts`: what a storm at one door does to the events of all four lanes, in a real Chromium,
// five of each (`--repeats`), in an order that is drawn. All of them, and the table of docs/measuring.md. A quarter of an hour.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commit, machine, versions } from '../bench/machine.ts'
import { provenance } from '../bench/report/remarks.ts'
import { AT_LEAST_MS } from '../public/beside.ts'
import { isOver } from '../public/door.ts'
import { seeded, shuffled } from '../src/core/random.ts'
import { percentile, spread } from '../src/core/stats.ts'
import type { BenchState } from '../src/lab/bench.ts'
import { benchRoom } from '../src/lab/room.ts'
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import { lanesOf } from './lanes.ts'
import * as screens from './screens.ts'

const PER_SECOND = 5
/** What came in so long before a storm is before it; so long after one it is calm again. */
const BEFORE_MS = 10_000
const REST_MS = 5000
const STORM_MS = 120_000
const SEED = 7
const MOST = 50

interface Found {
  at: TransportName
  seconds: number
  /** Median latency of each lane, ms; undefined where nothing came. */
  before: Record<TransportName, number | undefined>
  during: Record<TransportName, number | undefined>
}

const repeats = Number(parseArgs({ options: { repeats: { type: 'string', default: '5' } } }).values.repeats)
if (Number.isInteger(repeats) && repeats >= 1 && repeats <= MOST) await measure()
else {
  console.error(`--repeats: expected 1 to ${MOST}`)
  process.exitCode = 1
}

async function measure() {
  const about = provenance({
    ...{ startedAt: new Date().toISOString(), machine: machine(), versions: await versions(), commit: commit() },
    seed: SEED,
  })
  const certs = await mkdtemp(join(tmpdir(), 'wirelab-storms-'))
  const lab = await startTestLab({ certs, source: 'ticker', perSecond: PER_SECOND, lab: benchRoom() })
  const { browser, close } = await startBrowser('chromium', lab.authority!.caPath)
  const found: Found[] = []
  try {
    const page = await browser.newPage()
    await page.setViewport({ width: 1440, height: 900 })
    await screens.open(page, lab.url, screens.lab)
    const there = { page, ...lanesOf(() => page) }
    await there.untilOpen()
    console.log(
      `Medians of latency, ms: of ten seconds before it → from the drop until all were back, a second at least; ${PER_SECOND} events a second. ${await browser.version()}, ${about}\n`,
    )
    const random = seeded(SEED)
    for (let n = 0; n < repeats; n++)
      for (const at of shuffled(transportNames, random)) {
        const each = await storm(at, there)
        found.push(each)
        const words = transportNames.map((name) => `${name} ${ms(each.before[name])} → ${ms(each.during[name])}`)
        console.log(`- at ${at}, ${each.seconds.toFixed(1)} s: ${words.join(', ')}`)
      }
  } finally {
    if (found.length > 0) console.log(`\n${table(found)}`)
    await close()
    await lab.close()
    await rm(certs, { recursive: true })
  }
}

async function storm(
  at: TransportName,
  {
    page,
    until,
    click,
    benchNow,
    samplesOf,
  }: ReturnType<typeof lanesOf> & { page: Parameters<typeof screens.open>[0] },
): Promise<Found> {
  await sleep(REST_MS + BEFORE_MS)
  await page.select('#storm-lane', at)
  const startedAt = Date.now()
  await click('#storm-together')
  const now = async () => (await benchNow()).storm
  const isUnderWay = (storm: BenchState['storm']) => storm?.lane === at && !isOver(storm)
  await until(async () => isUnderWay(await now()), 'the storm to begin', STORM_MS)
  await until(async () => isOver((await now())!), 'the storm to end', STORM_MS)
  const { phase, why, droppedAt, backMsMax } = (await now())!
  if (phase !== 'done' || why !== undefined) throw new Error(`the storm at ${at} ended as ${phase}: ${why}`)
  const backAt = droppedAt! + backMsMax!
  const samples = new Map(await Promise.all(transportNames.map(async (name) => [name, await samplesOf(name)] as const)))
  const medians = (from: number, to: number) =>
    Object.fromEntries(
      transportNames.map((name) => {
        const within = samples.get(name)!.filter(({ receivedAt }) => receivedAt >= from && receivedAt < to)
        return [name, percentile(within.map(({ latencyMs }) => latencyMs), 50)] // prettier-ignore
      }),
    ) as Found['before']
  return {
    ...{ at, seconds: backMsMax! / 1000 },
    before: medians(startedAt - BEFORE_MS, startedAt),
    during: medians(droppedAt!, Math.max(backAt, droppedAt! + AT_LEAST_MS)),
  }
}

/** Of each storm and lane the medians of the repeats, and between which they were. */
function table(found: readonly Found[]): string {
  const ranged = (values: (number | undefined)[]) => {
    const all = spread(values.filter((value) => value !== undefined))
    return all ? `${ms(all.median)} (${ms(all.min)}–${ms(all.max)})` : ms(undefined)
  }
  const rows = transportNames.map((at) => {
    const mine = found.filter((each) => each.at === at)
    const cells = transportNames.map(
      (name) => `${ranged(mine.map((each) => each.before[name]))} → ${ranged(mine.map((each) => each.during[name]))}`,
    )
    return `| ${at} | ${cells.join(' | ')} |`
  })
  const lasted = spread(found.map(({ seconds }) => seconds))!
  return [
    `${found.length} storms, all back ${lasted.min.toFixed(1)} to ${lasted.max.toFixed(1)} s after the drop; median of each (least–most):\n`,
    `| storm at | ${transportNames.join(' | ')} |`,
    `|---|${transportNames.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n')
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : value < 10 ? value.toFixed(1) : value.toFixed(0)
}
