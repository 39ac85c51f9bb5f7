// The lab, run: opens its bench and lanes, and shows them. Charts move with the frames, text a few times a second: what changes faster
// cannot be read.
import { html, nothing, render } from '/vendor/lit-html.js'
import { backoffMs } from '../src/core/backoff.ts'
import { misread, settingsAt } from './address.ts'
import type { Bench } from './bench.ts'
import { beside } from './beside.ts'
import { agreement } from './agreement.ts'
import { broken } from './broken.ts'
import { card } from './card.ts'
import { coloursOf } from './colours.ts'
import type { Mount, PageContext } from './context.ts'
import { desk } from './desk.ts'
import { elsewhere } from './elsewhere.ts'
import { frames } from './frames.ts'
import { hidden } from './hidden.ts'
import { journeys } from './journey.ts'
import { about, explain } from './lab.ts'
import { sseBehind } from './lessons.ts'
import { meter } from './meter.ts'
import { overview } from './overview.ts'
import { protocols } from './protocols.ts'
import { publishBox } from './publish.ts'
import { saveChart } from './save.ts'
import { screen } from './screen.ts'
import { silence } from './silence.ts'
import { forget } from './sliders.ts'
import type { Story } from './story.ts'
import { stormTeller } from './storm-words.ts'
import { strip } from './strip.ts'
import { verdict } from './summary.ts'
import { journeyTeller } from './telling.ts'
import { wires } from './wires.ts'

const TEXT_MS = 250
const STILL_MS = 1000

/** Shows the lab as soon as its bench is there. */
export const mount: Mount = (root, _, page) => {
  let leave: (() => void) | undefined
  let isGone = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function open(attempt: number) {
    const wanted = page.about.transports.map((name) => [name, settingsAt(page.place, name)] as const)
    // The tail of now: who comes back from another screen does not want all that was missed meanwhile.
    const [bench, lab] = await Promise.allSettled([page.openBench(Object.fromEntries(wanted)), about()])
    if (bench.status === 'fulfilled' && lab.status === 'fulfilled' && !isGone) {
      leave = show(root, { ...page, about: lab.value }, bench.value)
      return
    }
    if (bench.status === 'fulfilled') bench.value.close()
    if (isGone) return // another screen is here now
    const failed = [bench, lab].find((each) => each.status === 'rejected')
    render(html`<p class="alert" role="alert">${explain(failed?.reason)} This page keeps trying.</p>`, root)
    timer = setTimeout(() => void open(attempt + 1), 1000 + backoffMs(attempt))
  }

  render(html`<p class="soft">Opening four lines to the lab …</p>`, root)
  void open(0)
  return () => {
    isGone = true
    clearTimeout(timer)
    leave?.()
    render(nothing, root)
  }
}

function show(root: HTMLElement, page: PageContext, bench: Bench): () => void {
  const following = journeys(bench)
  const work = desk(page, bench, {
    onState(lane) {
      if (lane.state !== 'connecting') page.say(lane.name, lane.state)
    },
    onEvent: following.take,
  })
  const { lanes } = work
  const names = lanes.map(({ name }) => name)
  const spoken = protocols(names, bench)
  const silent = silence(lanes, () => bench.perSecond)
  const costs = meter(lanes, bench)
  const breaks = broken(bench)
  const unseen = hidden()
  const smooth = frames()
  const publish = publishBox(page.say)
  const wire = wires(lanes, bench, page.place)
  const told = new WeakSet<Story>()
  const tellJourney = journeyTeller(following, lanes, page.say)
  const others = beside(lanes, bench)
  const moved = elsewhere(bench)
  const tellStorm = stormTeller(bench, page.say, others)
  const knobs = {
    areOpen: false,
    toggle({ target }: Event) {
      knobs.areOpen = (target as HTMLDetailsElement).open
      write(performance.now())
    },
  }
  let [asked, wroteAt] = [0, -Infinity]

  function write(now: number) {
    silent.look(now)
    const aside = others.text()
    const behindMs = sseBehind(lanes, spoken)
    const dearest = Math.max(0, ...lanes.map((lane) => costs.of(lane)?.perEvent ?? 0))
    render(
      screen({
        ...{
          desk: work,
          place: page.place,
          journeys: following,
          smooth,
          publish: publish.template(),
          elsewhere: moved,
          now,
        },
        says: [
          ...verdict({ lanes, meter: costs, silent, spoken, broken: breaks, perSecond: bench.perSecond }),
          unseen.text(),
        ].filter(Boolean),
        agreement: agreement(lanes, silent),
        wires: wire.template(),
        unread: misread(page.place, names),
        saveOverview: () => saveChart(picture.canvases, surface(), 'overview'),
        cards: lanes.map((lane) =>
          card({
            ...{ desk: work, lane, dearest, now, knobs, behindMs, beside: aside },
            ...{ summary: lane.samples.summary, cost: costs.of(lane), spoken: spoken.of(lane.name) },
            save: () => saveChart(strips.get(lane.name)!.canvases, surface(), lane.name),
          }),
        ),
      }),
      root,
    )
    wire.follow(root)
    for (const { name, story } of lanes)
      if (story?.over && !told.has(story)) {
        told.add(story)
        page.say(name, story.text(now))
      }
    tellJourney(now)
    tellStorm()
  }

  write(performance.now())
  const surface = () => coloursOf(root).surface
  const sectionOf = (name: string) => root.querySelector<HTMLElement>(`section[data-lane="${name}"]`)!
  const strips = new Map(
    lanes.map((lane) => [lane.name, strip(sectionOf(lane.name).querySelector<HTMLElement>('.chart')!, lane)]),
  )
  const picture = overview(root.querySelector<HTMLElement>('[data-chart="overview"]')!, {
    ...{ lanes, meter: costs, silent },
    elementOf: ({ name }) => sectionOf(name),
  })

  const still = matchMedia('(prefers-reduced-motion: reduce)')
  let movedAt = -Infinity
  function frame(now: number) {
    asked = requestAnimationFrame(frame)
    smooth.frame(now)
    const writes = now - wroteAt >= TEXT_MS
    // Pictures move with every frame; for who wants no motion once a second, together with the numbers that they show.
    const moves = !still.matches || (writes && now - movedAt >= STILL_MS)
    if (writes) {
      wroteAt = now
      if (moves) for (const { samples } of lanes) samples.sumUp(performance.now())
      write(performance.now())
      picture.read(performance.now())
    }
    if (!moves) return
    movedAt = now
    for (const each of strips.values()) each.draw(performance.now())
    picture.draw(performance.now())
  }
  asked = requestAnimationFrame(frame)

  return () => {
    cancelAnimationFrame(asked)
    forget()
    work.close()
    wire.close()
    spoken.close()
    costs.close()
    breaks.close()
    unseen.close()
    others.close()
    moved.close()
    smooth.close()
    for (const each of [...strips.values(), picture]) each.close()
    bench.close()
  }
}
