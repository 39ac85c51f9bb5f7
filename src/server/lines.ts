// How many lines may be held open: of one session, of one address, of all. Refused before the stream or the upgrade, never after.
import type { Socket } from 'node:net'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'

/** @returns what holds a line for a request, until its answer is over. @throws {Refusal} 429, 503 */
export function lineLimits(limits: Limits): (env: Env['Bindings']) => void {
  const held = new Map<string, number>() // an entry goes when its last line does: bounded by the connections there are

  return (env) => {
    const { publisher } = env
    const shares: [string, number, number][] = [
      ['all', limits.lines, 503],
      [`address ${env.incoming.socket.remoteAddress}`, limits.linesPerAddress, 429],
    ]
    if (publisher !== undefined && publisher !== 'key')
      shares.push([`session ${publisher}`, limits.linesPerSession, 429])
    for (const [key, limit, status] of shares)
      if ((held.get(key) ?? 0) >= limit)
        throw new Refusal(status, 'too_many_lines', `at most ${limit} open at once; close one, or come back`, {
          'retry-after': '5',
        })

    const keys = shares.map(([key]) => key) // all that is kept as long as the line
    for (const key of keys) held.set(key, (held.get(key) ?? 0) + 1)
    whenOver(env, () => {
      for (const key of keys) {
        const left = (held.get(key) ?? 1) - 1
        if (left > 0) held.set(key, left)
        else held.delete(key)
      }
    })
  }
}

export type Connection = Pick<Env['Bindings'], 'incoming' | 'outgoing' | 'upgrade'>

/** Who waits for the end of an exchange; lists of their own, for a connection may leave its response behind. */
const waiting = new WeakMap<Connection['outgoing'], (() => void)[]>()

/** Calls back once the answer is out or the client is gone. */
export function whenOver({ outgoing }: Pick<Connection, 'outgoing'>, callback: () => void): void {
  const before = waiting.get(outgoing)
  if (before) return void before.push(callback)
  const callbacks = [callback]
  waiting.set(outgoing, callbacks)
  outgoing.once('close', () => callbacks.forEach((each) => each()))
}

/** The connection goes on without this response: what waits for the end of the exchange waits for that of the connection. */
export function outlive(outgoing: Connection['outgoing'], socket: Socket): void {
  const callbacks = waiting.get(outgoing)
  if (callbacks) socket.once('close', () => callbacks.forEach((each) => each()))
}
