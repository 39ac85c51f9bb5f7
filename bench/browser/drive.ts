// One browser with one page in it, from the side of the bench: what it can be asked. It is asked nothing while a window is measured.
import type { TransportName } from '../../transports/clients.ts'
import { boundsOf } from './clock.ts'
import type { Bounds } from './clock.ts'
import { PAGE } from './files.ts'
import type { BrowserName } from './find.ts'
import type { About, MeasuredPage, PageState, Sample } from './page.ts'
import { startBrowser } from './start.ts'
import type { StartOptions } from './start.ts'

type Measured = { measured: MeasuredPage }
const QUESTIONS = 200
/** So many samples in one answer of the browser. */
const PART = 2000

export interface Driven {
  version: string
  about: About
  bounds(clock: () => number): Promise<Bounds>
  follow(name: TransportName, pollMs: number): Promise<number>
  state(): Promise<PageState>
  samples(): Promise<Sample[]>
  longTasks(): Promise<ReturnType<MeasuredPage['longTasks']>>
  heap(): ReturnType<MeasuredPage['heap']>
  /** What its console said, and what was wrong. */
  said: string[]
  close(): Promise<void>
}

export async function drive(name: BrowserName, port: number, options: StartOptions): Promise<Driven> {
  const { browser, close } = await startBrowser(name, options)
  try {
    const page = await browser.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => said.push(String(error)))
    await page.goto(`https://localhost:${port}${PAGE}`)
    const ask = {
      clock: () => page.evaluate(() => (globalThis as unknown as Measured).measured.clock()),
      state: () => page.evaluate(() => (globalThis as unknown as Measured).measured.state()),
      about: () => page.evaluate(() => (globalThis as unknown as Measured).measured.about()),
    }
    const about = await ask.about()
    return {
      ...{ version: versionOf(await browser.version()), about, said, close },
      bounds: (clock) => boundsOf(ask.clock, clock, { questions: QUESTIONS, stepMs: about.timerStepMs }),
      follow: (transport, pollMs) =>
        page.evaluate(
          (lane, ms) => (globalThis as unknown as Measured).measured.follow(lane, ms),
          ...([transport, pollMs] as const),
        ),
      state: ask.state,
      async samples() {
        const all: Sample[] = []
        for (const { samples } = await ask.state(); all.length < samples;)
          all.push(
            ...(await page.evaluate(
              (from, count) => (globalThis as unknown as Measured).measured.samples(from, count),
              ...([all.length, PART] as const),
            )),
          )
        return all
      },
      longTasks: () => page.evaluate(() => (globalThis as unknown as Measured).measured.longTasks()),
      heap: () => page.evaluate(() => (globalThis as unknown as Measured).measured.heap()),
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** `Chrome/153.0.1`, `firefox/153.7`: the number. */
const versionOf = (text: string) => text.replace(/^[^/]*\//, '')
