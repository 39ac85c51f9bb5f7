// The numbers of one lane. Each is also an attribute of the section, for scripts that read the page.
import type { Summary } from './lateness.ts'
import type { Lane } from './lane.ts'
import type { Cost } from './meter.ts'
import { shorten } from './note.ts'
import { count, duration, size } from './words.ts'

export interface Numbers {
  lane: Lane
  summary: Summary | undefined
  cost: Cost | undefined
  dearest: number
}

const NONE = '–'

export function numbers(section: HTMLElement): (numbers: Numbers) => void {
  const slots = new Map([...section.querySelectorAll<HTMLElement>('[data-n]')].map((each) => [each.dataset.n!, each]))
  const put = (name: string, text: string) => {
    const slot = slots.get(name)!
    if (slot.textContent !== text) slot.textContent = text
  }
  const bar = section.querySelector<HTMLElement>('.bar')!

  return ({ lane, summary, cost, dearest }) => {
    const { tally, lastEvent, note } = lane
    put('late', summary ? duration(summary.last) : NONE)
    put('median', summary ? duration(summary.median) : NONE)
    put('p95', summary?.p95 === undefined ? NONE : duration(summary.p95))
    put('worst', summary ? duration(summary.worst) : NONE)
    put('samples', `of the last ${count(summary?.n ?? 0, 'event')}`)

    put('per-event', cost?.perEvent === undefined ? NONE : size(cost.perEvent))
    put('per-second', cost ? `${size(cost.perSecond)}/s` : NONE)
    put('requests', cost ? cost.requests.toLocaleString('en') : NONE)
    put('connections', cost ? `${cost.connections} (${cost.open} open)` : NONE)
    put('down', cost ? size(cost.tls.down) : NONE)
    put('up', cost ? size(cost.tls.up) : NONE)
    bar.style.setProperty('--share', String(dearest > 0 ? (cost?.perEvent ?? 0) / dearest : 0))

    put('events', tally.events.toLocaleString('en'))
    put('lost', String(tally.lost))
    put('repeated', String(tally.repeated))
    put('bad', String(lane.badData))
    put('last', lastEvent ? `${lastEvent.type} ${shorten(JSON.stringify(lastEvent.data))}` : 'nothing yet')
    put('last-id', lastEvent ? `#${lastEvent.id.split('.')[1]}` : '')
    put('note', note ? note.text : '')
    put('trip', note?.roundTrip === undefined ? '' : `${duration(note.roundTrip)} after your click`)
    section.classList.toggle('noted', note !== undefined)
    section.classList.toggle('faulty', tally.lost + tally.repeated + lane.badData > 0)

    put('remark', remarks(lane, cost).join(' '))
    section.dataset.cursor = tally.cursor
    section.dataset.connections = String(cost?.connections ?? 0)
  }
}

function remarks({ caughtUp, tally, badData }: Lane, cost: Cost | undefined): string[] {
  return [
    ...(cost?.shared
      ? ['Another lane or tab uses the same connection: these bytes are of both, and a cut hits both.']
      : []),
    ...(caughtUp > 0 ? [`${count(caughtUp, 'event')} came after a pause; they are not in the picture.`] : []),
    ...(tally.gaps > 0 ? [`${count(tally.gaps, 'gap')}: the lab said that older events can no longer be had.`] : []),
    ...(badData > 0 ? ['What came was not the protocol; the line was dropped and nothing of it shown.'] : []),
  ]
}
