// What one does not see of a server at first: no client offers by itself the suites in which nobody is authenticated.
import { anonymous } from '../../broken/anonymous.ts'
import { shake } from './connection.ts'
import type { Place, Shaken, Way } from './connection.ts'
import { isAnonymous } from './presented.ts'

/**
 * As `shake`. Of a server that took none of the suites of a client that verifies, a second look at whether it takes one that does not:
 * it ends with the handshake, for Node refuses who shows no certificate, so nothing is sent after it. A certificate of ours is not offered to
 * whom nobody authenticated.
 * @throws Error as `shake`.
 */
export async function look(place: Place, way: Way): Promise<Shaken> {
  const first = await shake(place, way)
  const { ca, protocols } = way
  const { alert, chain } = first.presented
  if (chain.length > 0 || !/^(handshake_failure|insufficient_security)$/.test(alert ?? '')) return first
  const second = await shake(place, { ca, protocols, offered: anonymous }).catch(() => first) // then what was said at first stands
  second.close()
  return isAnonymous(second.presented) ? second : first
}
