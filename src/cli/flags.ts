// Readers for flag values: each says what it expected, so that a wrong one is a single clear line.
import { isIP } from 'node:net'
import { InvalidArgumentError } from 'commander'
import { isCursor } from '../core/event.ts'
import type { After } from '../core/feed.ts'
import { defaults, rangeOf } from '../core/limits.ts'
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
  const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(text)!
  if (!isLimit(name)) throw new InvalidArgumentError(`Known limits: ${Object.keys(defaults).join(', ')}.`)
  return { ...before, [name]: wholeNumber(...rangeOf(name))(value) }
}

const isLimit = (name: string): name is LimitName => Object.hasOwn(defaults, name)

/** RFC 1123 §2.1; a last label of digits only would be read as an IPv4 address. */
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** It goes into the certificate and into what the server answers to, so nothing but a name or an address may pass. */
export function hostName(text: string): string {
  const name = text.toLowerCase()
  // An empty name would listen everywhere; an address with a zone (fe80::1%eth0) fits no certificate.
  if (!isHostName(name))
    throw new InvalidArgumentError('Expected an IP address or a host name (a–z, 0–9, - and dots), without a port.')
  return name
}

export const isHostName = (name: string) => HOST_NAME.test(name) || (isIP(name) !== 0 && !name.includes('%'))

export const hostNames = (text: string, before: string[] = []): string[] => [...before, hostName(text)]

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

export function mailServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '')
    throw new InvalidArgumentError('Expected a URL like smtps://name:password@mail.example.')
  return text
}

/** As HTTP Basic has it (RFC 7617): the first colon divides. */
export function login(text: string): string {
  if (text.indexOf(':') < 1) throw new InvalidArgumentError('Expected NAME:PASSWORD.')
  return text
}
