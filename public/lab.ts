// What the page asks of the lab beside following the feed: what there is, traffic, the rate, publishing.
import type { Cursor, Json } from '../src/core/event.ts'
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
}

/** Where lanes have no doors of their own: by the names in their requests. */
export interface Named {
  lanes: Record<string, Traffic | null>
  perSecond: number | null
}

const TIMEOUT_MS = 5000

/** Also gives this page its guest session, which publishing, benches and setting the rate need. */
export const about = () => ask<About>('/lab')

export const traffic = (tokens: string[]) => ask<Named>(`/lab/lanes?${tokens.map((each) => `lane=${each}`).join('&')}`)

/** What the lab makes: for all pages. */
export async function setFeed(feed: { perSecond?: number; payloadBytes?: number }): Promise<void> {
  await send('PUT', '/lab/rate', { ...feed })
}

export const publish = async (type: string, data: Json) =>
  (await send<{ id: Cursor }>('POST', '/feed', { type, data })).id

/** As this page's guest. @throws LabError, TypeError: see `explain` */
export async function send<Answer>(method: string, path: string, body?: Json): Promise<Answer> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const init = { method, keepalive: true, ...content } // it arrives even when the page goes away meanwhile
  try {
    return await ask<Answer>(path, init)
  } catch (error) {
    if (!(error instanceof LabError) || error.status !== 401) throw error
    await about() // the lab was restarted and knows no session of ours: take a new one, once
    return ask<Answer>(path, init)
  }
}

async function ask<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
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
