// How many lines may be held open: of one session, of one address, of all. Refused before the stream or the upgrade, never after.
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

    for (const [key] of shares) held.set(key, (held.get(key) ?? 0) + 1)
    whenOver(env, () => {
      for (const [key] of shares) {
        const left = (held.get(key) ?? 1) - 1
        if (left > 0) held.set(key, left)
        else held.delete(key)
      }
    })
  }
}

export type Connection = Pick<Env['Bindings'], 'incoming' | 'outgoing' | 'upgrade'>

/** Calls back once the answer is out or the client is gone. An upgraded HTTP/1.1 connection leaves its response behind. */
export function whenOver({ incoming, outgoing, upgrade }: Connection, callback: () => void): void {
  const line = upgrade && incoming.httpVersionMajor === 1 ? incoming.socket : outgoing
  line.once('close', callback)
}
