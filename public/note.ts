// A note: what a person publishes from this page. In the feed it is `{"type":"note","data":{"text","tag"}}`.
import type { FeedEvent, Json } from '../src/core/event.ts'

export interface Note {
  text: string
  /** Milliseconds from the click in this page to its arrival here; undefined for notes of others. */
  roundTrip?: number
}

export const NOTE = 'note'
const MAX_SHOWN = 300
/** More than a page may publish while a lane is late. */
const MAX_CLICKS = 1000
const clicks = new Map<string, number>()
let drafted = 0
const tab = Array.from(crypto.getRandomValues(new Uint8Array(4)), (each) => each.toString(36)).join('')

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
