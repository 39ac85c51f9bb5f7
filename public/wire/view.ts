// The wire view: the bytes of the last exchanges as the server saw them, each coloured by what it is for, each explained in one sentence.
import { html, nothing, render } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { grown } from './capture.ts'
import type { Capture } from './capture.ts'
import { exchangesOf } from './exchanges.ts'
import type { Exchange, ReadRecord } from './exchanges.ts'
import type { Piece } from './piece.ts'
import { bitTable, legend } from './parts.ts'
import { headOf, kinds, shown, sums, titleOf, words } from './shown.ts'

export interface WireView {
  /** Reads again now. */
  refresh(): Promise<void>
  close(): void
}
export interface WireViewOptions {
  /** What has a greater number than `after`; what it gives besides is passed over. */
  read(after: number): Promise<Capture>
  everyMs?: number
  /** How many exchanges are shown. */
  most?: number
}

const HINT = 'Point at some bytes, or move through them with the arrow keys: what they are for is told here.'
let views = 0

export function wireView(container: HTMLElement, { read, everyMs = 1000, most = 10 }: WireViewOptions): WireView {
  const id = `wire-${++views}`
  let capture: Capture = { connections: [], records: [] }
  let exchanges: Exchange[] = []
  let isHex = false
  /** By the button; and as long as somebody looks at a piece: bytes must not run away under the finger. */
  let isHeld = false
  let looked: Piece | undefined
  let current = 0
  let [trouble, isClosed] = ['', false]
  let timer: ReturnType<typeof setTimeout> | undefined

  async function refresh() {
    clearTimeout(timer)
    try {
      const after = capture.records.at(-1)?.n ?? 0
      const news = await read(after)
      const next = grown(capture, news)
      // A lab that was restarted has nothing behind our number: then from its beginning.
      capture = next === news && after > 0 ? await read(0) : next
      trouble = ''
    } catch (error) {
      trouble = `The wire could not be read: ${error instanceof Error ? error.message : String(error)}`
    }
    if (isClosed) return
    if (!isHeld && !looked) {
      exchanges = exchangesOf(capture).slice(0, most)
      current = 0
    }
    draw()
    timer = setTimeout(() => void refresh(), everyMs)
  }

  const pieceCount = () =>
    exchanges.reduce((sum, { records }) => sum + records.reduce((count, { pieces }) => count + pieces.length, 0), 0)
  const pieceElements = () => [...container.querySelectorAll<HTMLElement>('.wire-piece')]
  function look(piece: Piece | undefined) {
    if (piece === looked) return
    looked = piece
    draw()
  }
  /** What the keyboard is at stays told when the pointer goes. */
  const focused = () =>
    container.querySelector('.wire-piece:focus')
      ? exchanges.flatMap(({ records }) => records.flatMap(({ pieces }) => pieces))[current]
      : undefined
  /** One stop for the Tab key; the arrows move from piece to piece (WAI-ARIA APG, roving tabindex). */
  function move(event: KeyboardEvent) {
    const all = pieceElements()
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
    const step = steps[event.key]
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : step && current + step
    if (event.key === 'Escape') return look(undefined)
    if (to === undefined || !all[to]) return
    event.preventDefault()
    current = to
    all[to].focus()
  }

  let index = 0
  function pieceOf(piece: Piece): TemplateResult {
    const own = index++
    const { text, says } = shown(piece, isHex)
    const { letter, name } = kinds.find(({ kind }) => kind === piece.kind)!
    return html`<span
      class="wire-piece"
      data-kind=${piece.kind}
      data-letter=${letter}
      tabindex=${own === current ? 0 : -1}
      role="img"
      aria-label="${name}, ${words(piece.bytes.length)}: ${(says || text).trim().slice(0, 80)}: ${piece.note}"
      aria-current=${piece === looked ? 'true' : nothing}
      @pointerenter=${() => look(piece)}
      @focus=${() => {
        current = own
        look(piece)
      }}
      >${text}${says ? html`<span class="wire-says" ?data-unmasked=${piece.unmasked}>${says}</span>` : nothing}</span
    >`
  }
  const recordOf = ({ record: { up }, pieces }: ReadRecord) =>
    html`<div class="wire-record" data-way=${up ? 'up' : 'down'}>
      <span class="wire-way">${up ? '↑ up' : '↓ down'}</span>
      <div class="wire-bytes">${pieces.map(pieceOf)}</div>
    </div>`

  function draw() {
    index = 0
    if (current >= pieceCount()) current = 0
    const bits = headOf(exchanges, looked)
    render(
      html`<section class="wire" aria-label="The wire">
        <div class="wire-bar">
          ${legend(sums(exchanges))}
          <button type="button" aria-pressed=${isHex} @click=${() => ((isHex = !isHex), draw())}>Hex</button>
          <button type="button" aria-pressed=${isHeld} @click=${() => ((isHeld = !isHeld), draw())}>Hold still</button>
        </div>
        <div class="wire-told" role="group" aria-label="What the bytes are for">
          <p class="wire-note">${looked ? html`<b>${words(looked.bytes.length)}</b> ${looked.note}` : HINT}</p>
          ${bits ? bitTable(bits) : nothing}
        </div>
        <p class="alert" role="alert" ?hidden=${trouble === ''}>${trouble}</p>
        <div
          class="wire-exchanges"
          id=${id}
          role="group"
          aria-label="The bytes, the newest exchange first; the arrow keys move from piece to piece"
          @keydown=${move}
          @pointerleave=${() => look(focused())}
          @focusout=${(event: FocusEvent) =>
            (event.currentTarget as Element).contains(event.relatedTarget as Node | null) || look(undefined)}
        >
          ${exchanges.map(
            (exchange) =>
              html`<article class="wire-exchange">
                <h3>${titleOf(exchange)}</h3>
                ${exchange.records.map(recordOf)}
              </article>`,
          )}
          ${exchanges.length === 0 ? html`<p class="soft">Nothing has passed yet.</p>` : nothing}
        </div>
      </section>`,
      container,
    )
  }

  draw()
  void refresh()
  return {
    refresh,
    close() {
      isClosed = true
      clearTimeout(timer)
      render(nothing, container)
    },
  }
}
