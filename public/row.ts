// One lane on the page: its name and buttons, the two pictures, the numbers.
import { parseCursor } from '../src/core/event.ts'
import type { Arrivals } from './arrivals.ts'
import { explain } from './lab.ts'
import { WINDOW_MS } from './lane.ts'
import type { Lane } from './lane.ts'
import { howItWorks } from './lessons.ts'
import type { Meter } from './meter.ts'
import { numbers } from './numbers.ts'
import { complain, say } from './say.ts'
import { spread } from './spread.ts'
import { strip } from './strip.ts'

export interface Row {
  /** Once per animation frame. */
  move(now: number): void
  /** A few times a second: text that changes faster cannot be read. `dearest` is the cost of the dearest lane. */
  write(now: number, dearest: number): void
}

export function row(lane: Lane, template: HTMLTemplateElement, arrivals: Arrivals, meter: Meter): Row {
  const section = (template.content.cloneNode(true) as DocumentFragment).querySelector('section')!
  const part = <Kind extends HTMLElement = HTMLElement>(name: string) => section.querySelector<Kind>(`.${name}`)!
  const heading = section.querySelector('h2')!
  heading.textContent = lane.name
  heading.id = `lane-${lane.name}`
  section.setAttribute('aria-labelledby', heading.id)
  section.dataset.lane = lane.name
  template.before(section)

  const pause = part<HTMLButtonElement>('pause')
  const cut = part<HTMLButtonElement>('cut')
  const alert = part('alert')
  const arrived = strip(section.querySelector('canvas')!)
  const distribution = spread(part('spread'))
  const write = numbers(section)
  // "Pause polling": eight buttons of two names could not be told apart in a screen reader's list.
  for (const button of [pause, cut]) {
    button.id = `${button.className}-${lane.name}`
    button.setAttribute('aria-labelledby', `${button.id} ${heading.id}`)
  }

  pause.addEventListener('click', () => {
    if (lane.state === 'paused') lane.resume()
    else lane.pause()
    label()
  })
  cut.addEventListener('click', () => {
    lane.cut().then(
      () => complain(alert, ''),
      (error: unknown) => complain(alert, `Not cut. ${explain(error)}`),
    )
  })

  function label() {
    const isPaused = lane.state === 'paused'
    pause.textContent = isPaused ? 'Resume' : 'Pause'
    cut.disabled = isPaused
  }

  let wasOver = true
  return {
    move(now) {
      const pending = arrivals.after(parseCursor(lane.tally.cursor)!, now - WINDOW_MS)
      arrived.draw(now, lane.marks, lane.asked, pending)
    },
    write(now, dearest) {
      label()
      part('how').textContent = howItWorks(lane)
      section.dataset.state = lane.state
      part('state').textContent = lane.state
      part('cause').textContent = lane.state === 'open' ? '' : lane.cause
      const summary = lane.lateness.summary()
      distribution.draw(summary)
      write({ lane, summary, cost: meter.of(lane), dearest })
      part('story').textContent = lane.story?.text(now) ?? ''
      const isOver = lane.story?.over ?? true
      if (isOver && !wasOver) say(lane.name, lane.story!.text(now))
      wasOver = isOver
    },
  }
}
