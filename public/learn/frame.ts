// The screen of an experiment, whatever it is about: state, what is drawn when, where the focus goes, what is closed.
import { render } from '/vendor/lit-html.js'
import type { Answer, Experiment, Screen } from './experiment.ts'
import { startRun, troubleOf } from './run.ts'
import type { RunControls } from './run.ts'
import { view } from './view.ts'

/** Outlives the screen: who comes back finds what was guessed and measured. */
export interface Memory<Data> {
  guess: number | undefined
  /** Whether the next run goes without a guess. */
  skipped: boolean
  runs: { data: Data; guess: number | undefined }[]
}

export interface State {
  /** Since when it runs; undefined: it does not. */
  startedAt: number | undefined
  step: string
  trouble: string
  /** What a screen reader hears: a start and an end, nothing in between. */
  said: string
  /** The last run was stopped: what is drawn is half of it. */
  isStopped: boolean
}

const LOOK_MS = 250
const KEPT_RUNS = 10
export const STOPPED = 'Stopped. Everything it had opened is closed.'
/** The bytes of the two screens must not be compared without it. */
const HTTP1 =
  'Where nothing else is said, this was over HTTP/1.1. The lanes of the lab’s screen usually speak HTTP/2, which packs the heads of questions and answers (RFC 7541): who asks again and again pays fewer bytes there, who keeps a stream or a socket pays nine more for each frame (RFC 9113 §4.1).'

export function frame<Data>(spec: Experiment<Data>, memory: Memory<Data>): Screen {
  return (root, entry, page) => {
    const state: State = { startedAt: undefined, step: '', trouble: '', said: '', isStopped: false }
    const still = matchMedia('(prefers-reduced-motion: reduce)')
    let controls: RunControls<Data> | undefined
    let gone = false
    let latest: Data | undefined
    let request = 0
    let drawnAt = -Infinity

    const told = { ...spec, answer }
    const paint = () => gone || render(view({ spec: told, entry, memory, state, act: { guess, skip, toggle } }), root)
    paint()
    const picture = spec.picture(root.querySelector<HTMLElement>('.picture')!)

    function answer(data: Data): Answer {
      const { details = [], ...rest } = spec.answer(data)
      return { ...rest, details: spec.http1Note ? [...details, HTTP1] : details }
    }

    function guess(choice: number) {
      memory.guess = choice
      memory.skipped = false
      paint()
    }

    function skip() {
      memory.guess = undefined
      memory.skipped = true
      toggle()
    }

    function toggle() {
      if (controls) controls.stop()
      else void run()
    }

    async function run() {
      const mine = (controls = startRun<Data>({ page, show, step }))
      Object.assign(state, { startedAt: performance.now(), step: '', trouble: '', isStopped: false })
      state.said = `Running, about ${spec.seconds} seconds.`
      const clock = setInterval(paint, LOOK_MS)
      paint()
      let data: Data | undefined
      try {
        const measured = await spec.run(mine.run)
        await mine.undisturbed()
        data = measured
      } catch (error) {
        const { signal } = mine.run
        state.trouble = troubleOf(signal.aborted ? signal.reason : error)
      }
      await mine.end()
      clearInterval(clock)
      controls = undefined
      state.startedAt = undefined
      // Who went elsewhere meanwhile stays there, and is told.
      const isHere = isAtRun()
      state.said = data
        ? isHere
          ? ''
          : `The run is over. ${spec.answer(data).sentence}`
        : state.trouble
          ? ''
          : STOPPED
      state.isStopped = !data && !state.trouble
      if (data) {
        memory.runs = [...memory.runs, { data, guess: memory.guess }].slice(-KEPT_RUNS)
        if (!gone) picture.draw(data)
      }
      paint()
      if (data && isHere && !gone) root.querySelector<HTMLElement>('.result h3')?.focus()
    }

    /** Whether the focus is where the run was begun, or nowhere: what was clicked may have gone. */
    function isAtRun() {
      const at = document.activeElement
      return at === null || at === document.body || root.querySelector('.guess')?.contains(at) === true
    }

    function step(text: string) {
      state.step = text
      paint()
    }

    function show(data: Data) {
      latest = data
      request ||= requestAnimationFrame(draw)
    }

    function draw(now: number) {
      request = 0
      if (gone || state.startedAt === undefined) return // what is measured is drawn at the end of the run
      if (still.matches && now - drawnAt < 1000) request = requestAnimationFrame(draw)
      else {
        drawnAt = now
        picture.draw(latest!)
      }
    }

    const last = memory.runs.at(-1)
    if (last) picture.draw(last.data)

    return () => {
      gone = true
      cancelAnimationFrame(request)
      controls?.stop()
      picture.close?.()
      render('', root)
    }
  }
}
