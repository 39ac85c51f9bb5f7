// The knobs as data: what can be set, in which steps, in which words, and under which name in the address.
import type { Settings } from './door.ts'
import { smallest } from './smallest.ts'
import { asSet, count, size } from './words.ts'

/** A row of steps: what is shown and said is the value, not its place in the row. */
export interface Slider {
  /** In the address. */
  name: string
  label: string
  /** What it does beyond this lane, or this page. */
  note?: string
  steps: readonly number[]
  /** Whether it can be set so, by the address too, which knows values between the steps; and which can, in words. */
  takes(value: number): boolean
  range: string
  words(value: number): string
}

const inRange = (least: number, most: number) => (value: number) => value >= least && value <= most

/** There is one feed, and one ticker makes it. */
const EVERYBODYS = 'for everybody: all open pages follow this one feed'

export const rateSlider: Slider = {
  name: 'rate',
  label: 'The lab makes',
  note: EVERYBODYS,
  steps: [0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200],
  takes: inRange(0, 200),
  range: '0 to 200 events a second',
  words: (perSecond) => (perSecond === 0 ? 'no events' : `${count(perSecond, 'event')} a second`),
}
export const payloadSlider: Slider = {
  name: 'payload',
  label: 'Size of an event',
  note: EVERYBODYS,
  steps: [0, 200, 500, 1000, 2000, 4000, 8000, 16_000],
  takes: (bytes) => bytes === 0 || (Number.isInteger(bytes) && inRange(68, 16_000)(bytes)),
  range: '68 to 16,000 bytes, or 0 for the smallest',
  words: (bytes) => (bytes === 0 ? smallest() : size(bytes)),
}
export const pollSlider: Slider = {
  name: 'poll',
  label: 'Polling asks',
  steps: [100, 200, 500, 1000, 2000, 5000, 10_000],
  // Less would be a question at every moment.
  takes: inRange(50, 60_000),
  range: '50 to 60,000 ms',
  words: (ms) => `every ${asSet(ms)}`,
}
export const POLL_MS = 1000

export interface Knob<Name extends keyof Settings = keyof Settings> {
  setting: Name
  /** In the address, after the lane and a dot. */
  name: string
  label: string
  choices: readonly (readonly [value: Settings[Name], words: string])[]
}

const knob = <Name extends keyof Settings>(
  setting: Name,
  name: string,
  label: string,
  choices: Knob<Name>['choices'],
): Knob => ({ setting, name, label, choices })

export const laneKnobs: readonly Knob[] = [
  knob('profile', 'profile', 'Network', [
    ['none', 'this machine'],
    ['lan', 'LAN'],
    ['4g', '4G'],
    ['3g', '3G'],
    ['satellite', 'satellite'],
    ['lossy-wifi', 'lossy Wi-Fi'],
  ]),
  knob('http', 'http', 'HTTP', [
    ['1.1', 'HTTP/1.1'],
    ['2', 'HTTP/2'],
  ]),
  knob('tls', 'tls', 'TLS', [
    ['1.2', 'TLS 1.2'],
    ['1.3', 'TLS 1.3'],
  ]),
  knob('batchMs', 'batch', 'Batching', [
    [0, 'none'],
    [50, 'for 50 ms'],
    [100, 'for 100 ms'],
    [250, 'for 250 ms'],
    [1000, 'for 1 s'],
  ]),
  knob('buffering', 'buffering', 'Proxy between', [
    [false, 'none'],
    [true, 'one that buffers'],
  ]),
  knob('idleCutMs', 'idle', 'Quiet lines', [
    [0, 'stay open'],
    [10_000, 'cut after 10 s'],
    [60_000, 'cut after 60 s'],
  ]),
  knob('downBytesPerSecond', 'slow', 'Line down', [
    [0, 'as it comes'],
    [20_000, '20 kB/s'],
    [2000, '2 kB/s'],
  ]),
]

/** Of a knob's value in the address; undefined when there is no such choice. */
export function choiceOf({ choices }: Knob, text: string | undefined): Settings[keyof Settings] | undefined {
  return choices.find(([value]) => String(value) === text)?.[0]
}

/** In words what is set at a door beyond the usual, versions aside; empty when nothing is. */
export function differences(settings: Settings, usual: Settings): string {
  return laneKnobs
    .filter(({ setting }) => settings[setting] !== usual[setting] && setting !== 'http' && setting !== 'tls')
    .map(({ setting, label, choices }) => {
      const words = choices.find(([value]) => value === settings[setting])?.[1] ?? String(settings[setting])
      return setting === 'profile' ? words : `${label.toLowerCase()}: ${words}`
    })
    .join(' · ')
}
