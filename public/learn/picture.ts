// What an experiment shows while it runs: semantic HTML or SVG by a template, or a chart (chart.ts).
import { render } from '/vendor/lit-html.js'
import type { Content } from './experiment.ts'

export interface Picture<Data> {
  draw(data: Data): void
  close?(): void
}

/** A picture made of elements: `template` is a function of what was measured so far. */
export function drawn<Data>(template: (data: Data) => Content): (box: HTMLElement) => Picture<Data> {
  return (box) => ({ draw: (data) => render(template(data), box) })
}
