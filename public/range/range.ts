// The range as the lab tells of it, and what can be asked of it.
import { send } from '../lab.ts'

export interface Defence {
  name: string
  title: string
  does: string
  on: boolean
}

export interface Run {
  number: number
  /** The defences that were off when it began. */
  off: string[]
  over: boolean
  succeeded: boolean
  /** It was not made, and why. */
  failed?: string
  seen: string[]
  arrived: string[]
}

export interface Attack {
  slug: string
  title: string
  from: 'sibling' | 'stranger' | 'inside' | 'network' | 'socket'
  defences: readonly string[]
  about: string
  why: readonly string[]
  source: { name: string; url: string }
  /** The victim's page, where a browser is attacked; null: the lab makes this attack by itself. */
  page: string | null
  run: Run | null
}

export interface Range {
  target: string
  sibling: string
  stranger: string
  defences: Defence[]
  attacks: Attack[]
}

export const look = () => send<Range>('GET', '/lab/range')
export const turn = (changes: Record<string, boolean>) => send<Range>('PUT', '/lab/range/defences', changes)
export const attack = (slug: string) => send<Range>('POST', `/lab/range/attacks/${slug}`)
