// Readers for flag values: each says what it expected, so that a wrong one is a single clear line.
import { InvalidArgumentError } from 'commander'
import { isCursor } from '../core/event.ts'
import type { After } from '../core/feed.ts'
import { defaults } from '../core/limits.ts'
import type { LimitName, Limits } from '../core/limits.ts'

export function number(min: number, max: number, whole = false) {
  return (text: string): number => {
    const value = Number(text)
    const ok = /^\d+(\.\d+)?$/.test(text) && value >= min && value <= max && (!whole || Number.isInteger(value))
    if (!ok) throw new InvalidArgumentError(`Expected a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`)
    return value
  }
}

export const wholeNumber = (min: number, max: number) => number(min, max, true)

export function list<Item extends string>(items: readonly Item[]) {
  return (text: string): Item[] => {
    const names = text.split(',')
    const unknown = names.find((name) => !items.includes(name as Item))
    if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${items.join(', ')}.`)
    return [...new Set(names as Item[])]
  }
}

/** `--limit name=value`, repeatable: any bound that `GET /limits` shows. */
export function limit(text: string, before: Partial<Limits> = {}): Partial<Limits> {
  const [name, value] = text.split('=')
  if (!(name! in defaults)) throw new InvalidArgumentError(`Known limits: ${Object.keys(defaults).join(', ')}.`)
  return { ...before, [name as LimitName]: wholeNumber(0, Number.MAX_SAFE_INTEGER)(value ?? '') }
}

/** An HTTPS origin, e.g. https://localhost:8443; wss:// is taken for the same. */
export function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['https:', 'wss:'].includes(url.protocol))
    throw new InvalidArgumentError('Expected a URL like https://localhost:8443.')
  return `https://${url.host}`
}

export function after(text: string): After {
  if (text === 'now' || text === 'earliest' || isCursor(text)) return text
  throw new InvalidArgumentError('Expected the id of an event (epoch.offset), now or earliest.')
}

export const collect = (text: string, before: string[] = []): string[] => [...before, text]
