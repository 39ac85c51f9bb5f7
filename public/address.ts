// What the address says of the lab's screen; and what of it could not be meant, in one line, while all the rest holds.
import type { Settings } from './door.ts'
import { choiceOf, laneKnobs, payloadSlider, pollSlider, rateSlider } from './knobs.ts'
import type { Slider } from './knobs.ts'
import { SCHEMES, TYPES } from './looks.ts'
import type { Place } from './place.ts'
import { list } from './words.ts'

/** A number as an address has it, and nothing that merely becomes one; undefined too where the knob does not go so far. */
function numberIn(text: string, { takes }: Pick<Slider, 'takes'>): number | undefined {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  return takes(value) ? value : undefined
}

export const numberAt = (place: Pick<Place, 'read'>, knob: Pick<Slider, 'name' | 'takes'>) =>
  numberIn(place.read(knob.name) ?? '', knob)

/** @returns those that are to be shown: undefined for all; none of them is what an empty text says. */
export function lanesAt(place: Pick<Place, 'read'>, lanes: readonly string[]): string[] | undefined {
  const text = place.read('lanes')
  const named = text?.split(',')
  return text === '' || named?.some((each) => lanes.includes(each)) ? named : undefined
}

/** @returns what is to be set at the door of a lane, as far as it can be meant. */
export function settingsAt(place: Pick<Place, 'read'>, lane: string): Partial<Settings> {
  const named = laneKnobs.map((knob) => [knob.setting, choiceOf(knob, place.read(`${lane}.${knob.name}`))] as const)
  return Object.fromEntries(named.filter(([, value]) => value !== undefined))
}

const sliders = [rateSlider, payloadSlider, pollSlider]
const MOST = 3
const LONGEST = 40
const UNKNOWN = 'there is no such knob'

/** @returns one sentence or two; empty where everything is understood. */
export function misread({ path, entries }: Pick<Place, 'path' | 'entries'>, lanes: readonly string[]): string {
  const wrong = entries().flatMap(([name, value]) => {
    const expected = expectedOf(name, value, lanes)
    // Of what has no knob only the name: a secret may have strayed here, and others may look at the screen.
    const told = value === '' || expected === UNKNOWN ? name : `${name}=${value}`
    return expected === undefined ? [] : [`${shortened(told)} (${expected})`]
  })
  const more = wrong.length > MOST ? [`${wrong.length - MOST} more`] : []
  return [
    ...(path === '/' || path === '/lab' ? [] : [`There is no screen ${shortened(path)}; this is the lab.`]),
    ...(wrong.length === 0
      ? []
      : [`Not understood in the address: ${list([...wrong.slice(0, MOST), ...more])}. The rest of it holds.`]),
  ].join(' ')
}

/** @returns what was expected there; undefined when the value is that. */
function expectedOf(name: string, value: string, lanes: readonly string[]): string | undefined {
  const slider = sliders.find((each) => each.name === name)
  if (slider) return numberIn(value, slider) === undefined ? `expected ${slider.range}` : undefined
  if (name === 'lanes') return value === '' ? undefined : oneOf(lanes, value.split(','))
  if (name === 'theme') return oneOf(SCHEMES, [value])
  if (name === 'type') return oneOf(TYPES, [value])
  if (name === 'wire' || name === 'storm') return oneOf(lanes, [value])
  const [lane = '', setting] = name.split('.', 2)
  const knob = laneKnobs.find((each) => each.name === setting)
  const ofLane = laneKnobs.find((each) => each.name === name)
  if (ofLane) return `a knob of one lane: expected ${lanes[0]}.${name}`
  if (!lanes.includes(lane) || !knob) return UNKNOWN
  return oneOf(
    knob.choices.map(([choice]) => String(choice)),
    [value],
  )
}

const oneOf = (known: readonly string[], given: readonly string[]) =>
  given.every((each) => known.includes(each)) ? undefined : `expected ${known.join(', ')}`

const shortened = (text: string) => `“${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}”`
