// A chart with a title above it and a sentence below, as the picture of an experiment; and the shapes that mark a moment in it.
import { chart } from './chart.ts'
import type { Chart, ChartOptions } from './chart.ts'

export interface Plot extends Chart {
  /** Below the chart, in words. */
  say(words: string): void
}

export function plot(box: HTMLElement, { title, ...options }: ChartOptions & { title: string }): Plot {
  const [head, place, said] = [document.createElement('h4'), document.createElement('div'), document.createElement('p')]
  head.textContent = title
  said.className = 'quiet'
  box.classList.add('plots')
  box.append(head, place, said)
  return { ...chart(place, options), say: (words) => void (said.textContent = words) }
}

type Points = [x: number, y: number][]

/** Points of a chart have different x: a step takes a millisecond. */
const STEP_S = 0.001

/** A line straight up at that moment, as high as `top`. */
export const wall = (atMs: number, top: number): Points => [
  [atMs / 1000, 0],
  [atMs / 1000 + STEP_S, top],
]

/** Up, along and down again. */
export const block = (fromMs: number, toMs: number, top: number): Points => [
  ...wall(fromMs, top),
  [toMs / 1000, top],
  [toMs / 1000 + STEP_S, 0],
]
