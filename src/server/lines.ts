// How many lines may be held open: of one session, of one address, of all. Refused before the stream or the upgrade, never after.
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'

/** @returns what holds a line for a request, until its answer is over. @throws {Refusal} 429, 503 */
export function lineLimits(limits: Limits): (env: Env['Bindings']) => void {
  let all = 0
  // An entry goes when its last line does: bounded by the connections there are.
  const byAddress = new Map<string, number>()
  const bySession = new Map<string, number>()

  return ({ incoming, publisher, over }) => {
    const address = incoming.socket.remoteAddress ?? ''
    const session = publisher === 'key' ? undefined : publisher
    if (all >= limits.lines) throw tooMany(503, limits.lines)
    if ((byAddress.get(address) ?? 0) >= limits.linesPerAddress) throw tooMany(429, limits.linesPerAddress)
    if (session !== undefined && (bySession.get(session) ?? 0) >= limits.linesPerSession)
      throw tooMany(429, limits.linesPerSession)

    all++
    add(byAddress, address, 1)
    if (session !== undefined) add(bySession, session, 1)
    over.push(() => {
      all--
      add(byAddress, address, -1)
      if (session !== undefined) add(bySession, session, -1)
    })
  }
}

function add(held: Map<string, number>, key: string, count: number) {
  const now = (held.get(key) ?? 0) + count
  if (now > 0) held.set(key, now)
  else held.delete(key)
}

const tooMany = (status: number, limit: number) =>
  new Refusal(status, 'too_many_lines', `at most ${limit} open at once; close one, or come back`, {
    'retry-after': '5',
  })
