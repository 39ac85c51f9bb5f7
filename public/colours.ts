// The colours of the style sheet, for what is drawn on a canvas; they change with the light or dark scheme.

export interface Colours {
  lane: string
  line: string
  edge: string
  text: string
  surface: string
}

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    lane: read('lane'),
    line: read('line'),
    edge: read('edge'),
    text: read('muted'),
    surface: read('surface'),
  }
}

/** Calls back now and whenever the scheme changes. */
export function withColours(element: Element, callback: (colours: Colours) => void) {
  const update = () => callback(coloursOf(element))
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', update)
  update()
}
