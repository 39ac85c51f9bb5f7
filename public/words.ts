// Numbers as people read them.

/** What could not be measured has no number. */
export const NONE = '–'

/** Milliseconds; never more digits than were measured. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return NONE
  if (ms < 0.05) return '0 ms'
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`
}

/** Milliseconds that were set, not measured: as they were set. */
export const asSet = (ms: number) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`)

/** A time span to the second: for what grows while one looks. */
export function span(ms: number): string {
  if (!Number.isFinite(ms)) return NONE
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

export function size(bytes: number): string {
  if (!Number.isFinite(bytes)) return NONE
  if (bytes < 1000) return `${Math.round(bytes)} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** How many of one thing come with one of another: two digits of it, or all before the point. */
export function ratio(n: number): string {
  if (!Number.isFinite(n)) return NONE
  if (n >= 9.95) return Math.round(n).toLocaleString('en')
  return n === 0 || n >= 0.001 ? n.toPrecision(2) : 'under 0.001'
}

/** Of a share of 1; nothing is no less than nothing. */
export function percent(share: number, digits = 0): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits).replace(/^-(?=[0.]+$)/, '')} %` : NONE
}

export function count(n: number, thing: string): string {
  return `${Number.isFinite(n) ? n.toLocaleString('en') : NONE} ${thing}${n === 1 ? '' : 's'}`
}

export function list(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** Of the day where this browser is, to the second, in 24 hours. */
export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB')
}
