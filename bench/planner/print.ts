// Numbers of the plan as text.

export const whole = (value: number) => Math.round(value).toLocaleString('en-US').replaceAll(',', ' ')

/** About three digits: more is not known. */
export function digits(value: number | null): string {
  if (value === null) return '–'
  if (value >= 100) return whole(value)
  return value.toFixed(value >= 10 ? 1 : value >= 0.01 || value === 0 ? 2 : 4)
}

export function percent(share: number): string {
  const shown = Math.abs(share * 100).toFixed(1)
  return `${shown === '0.0' ? '±' : share < 0 ? '−' : '+'}${shown} %`
}
