// Whether the doors of a bench can be reached from here, and what a lane does where they cannot.
import { plain } from './door.ts'
import type { Bytes, Door, Traffic } from './door.ts'
import type { LabError } from './lab.ts'

const REACH_MS = 4000
const tab = crypto.randomUUID().slice(0, 8)

const INSTEAD = 'the lanes follow the feed where the page is, and knobs and faults are off.'
const UNREACHED = `The doors of this page cannot be reached (a tunnel, or a container with one port?): ${INSTEAD}`
const CLOSED = `This lab is closed to guests, and a door, which is another origin, is not told who is logged in: ${INSTEAD}`

const NOT_LOGGED_IN = 'This page is not logged in: log in at the top. Until then knobs and faults are off.'
/** Trying again would only get the same answer. */
export const isForGood = (why: string) => why === CLOSED || why === NOT_LOGGED_IN

/** Of the lab's answer to who asked for doors. */
export const whyNone = ({ status, message }: Pick<LabError, 'status' | 'message'>) =>
  status === 401
    ? NOT_LOGGED_IN
    : `This lab gives no doors of its own to this page (${message}): the lanes share its connections, and knobs and faults are off.`

/** @returns why it cannot be reached; empty when it can. */
export async function whyNot({ origin }: Door): Promise<string> {
  try {
    const question = `${origin}/feed/polling?after=now&limit=1`
    const answer = await fetch(question, { signal: AbortSignal.timeout(REACH_MS) })
    await answer.text() // what is left unread is aborted later, and a browser's console says so
    return answer.ok ? '' : answer.status === 401 ? CLOSED : UNREACHED
  } catch {
    return UNREACHED // refused, filtered, or nothing there: the same to this page
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
