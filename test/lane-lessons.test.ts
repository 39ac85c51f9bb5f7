// What each lane's card says of it, and the experiment that it sends people to.
import { expect, test } from 'vitest'
import { plain } from '../public/door.ts'
import type { Settings } from '../public/door.ts'
import type { Lane } from '../public/lane.ts'
import { experiments } from '../public/learn/list.ts'
import { lessonOf, sseBehind } from '../public/lessons.ts'
import { transportNames } from '../transports/clients.ts'

const laneOf = (name: string, settings: Partial<Settings> = {}) =>
  ({ name, door: { settings: { ...plain, ...settings } } }) as Lane

test.each(transportNames)(
  '%s: why an event comes when it comes, what it costs, and an experiment that there is',
  (name) => {
    const { text, experiment } = lessonOf(laneOf(name))!
    expect(text.split('. ').length).toBeGreaterThan(1)
    expect(experiments.find(({ slug }) => slug === experiment.slug)?.title).toBe(experiment.title)
  },
)

/** Both lines open over HTTP/2, with so many events in the window and such medians; `change` says what is otherwise. */
function pair(
  sseMs: number,
  wssMs: number,
  change: { n?: number; http?: string; state?: string; sse?: Partial<Settings> } = {},
) {
  const { n = 100, http = 'HTTP/2', state = 'open', sse = {} } = change
  const lanes = [
    ['sse', sseMs, sse],
    ['wss', wssMs, {}],
  ] as const
  return [
    lanes.map(([name, median, settings]) =>
      Object.assign(laneOf(name, { http: '2', ...settings }), { state, samples: { summary: { n, median } } }),
    ),
    { of: (name: string) => ({ http: name === 'sse' ? http : 'HTTP/2', tls: 'TLS 1.3' }) },
    true,
  ] as const
}

test('how far SSE is behind WSS in Chromium is told while it is to be seen: 1 to 10 ms, of enough events, over HTTP/2, on lines that are alike', () => {
  expect(sseBehind(...pair(4.5, 3))).toBe(1.5)
  expect(sseBehind(...pair(4, 3))).toBe(1)
  expect(sseBehind(...pair(8.2, 3.5))).toBeCloseTo(4.7) // of a machine that is busy
  expect(sseBehind(...pair(3.9, 3))).toBeUndefined()
  expect(sseBehind(...pair(3, 5))).toBeUndefined()
  expect(sseBehind(...pair(38, 3))).toBeUndefined()
  expect(sseBehind(...pair(4.5, 3, { n: 49 }))).toBeUndefined()
  expect(sseBehind(...pair(4.5, 3, { http: 'HTTP/1.1' }))).toBeUndefined()
  expect(sseBehind(...pair(4.5, 3, { state: 'waiting' }))).toBeUndefined()
  expect(sseBehind(...pair(600, 3, { sse: { profile: '3g' } }))).toBeUndefined()
  const [lanes, spoken] = pair(4.5, 3)
  expect(sseBehind(lanes, spoken, false)).toBeUndefined()
  expect(sseBehind(lanes.slice(0, 1), spoken, true)).toBeUndefined()
  expect(sseBehind(lanes, { of: () => undefined }, true)).toBeUndefined()
  const textOf = (name: string, ms?: number) => lessonOf(laneOf(name, { http: '2' }), ms)!.text
  expect(textOf('sse', 1.5)).toContain('Now 1.5 ms behind wss: over HTTP/2 Chromium waits for more of an answer')
  for (const text of [textOf('sse'), textOf('wss', 1.5), textOf('polling', 1.5)]) expect(text).not.toContain('Chromium')
})

test('a lane without a lesson has none', () => {
  expect(lessonOf(laneOf('floor'))).toBeUndefined()
})
