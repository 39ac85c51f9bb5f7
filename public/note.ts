// A note: what a person publishes from this page. In the feed it is `{"type":"note","data":{"text","tag"}}`.
import type { FeedEvent, Json } from '../src/core/event.ts'
import { count } from './words.ts'

export interface Note {
  text: string
  /** Milliseconds from the click in this page to its arrival here; undefined for notes of others. */
  roundTrip?: number
}

export const NOTE = 'note'
const MAX_SHOWN = 300
/** Characters (code points), not units of UTF-16. However they are encoded, they fit in what the lab takes: 16 KiB of data. */
const MAX_CHARACTERS = 2000
/** More than a page may publish while a lane is late. */
const MAX_CLICKS = 1000
const clicks = new Map<string, number>()
let drafted = 0
const tab = Array.from(crypto.getRandomValues(new Uint8Array(4)), (each) => each.toString(36)).join('')

export const TOO_LONG = `This is too long to be published: the most are ${count(MAX_CHARACTERS, 'character')}.`
export const isTooLong = (text: string) => excessOf(text) > 0
const excessOf = (text: string) => [...text].length - MAX_CHARACTERS

/** @returns why it is not sent; undefined when it can be. Nothing of it is cut off in silence. */
export function whyNotSent(text: string): string | undefined {
  if (text === '') return 'there is nothing in it'
  if (text.trim() === '') return 'there is nothing in it but spaces'
  const most = count(MAX_CHARACTERS, 'character')
  const excess = excessOf(text)
  return excess > 0 ? `it is too long by ${count(excess, 'character')}; the most are ${most}` : undefined
}

/** Starts the clock: the event is on its way from now. */
export function draftNote(text: string): Json {
  const tag = `${tab}-${++drafted}`
  clicks.set(tag, performance.now())
  if (clicks.size > MAX_CLICKS) clicks.delete(clicks.keys().next().value!) // the oldest: a Map keeps the order
  return { text, tag }
}

/** @returns the note in this event, whoever wrote it and whatever shape it has; undefined when it is none. */
export function noteIn({ type, data }: FeedEvent, now: number): Note | undefined {
  if (type !== NOTE) return undefined
  const { text, tag } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, Json | undefined>
  const clicked = typeof tag === 'string' ? clicks.get(tag) : undefined
  return {
    text: shorten(typeof text === 'string' ? text : JSON.stringify(data)),
    ...(clicked !== undefined && { roundTrip: now - clicked }),
  }
}

/** Never in the middle of a character that is two units of UTF-16. */
export function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).replace(/[\ud800-\udbff]$/, '')}…` : text
}
