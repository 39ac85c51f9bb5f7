// The one shape of an error, on every transport: `{"error":{"code","message"}}`; no stack, no path, no library's words.
import { PublishError } from '../core/feed.ts'
import { Refusal } from '../../transports/request.ts'

export function errorBody(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } })
}

/** The code that the client is told. */
export function codeOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof PublishError) return error.code
  return isUnreadable(error) ? 'bad_request' : 'internal'
}

/** What a thrown error means to the client. `report` gets what was not meant to be thrown. */
export function errorResponse(error: unknown, report?: (error: unknown) => void): Response {
  if (error instanceof Refusal) return respond(error.status, error.code, error.message, error.headers)
  if (error instanceof PublishError) return respond(statusOf(error.code), error.code, error.message)
  if (isUnreadable(error))
    return respond(400, 'bad_request', 'the request line or its Host names no resource of this server')
  report?.(error)
  return respond(500, 'internal', 'the server failed at this; its log says why')
}

/** @hono/node-server's word for a URL or a Host that is none. */
const isUnreadable = (error: unknown) => (error as Error | null)?.name === 'RequestError'

function statusOf(code: string): number {
  return { too_large: 413, key_reused: 409, unavailable: 503 }[code] ?? 400
}

function respond(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return new Response(errorBody(code, message), { status, headers: { ...FIELDS, ...headers } })
}

/** On every error, of the feed's too. */
const FIELDS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}
