// The guard of a proof's server: through its ports comes the handshake of a WebSocket and nothing else, and no password is tried but one.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../../../transports/request.ts'
import { WRONG, isBasic, unauthorized } from '../../server/accounts.ts'
import type { Guard } from '../../server/guard.ts'
import { hostOf } from '../../server/shape.ts'

/** What the lab itself shows to make an account, log it in and out. */
export const KEY_FIELD = 'wirelab-key'

export interface KeeperOptions {
  /** Of the page that may come from another origin: `:8443`, or nothing. */
  pagePort: string
  key: string
  /** The one that is right. */
  authorization: string
}

export function closedOff(keeper: Guard, { pagePort, key, authorization }: KeeperOptions): Guard {
  const door = keeper.atDoor(pagePort)
  return {
    ...keeper,
    origin(env) {
      const { origin, [KEY_FIELD]: shown } = env.incoming.headers
      if (env.path !== '/feed/wss' && !isSame(String(shown), key))
        throw new Refusal(404, 'not_found', 'here a WebSocket says who it is, and nothing else is done')
      // As the lab's own port for its own origin and for scripts. Who comes from another origin is looked at as at a door: the page, or nobody.
      const isOwn = origin === undefined || origin === `https://${hostOf(env.incoming)}`
      ;(isOwn ? keeper : door).origin(env)
    },
    session(env) {
      const { headers } = env.incoming
      // A wrong one would cost a thread, and be counted against the account.
      if (isBasic(headers.authorization ?? '') && !isSame(headers.authorization!, authorization))
        throw unauthorized(WRONG, headers)
      return keeper.session(env)
    },
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()
const isSame = (one: string, other: string) => timingSafeEqual(sha256(one), sha256(other))
