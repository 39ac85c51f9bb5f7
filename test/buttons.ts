// What the buttons and the knobs of a lane say they do, seen at sockets of the lane's own door, in a real browser; and nothing is lost in it.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Page } from 'puppeteer-core'
import type { BrowserName } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { profiles } from '../bench/network/profiles.ts'
import { parseCursor } from '../src/core/event.ts'
import { AWAY_MS, STALL_MS } from '../src/lab/door.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Settings } from '../src/lab/settings.ts'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import { dial } from './benches.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import { endOf, lanesOf } from './lanes.ts'
import { witness } from './witness.ts'
import type { Witness } from './witness.ts'

const SOON = { timeout: 20_000, interval: 20 }
const seen = (check: () => void) => vi.waitFor(check, SOON)

/** A file for each browser, so that they run beside each other: most of it is waiting for lines that are silent. */
export function buttonsIn(browserName: BrowserName) {
  let lab: Lab
  let browser: StartedBrowser
  let page: Page
  const { until, untilOpen, number, textOf, click, story, benchNow, doorOf, setRate } = lanesOf(() => page)

  beforeAll(async () => {
    // By default the server itself ends a line that is quiet for 5 s; and a client that hears nothing waits for 2.5 heartbeats, which here is
    // not longer than a long poll waits for its answer, and a heartbeat is still rarer than the cut of a quiet line.
    const limits = { idleMs: 60_000, heartbeatMs: 12_000 }
    lab = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom(), limits })
    browser = await startBrowser(browserName, lab.authority!.caPath)
    page = await browser.browser.newPage()
    await page.goto(lab.url)
    await untilOpen(20_000)
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  })

  /** At the door of a lane, with something on both of its lines already. */
  async function witnessAt(name: TransportName): Promise<Witness> {
    const one = await witness(lab, (await doorOf(name)).port)
    await one.ask()
    await seen(() => expect(one.came.length).toBeGreaterThan(1))
    return one
  }
  /** The lane has whatever was published until now, each once. */
  async function hasAll(name: TransportName) {
    const { id } = await lab.feed.publish({ type: 'tick', data: 'the last' })
    const offset = () =>
      page.$eval(`.lane[data-lane="${name}"]`, (lane) => Number((lane as HTMLElement).dataset.cursor!.split('.')[1]))
    await until(async () => (await offset()) >= parseCursor(id)!.offset, `${name} to have all`, 60_000)
    expect([await number(name, 'lost'), await number(name, 'repeated')]).toEqual([0, 0])
  }
  /** As many, with none missing and none twice. */
  const inRow = (offsets: number[]) => offsets.map((_, index) => offsets[0]! + index)
  async function setKnob<Name extends keyof Settings>(name: Name, value: Settings[Name]) {
    await page.select(`#${name}-sse`, String(value))
    await until(async () => (await doorOf('sse')).settings[name] === value, `${name} to be ${value}`)
  }

  type Look = (hit: { one: Witness; name: TransportName; before: number }) => Promise<void>
  /** By the button of each lane, then by the one for all of them. */
  async function hitAll(fault: string, word: string, look: Look) {
    await hit(fault, word, look, false)
    await hit(fault, word, look, true)
  }
  /** Clicks and waits until the lab says that it is done, at each door; then looks at what `look` sees of it. */
  async function hit(fault: string, word: string, look: Look, isAtOnce: boolean) {
    const looks: Promise<void>[] = []
    const witnesses = new Map<TransportName, Witness>()
    const stories = new Map<TransportName, string>()
    for (const name of transportNames) {
      stories.set(name, await story(name))
      if (isAtOnce) witnesses.set(name, await witnessAt(name))
    }
    let before = 0
    for (const name of transportNames) {
      const one = witnesses.get(name) ?? (await witnessAt(name))
      if (!isAtOnce || before === 0) {
        for (const hit of isAtOnce ? transportNames : [name])
          // A lane that asks now and then may be between two connections.
          await until(async () => (await doorOf(hit)).traffic.open >= 3, `${hit} and its witness to be connected`)
        before = performance.now()
        await click(`#${fault}-${isAtOnce ? 'all' : name}`)
      }
      const met = async () => {
        const now = await story(name)
        const found = new RegExp(`^${word} at .*\\((\\d+) connections\\)`).exec(now)
        return now === stories.get(name) ? undefined : found?.[1]
      }
      await until(async () => (await met()) !== undefined, `${name} to be hit`)
      looks.push(look({ one, name, before }))
      expect(Number(await met())).toBeGreaterThanOrEqual(3) // the lane's, and two of the witness
    }
    await Promise.all(looks)
    for (const name of transportNames) {
      await until(async () => endOf.test(await story(name)), `the story of ${name} to end`, 90_000)
      await hasAll(name)
    }
  }

  test('Cut: every line is reset', { timeout: 180_000 }, () =>
    hitAll('cut', 'Cut', ({ one }) => seen(() => expect(one.ends()).toEqual(['RST', 'RST']))),
  )

  test(
    'Restart: every line is ended in order, nobody is let in for two seconds, and then as before',
    { timeout: 180_000 },
    () =>
      hitAll('restart', 'Restarted', async ({ one, name, before }) => {
        const { port } = await doorOf(name)
        await vi.waitFor(() => dial(lab, port), SOON)
        expect(performance.now() - before).toBeGreaterThanOrEqual(AWAY_MS - 1)
        expect(one.ends()).toEqual(['FIN', 'FIN'])
      }),
  )

  test(
    'Stall: for five seconds no byte passes, up or down; then all that waited, on the same lines',
    { timeout: 180_000 },
    () =>
      hitAll('stall', 'Stalled', async ({ one, before }) => {
        expect((await one.ask()) - before).toBeGreaterThanOrEqual(STALL_MS - 1)
        await seen(() => expect(one.came.at(-1)! - before).toBeGreaterThan(STALL_MS))
        const pauses = one.came.slice(1).map((at, index) => at - one.came[index]!)
        expect(Math.max(...pauses)).toBeGreaterThan(STALL_MS - 500)
        await seen(() => expect(one.offsets().length).toBeGreaterThan(40)) // ten a second
        expect(one.offsets()).toEqual(inRow(one.offsets()))
        expect(one.ends()).toEqual([undefined, undefined])
      }),
  )

  test('Line down 2 kB/s: so much passes and no more', { timeout: 60_000 }, async () => {
    const one = await witnessAt('sse')
    await setKnob('downBytesPerSecond', 2000)
    const [began, from] = [performance.now(), one.bytes]
    for (let n = 0; n < 6; n++) await lab.feed.publish({ type: 'tick', data: 'x'.repeat(1500) })
    await seen(() => expect(one.bytes - from).toBeGreaterThan(6000))
    expect(performance.now() - began).toBeGreaterThan(2500)
    await setKnob('downBytesPerSecond', 0)
    await seen(() => expect(one.bytes - from).toBeGreaterThan(9000))
    expect(one.offsets()).toEqual(inRow(one.offsets()))
    expect(one.ends()[0]).toBeUndefined()
    await hasAll('sse')
  })

  test('Network satellite: a question and its answer take the way there and back', { timeout: 60_000 }, async () => {
    const one = await witnessAt('sse')
    await setKnob('profile', 'satellite')
    const before = performance.now()
    expect((await one.ask()) - before).toBeGreaterThanOrEqual(2 * profiles.satellite.conditions.delayMs)
    await setKnob('profile', 'none')
    await hasAll('sse')
  })

  test('One that buffers: no byte of a stream comes, while a question is answered', { timeout: 60_000 }, async () => {
    const before = await witnessAt('sse')
    await setKnob('buffering', true)
    await seen(() => expect(before.ends()).toEqual(['FIN', 'FIN'])) // another server answers at this door
    const one = await witness(lab, (await doorOf('sse')).port)
    await sleep(1500)
    await one.ask()
    expect([one.came, ...one.ends()]).toEqual([[], undefined, undefined])
    await setKnob('buffering', false)
    await hasAll('sse')
  })

  test('Quiet lines cut after 10 s: they are reset then, and not before', { timeout: 120_000 }, async () => {
    await setRate(0)
    const reconnects = await number('sse', 'reconnects')
    const one = await witness(lab, (await doorOf('sse')).port)
    await one.ask()
    const quietFrom = performance.now()
    await setKnob('idleCutMs', 10_000)
    // A heartbeat, each 12 s, may come just before and put it off once; another one comes too late for that.
    await vi.waitFor(() => expect(one.ends()).toEqual(['RST', 'RST']), { timeout: 25_000, interval: 20 })
    expect(performance.now() - quietFrom).toBeGreaterThan(9000)
    await until(async () => (await number('sse', 'reconnects')) > reconnects, 'the lane to be cut, too', 25_000)
    await setKnob('idleCutMs', 0)
    await setRate(10)
    await hasAll('sse')
  })

  test.each([
    ['together', false],
    ['spread', true],
  ])(
    'A storm, %s: its clients are connections at this door, and go when it is stopped',
    { timeout: 90_000 },
    async (how, jitter) => {
      const one = await witnessAt('sse')
      const open = async () => (await doorOf('sse')).traffic.open
      const before = await open()
      const button = `#storm-${how}`
      const isOff = () => page.$eval(button, (element) => (element as HTMLButtonElement).disabled)
      await until(async () => !(await isOff()), 'no other storm to be under way')
      await page.select('#storm-lane', 'sse')
      await click(button)
      await until(async () => (await open()) > before + 100, 'a hundred clients', 60_000)
      expect((await benchNow()).storm).toMatchObject({ lane: 'sse', jitter })
      await click('#storm-stop')
      await until(async () => (await open()) <= before, 'them to be gone', 30_000)
      expect(one.ends()).toEqual([undefined, undefined])
      await hasAll('sse')
    },
  )

  test(
    'Freeze: no byte ever again, up or down, on lines that stay open; a new one is well',
    { timeout: 240_000 },
    async () => {
      // Over HTTP/2 a browser stays on the dead connection (lanes.test.ts).
      await page.evaluate(
        (names) => (location.hash = `#/?${names.map((name) => `${name}.http=1.1`).join('&')}`),
        transportNames,
      )
      for (const name of transportNames)
        await until(
          async () => (await textOf(`.lane[data-lane="${name}"] [data-n="protocol"]`)).startsWith('HTTP/1.1'),
          `${name} to speak HTTP/1.1`,
        )
      await untilOpen()
      const frozen: { one: Witness; bytes: number }[] = []
      let answers = 0
      await hitAll('freeze', 'Frozen', async ({ one, name }) => {
        void one.ask().then(() => answers++)
        await sleep(200) // what was on the way
        frozen.push({ one, bytes: one.bytes })
        await witnessAt(name)
      })
      for (const { one, bytes } of frozen) expect([one.bytes, ...one.ends()]).toEqual([bytes, undefined, undefined])
      expect([frozen.length, answers]).toEqual([2 * transportNames.length, 0])
    },
  )
}
