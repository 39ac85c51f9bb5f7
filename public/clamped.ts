// A value, or what is nearest to it where it may not go beyond.
export const clamped = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
