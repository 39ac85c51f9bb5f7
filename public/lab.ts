// What the page asks of the lab beside following the feed: what there is, traffic, the rate, publishing.
import type { Cursor, Json } from '../src/core/event.ts'
import { asOurs } from './changes.ts'
import type { FeedSet } from './changes.ts'
import type { Traffic } from './door.ts'

export interface About {
  transports: string[]
  /** Where the feed stands: every lane starts here. */
  tail: Cursor
  source: string
  /** Whether reading needs a key too; a page has none. */
  auth: 'open' | 'required'
  /** Whether the lab has accounts; and whose this page is logged in to. */
  accounts?: boolean
  account?: { name: string; role: string }
  /** Whether there is a range beside it (`--range`). */
  range?: boolean
  /** Events a second; null when the rate is not the lab's to set. */
  perSecond: number | null
  /** Of a whole event; 0: as small as it is. */
  payloadBytes: number | null
  /** How often rate or size became another, by whomever. */
  changes: number | null
  /** Under way, whoever began them. */
  storms: number
}

/** Where lanes have no doors of their own: by the names in their requests. */
export interface Named {
  lanes: Record<string, Traffic | null>
  perSecond: number | null
  changes: number | null
  storms: number
}

const TIMEOUT_MS = 5000
/** In units of UTF-16, of which none is more than three bytes. */
const KEPT_ALIVE = 16_000

/** Also gives this page its guest session, which publishing, benches and setting the rate need. */
export const about = () => ask<About>('/lab')

export const traffic = (tokens: string[]) => ask<Named>(`/lab/lanes?${tokens.map((each) => `lane=${each}`).join('&')}`)

/** What the lab makes: for all pages. */
export function setFeed(feed: { perSecond?: number; payloadBytes?: number }): Promise<FeedSet> {
  return asOurs(() => send<FeedSet>('PUT', '/lab/rate', { ...feed }))
}

export const publish = async (type: string, data: Json) =>
  (await send<{ id: Cursor }>('POST', '/feed', { type, data })).id

/** As this page's guest. @throws LabError, TypeError: see `explain` */
export async function send<Answer>(method: string, path: string, body?: Json, patienceMs?: number): Promise<Answer> {
  const content: RequestInit & { body?: string } =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  // It arrives even when the page goes away meanwhile; a browser promises that of 64 KiB, and of more it sends nothing (WHATWG Fetch §4.6).
  const init = { method, keepalive: (content.body?.length ?? 0) <= KEPT_ALIVE, ...content }
  try {
    return await ask<Answer>(path, init, patienceMs)
  } catch (error) {
    if (!(error instanceof LabError) || error.status !== 401) throw error
    await about() // the lab was restarted and knows no session of ours: take a new one, once
    return ask<Answer>(path, init, patienceMs)
  }
}

async function ask<Answer>(path: string, init?: RequestInit, patienceMs = TIMEOUT_MS): Promise<Answer> {
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(patienceMs) })
  if (response.status === 204) return undefined as Answer
  const body = (await response.json()) as Answer & { error?: { code?: string; message?: string } }
  if (!response.ok)
    throw new LabError(response.status, body.error?.message ?? `HTTP ${response.status}`, body.error?.code)
  return body
}

/** The lab answered, and said no; the message is meant for people. */
export class LabError extends Error {
  readonly status: number
  readonly code: string | undefined
  constructor(status: number, message: string, code?: string) {
    super(message)
    this.name = 'LabError'
    this.status = status
    this.code = code
  }
}

/** @returns in words what went wrong and what to do. */
export function explain(error: unknown): string {
  if (error instanceof LabError) return `The lab refused: ${error.message}.`
  if (error instanceof SyntaxError) return 'The answer was not from the lab. Is something between this page and it?'
  return 'The lab does not answer. Is it still running? Start it again with “npm start”.'
}
