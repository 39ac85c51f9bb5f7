// The wire, on the lab's screen: the bytes of one lane at a time, over the whole width; which one stands in the address.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Bench } from './bench.ts'
import type { Lane } from './lane.ts'
import type { Place } from './place.ts'
import type { WireView } from './wire/view.ts'

export interface Wires {
  template(): TemplateResult
  /** Opens and closes the view as the address says; after each time the template was drawn. */
  follow(root: HTMLElement): void
  close(): void
}

const NAME = 'wire'

export function wires(lanes: readonly Lane[], bench: Bench, place: Place): Wires {
  let shown: string | undefined
  let view: WireView | undefined
  let opened = 0
  let trouble = ''

  async function open(name: string, box: HTMLElement) {
    const own = ++opened // there and back while it loads: only the last one opens
    try {
      // Loaded when it is looked at: who only watches the lanes need not wait for it.
      const { wireView } = await import('./wire/view.ts')
      if (own === opened) view = wireView(box, { read: (after) => bench.wire(name, after) })
    } catch {
      if (own === opened) trouble = 'The wire view did not load. Does the lab still run? Reload the page.'
    }
  }

  function shut() {
    opened++
    view?.close()
    view = shown = undefined
    trouble = ''
  }

  const choose = (name: string | undefined) => place.write({ [NAME]: name })

  return {
    template: () =>
      html`<div class="wires">
        <div class="wires-bar" role="group" aria-labelledby="wire-title">
          <h2 id="wire-title">The wire</h2>
          <p class="soft">The bytes of the last exchanges, as the server saw them, of</p>
          ${lanes.map(
            ({ name }) =>
              html`<button
                type="button"
                id="wire-${name}"
                data-lane=${name}
                aria-pressed=${shown === name}
                ?disabled=${bench.why !== ''}
                @click=${() => choose(shown === name ? undefined : name)}
              >
                ${name}
              </button>`,
          )}
        </div>
        <p class="alert" role="alert" ?hidden=${!trouble}>${trouble}</p>
        <div id="wire-view" ?hidden=${!shown}></div>
        ${shown ? nothing : html`<p class="soft">Choose a lane to see its bytes, each coloured by what it is for.</p>`}
      </div>`,
    follow(root) {
      const asked = bench.why ? undefined : place.read(NAME)
      const name = lanes.find((lane) => lane.name === asked)?.name // an address may name anything
      if (name === shown) return
      shut()
      shown = name
      if (name !== undefined) void open(name, root.querySelector<HTMLElement>('#wire-view')!)
    },
    close: shut,
  }
}
