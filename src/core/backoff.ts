// When to come back after a line broke, and when not to.

export const BASE_MS = 500
export const CAP_MS = 30_000

/** Full jitter: anywhere between nothing and the doubled cap, so that a thousand dropped clients do not come back at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt)
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3; we never send the date form). @returns milliseconds, or undefined. */
export function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined
}

const TERMINAL_STATUS = new Set([204, 400, 401, 403, 404, 405, 406])
const RETRY_CODES = new Set([1001, 1005, 1006, 1011, 1012, 1013, 4008, 4010, 4029])

/** An HTTP answer after which trying again would only get the same answer (SPEC §5). */
export function isTerminalStatus(status: number): boolean {
  return TERMINAL_STATUS.has(status)
}

/** A WebSocket close code after which trying again would only get the same code (SPEC §5). */
export function isTerminalCode(code: number): boolean {
  return !RETRY_CODES.has(code)
}
