// The colours of the style sheet, for what is drawn on a canvas; they change with the light or dark scheme.
import { onLooks } from './looks.ts'

export interface Colours {
  lane: string
  line: string
  edge: string
  /** Labels. */
  text: string
  /** What must be read first. */
  strong: string
  surface: string
}

export function coloursOf(element: Element): Colours {
  // As it is used: `light-dark(…)` in the sheet is one of its two only where it paints something.
  const probe = document.createElement('i')
  element.append(probe)
  const read = (name: string) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colours = {
    lane: read('lane'),
    line: read('line'),
    edge: read('edge'),
    text: read('muted'),
    strong: read('text'),
    surface: read('surface'),
  }
  probe.remove()
  return colours
}

/** Calls back now and whenever the scheme changes. @returns what ends that. */
export function withColours(element: Element, callback: (colours: Colours) => void): () => void {
  const update = () => callback(coloursOf(element))
  update()
  return onLooks(update)
}
