// Whether the doors of a bench can be reached from here, and what a lane does where they cannot.
import { plain } from './door.ts'
import type { Bytes, Door, Traffic } from './door.ts'

const REACH_MS = 4000
const tab = crypto.randomUUID().slice(0, 8)

export const UNREACHED =
  'The doors of this page cannot be reached (a tunnel, or a container with one port?): the lanes follow the feed where the page is, and knobs and faults are off.'

export async function canReach({ origin }: Door): Promise<boolean> {
  try {
    const question = `${origin}/feed/polling?after=now&limit=1`
    const answer = await fetch(question, { signal: AbortSignal.timeout(REACH_MS) })
    await answer.text() // what is left unread is aborted later, and a browser's console says so
    return answer.ok
  } catch {
    return false // refused, filtered, or nothing there: the same to this page
  }
}

/** What was counted at a door without that question; the connection and its handshake stay, for the lane goes on with them. */
export function without(traffic: Traffic, { requests, plain = { up: 0, down: 0 } }: Traffic): Traffic {
  const less = ({ up, down }: Bytes): Bytes => ({ up: up - plain.up, down: down - plain.down })
  return {
    ...{ ...traffic, requests: traffic.requests - requests, tls: less(traffic.tls) },
    ...(traffic.plain && { plain: less(traffic.plain) }),
  }
}

/** The page's own origin instead of a door. */
export const shared = (name: string): Door => ({
  origin: location.origin,
  token: `${name}-${tab}`,
  settings: plain,
  traffic: undefined,
})
