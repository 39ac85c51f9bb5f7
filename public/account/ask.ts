// What the account panel asks of the lab. Asked once each: a wrong password is counted, and must not be sent again by itself.
import { LabError } from '../lab.ts'

export interface Session {
  id: string
  /** Milliseconds since the Unix epoch. */
  made: number
  seen: number
  /** What the browser said of itself. */
  agent: string
  address: string
  current: boolean
}

/** A password takes its time, behind others. */
const TIMEOUT_MS = 30_000

async function ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const content = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(path, { method, ...content, signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (response.status === 204) return undefined as Answer
  const answer = (await response.json()) as Answer & { error?: { code?: string; message?: string } }
  if (response.ok) return answer
  throw new LabError(response.status, answer.error?.message ?? `HTTP ${response.status}`, answer.error?.code)
}

export const logIn = (name: string, password: string) => ask<object>('POST', '/sessions', { name, password })
export const signUp = (wish: { name: string; password: string; email?: string }) => ask<object>('POST', '/users', wish)
export const logOut = () => ask<undefined>('DELETE', '/sessions/current')
export const sessions = async () => (await ask<{ sessions: Session[] }>('GET', '/sessions')).sessions
export const endSession = (id: string) => ask<undefined>('DELETE', `/sessions/${id}`)
export const askReset = (name: string) => ask<object>('POST', '/resets', { name })
export const setPassword = (how: { current: string } | { token: string }, password: string) =>
  ask<undefined>('PUT', '/users/me/password', { ...how, password })
export const deleteAccount = () => ask<undefined>('DELETE', '/users/me')
