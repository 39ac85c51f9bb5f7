// The lab, as a screen of the page: the overview, the controls, four lanes side by side. Charts move with the frames, text a few times
// a second: what changes faster cannot be read.
import { html, nothing, render } from '/vendor/lit-html.js'
import type { Bench } from './bench.ts'
import { card } from './card.ts'
import { coloursOf } from './colours.ts'
import type { Mount, PageContext } from './context.ts'
import { controls } from './controls.ts'
import { desk } from './desk.ts'
import { follower } from './follow.ts'
import { followed } from './followed.ts'
import { frames } from './frames.ts'
import { explain } from './lab.ts'
import { meter } from './meter.ts'
import { overview } from './overview.ts'
import { protocols } from './protocols.ts'
import { publishBox } from './publish.ts'
import { saveChart } from './save.ts'
import { strip } from './strip.ts'
import { agreement, verdict } from './summary.ts'

const TEXT_MS = 250

/** Shows the lab as soon as its bench is there. */
export const mount: Mount = (root, _, page) => {
  let leave: (() => void) | undefined
  let isGone = false
  page.openBench().then(
    (bench) => {
      if (isGone) bench.close()
      else leave = show(root, page, bench)
    },
    (error: unknown) => render(html`<p class="alert" role="alert">${explain(error)}</p>`, root),
  )
  return () => {
    isGone = true
    leave?.()
    render(nothing, root)
  }
}

function show(root: HTMLElement, page: PageContext, bench: Bench): () => void {
  const seen = protocols(bench)
  const following = follower(bench)
  const work = desk(page, bench, {
    onState(lane) {
      if (lane.state === 'open') seen.look(lane.name)
      if (lane.state !== 'connecting') page.say(lane.name, lane.state)
    },
    onEvent: following.take,
  })
  const { lanes } = work
  const costs = meter(lanes, bench, () => picture?.read(performance.now()))
  const smooth = frames()
  const publish = publishBox()
  const told = new Set<string>()
  const open = {
    knobs: false,
    toggle({ target }: Event) {
      open.knobs = (target as HTMLDetailsElement).open
      write(performance.now())
    },
  }
  let [asked, wroteAt] = [0, -Infinity]

  function write(now: number) {
    const dearest = Math.max(0, ...lanes.map((lane) => costs.of(lane)?.perEvent ?? 0))
    const { text, agreed } = agreement(lanes)
    const alert = bench.trouble || work.troubles.get('all') || ''
    const shown = lanes.filter(({ state }) => state !== 'off').length
    render(
      html`<div class="glance">
          <p id="verdict">${verdict(lanes, costs, now).map((sentence) => html`<span>${sentence} </span>`)}</p>
          <p id="agreement" data-agreed=${agreed}>${text}</p>
        </div>
        <p class="warning" role="note" ?hidden=${!bench.why}>${bench.why}</p>
        <p class="alert" role="alert" id="lab-trouble" ?hidden=${!alert}>${alert}</p>
        <div class="top">
          <figure class="overview">
            <figcaption>
              <b>Latency against bytes</b>
              <span>dot: median and bytes of the last seconds · whisker: p95 · trail: where it was</span>
              <button type="button" @click=${() => saveChart(picture!.canvas, surface(), 'overview')}>
                Save as PNG
              </button>
            </figcaption>
            <div
              class="chart"
              data-chart="overview"
              role="img"
              aria-label="Median latency against bytes per event, a dot for each lane; the numbers are in the lanes"
            ></div>
          </figure>
          ${controls({ desk: work, publish: publish.template(), following, smooth })}
        </div>
        ${followed(following, lanes, bench)}
        <p class="legend">
          Each dot is an event: <b>across</b> when it came, <b>up</b> how long after it was due, on one logarithmic
          scale for all lanes. Bars at the right edge: how they spread. Strokes at the foot: requests. Shaded: the line
          was not open.
          ${
            Number.isFinite(bench.clock.errorMs)
              ? html`The server’s clock is known here to ± ${bench.clock.errorMs.toFixed(1)} ms.`
              : html`The server’s clock is not known here: latency is counted from the first arrival on any lane.`
          }
        </p>
        <div class="lanes" data-lanes=${shown}>
          ${lanes.map((lane) =>
            card({
              ...{ desk: work, lane, dearest, now },
              ...{ summary: lane.samples.summary(now), cost: costs.of(lane), protocol: seen.of(lane.name) },
              open,
              save: () => saveChart(strips.get(lane.name)!.canvas, surface(), lane.name),
            }),
          )}
        </div>`,
      root,
    )
    for (const { name, story } of lanes)
      if (story?.over && !told.has(`${name} ${story.text(now)}`)) {
        told.add(`${name} ${story.text(now)}`)
        page.say(name, story.text(now))
      }
  }

  let picture: ReturnType<typeof overview> | undefined
  write(performance.now())
  const surface = () => coloursOf(root).surface
  const sectionOf = (name: string) => root.querySelector<HTMLElement>(`section[data-lane="${name}"]`)!
  const strips = new Map(
    lanes.map((lane) => [lane.name, strip(sectionOf(lane.name).querySelector<HTMLElement>('.chart')!, lane)]),
  )
  picture = overview(
    root.querySelector<HTMLElement>('[data-chart="overview"]')!,
    lanes,
    ({ name }) => sectionOf(name),
    costs,
  )

  const still = matchMedia('(prefers-reduced-motion: reduce)')
  let movedAt = -Infinity
  function frame(now: number) {
    asked = requestAnimationFrame(frame)
    smooth.frame(now)
    if (now - movedAt >= (still.matches ? 1000 : 0)) {
      movedAt = now
      for (const each of strips.values()) each.draw(performance.now())
      picture!.draw(performance.now())
    }
    if (now - wroteAt >= TEXT_MS) {
      wroteAt = now
      write(performance.now())
    }
  }
  asked = requestAnimationFrame(frame)

  return () => {
    cancelAnimationFrame(asked)
    work.close()
    costs.close()
    smooth.close()
    for (const each of [...strips.values(), picture!]) each.close()
    bench.close()
  }
}
