// The lab, a screen of the page: opens one lane per transport, and draws them once per animation frame.
import { clients } from '../transports/clients.ts'
import type { Connect } from '../transports/contract.ts'
import { arrivals } from './arrivals.ts'
import type { About } from './lab.ts'
import { lane } from './lane.ts'
import type { Lane } from './lane.ts'
import { meter } from './meter.ts'
import { publishBox } from './publish.ts'
import { row } from './row.ts'
import { complain, say } from './say.ts'
import { intervalSlider, rateSlider } from './sliders.ts'
import { agreement, verdict } from './summary.ts'

const FRAME_MS = 33
const TEXT_MS = 250
const POLL_MS = 1000
const $ = <Kind extends HTMLElement = HTMLElement>(selector: string) => document.querySelector<Kind>(selector)!
const alert = $('#trouble')

export function start(lab: About) {
  const tab = crypto.randomUUID().slice(0, 8)
  const seen = arrivals()
  const running = () => lanes.filter(({ state }) => state === 'open').length
  const lanes: Lane[] = lab.transports.flatMap((name) => {
    const connect = (clients as Record<string, Connect>)[name]
    if (!connect) return []
    return lane({
      name,
      token: `${name}-${tab}`,
      origin: lab.lanes[name] ?? location.origin,
      after: lab.tail,
      connect,
      arrivals: seen,
      isComparable: () => running() > 1 && !document.hidden,
      onState: ({ name, state }) => state !== 'connecting' && say(name, state),
    })
  })

  const rate = rateSlider($('#rate'), lab.source)
  rate.show(lab.perSecond)
  const polling = lanes.find(({ name }) => name === 'polling')
  intervalSlider($('#interval'), POLL_MS, (pollMs) => polling && (polling.pollMs = pollMs))
  publishBox($<HTMLFormElement>('#publish'))
  const costs = meter(lanes, ({ perSecond }) => rate.show(perSecond))
  const rows = lanes.map((each) => row(each, $<HTMLTemplateElement>('#lane'), seen, costs))

  function write(now: number) {
    const dearest = Math.max(0, ...lanes.map((each) => costs.of(each)?.perEvent ?? 0))
    for (const each of rows) each.write(now, dearest)
    const { text, agreed } = agreement(lanes)
    $('#agreement').textContent = text
    $('#agreement').dataset.agreed = String(agreed)
    $('#verdict').textContent = verdict(lanes, costs) || 'Looking …'
    complain(alert, costs.trouble)
  }

  const still = matchMedia('(prefers-reduced-motion: reduce)')
  let movedAt = -Infinity
  let wroteAt = -Infinity
  function frame(now: number) {
    requestAnimationFrame(frame)
    if (now - movedAt >= (still.matches ? 1000 : FRAME_MS) - 4) {
      movedAt = now
      for (const each of rows) each.move(performance.now())
    }
    if (now - wroteAt >= TEXT_MS) {
      wroteAt = now
      write(performance.now())
    }
  }
  requestAnimationFrame(frame)
}
