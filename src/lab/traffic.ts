// Sums of what passed at doors.
import type { Traffic } from '../server/wire.ts'

export interface Passed extends Traffic {
  /** Connections now. */
  open: number
}

export const nothing = (): Passed => ({
  ...{ connections: 0, open: 0, requests: 0 },
  ...{ tls: { up: 0, down: 0 }, plain: { up: 0, down: 0 } },
})

export function add(sum: Passed, { connections, open = 0, requests, tls, plain }: Traffic & { open?: number }) {
  sum.connections += connections
  sum.open += open
  sum.requests += requests
  for (const direction of ['up', 'down'] as const) {
    sum.tls[direction] += tls[direction]
    sum.plain[direction] += plain[direction]
  }
}
