// The two sliders: how many events the lab makes, and how often the polling lane asks.
import { explain, setRate } from './lab.ts'
import { complain } from './say.ts'
import { count, duration } from './words.ts'

const RATES = [0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200]
const INTERVALS_MS = [100, 200, 500, 1000, 2000, 5000, 10_000]
/** A finger on an arrow key is one wish, not ten. */
const SETTLE_MS = 200

export interface RateSlider {
  /** What the lab does; another page may have set it. Null: it is not the lab's to set. */
  show(perSecond: number | null): void
}

export function rateSlider(box: Element, source: string): RateSlider {
  const alert = box.querySelector('[role=alert]')!
  let isOurs = false
  const slider = stepped(box, RATES, (perSecond) =>
    perSecond === 0 ? 'silence' : `${count(perSecond, 'event')} a second`,
  )

  slider.onSettled((perSecond) => {
    setRate(perSecond)
      .then(
        () => complain(alert, ''),
        (error: unknown) => complain(alert, `The rate was not set. ${explain(error)}`),
      )
      .finally(() => (isOurs = false))
  })
  slider.onMoved(() => (isOurs = true))

  return {
    show(perSecond) {
      if (perSecond === null) slider.disable(`events come from “${source}”; their rate is not set here`)
      else if (!isOurs) slider.set(perSecond)
    },
  }
}

export function intervalSlider(box: Element, pollMs: number, change: (pollMs: number) => void) {
  const slider = stepped(box, INTERVALS_MS, (ms) => `every ${duration(ms).replace('.00', '')}`)
  slider.set(pollMs)
  slider.onSettled(change)
}

/** A range input over a list of values; what is shown and said is the value, not its place in the list. */
function stepped(box: Element, values: number[], inWords: (value: number) => string) {
  const input = box.querySelector('input')!
  const output = box.querySelector('output')!
  let timer: ReturnType<typeof setTimeout> | undefined
  input.max = String(values.length - 1)

  const value = () => values[Number(input.value)]!
  function show(text: string) {
    if (output.value === text) return
    output.value = text
    input.setAttribute('aria-valuetext', text)
  }

  return {
    set(wanted: number) {
      const distances = values.map((each) => Math.abs(each - wanted))
      input.value = String(distances.indexOf(Math.min(...distances)))
      show(inWords(wanted))
    },
    disable(why: string) {
      input.disabled = true
      show(why)
    },
    onMoved(listener: () => void) {
      input.addEventListener('input', listener)
    },
    onSettled(listener: (value: number) => void) {
      input.addEventListener('input', () => {
        show(inWords(value()))
        clearTimeout(timer)
        timer = setTimeout(() => listener(value()), SETTLE_MS)
      })
    },
  }
}
