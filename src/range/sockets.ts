// What is done to a target from a socket, not from a page: these attacks, and the switches that hold them back.
import type { Account } from '../core/account.ts'
import { SUBPROTOCOL, TICKET } from '../core/subprotocol.ts'
import type { Limits } from '../core/limits.ts'
import { LRUCache } from 'lru-cache'
import { suites } from '../server/secure.ts'
import { runApart } from './apart.ts'
import type { Attack, Defence } from './attack.ts'
import { byHand } from './attacks/list.ts'

/** Each runs in a process of its own. */
export const socketAttacks: readonly Attack[] = byHand.map((attack) => ({
  ...attack,
  run: (target, signal) => runApart(attack.slug, target, signal),
}))

/** Of every target, its defences on: few places, and short waits, so that what happens can be watched. */
export const targetLimits: Partial<Limits> = { connections: 128, headersMs: 2000, requestMs: 4000 }

/** The best that TLS 1.0 and 1.1 have; last, so that who can do better does. */
const OBSOLETE = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', '@SECLEVEL=0']
const NEVER_MS = 600_000
const NEVER = 1_000_000_000

export const socketDefences: readonly Defence[] = [
  {
    name: 'subprotocol',
    title: 'The subprotocol, by name',
    does: `A WebSocket opens only for who offers ${SUBPROTOCOL}.`,
    off: {
      blind({ incoming: { headers }, upgrade }) {
        const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
        if (!upgrade || offered.includes(SUBPROTOCOL)) return
        const tickets = offered.filter((name) => name.startsWith(TICKET))
        headers['sec-websocket-protocol'] = [SUBPROTOCOL, ...tickets].join(', ') // as if it had been
      },
    },
  },
  {
    name: 'message-size',
    title: 'A bound on a message',
    does: 'A WebSocket message is at most 64 KiB, or close code 1009.',
    off: { limits: { messageBytes: 16 * 2 ** 20 } }, // twice what is sent: the memory is the lab's, too
  },
  {
    name: 'fragments',
    title: 'A bound on fragments',
    does: 'A WebSocket message has at most 64 fragments, or close code 1008.',
    off: { limits: { messageFragments: 100_000 } },
  },
  {
    name: 'control-frames',
    title: 'A rate of pings and pongs',
    does: 'A WebSocket has at most 300 of them in 10 s, or close code 4029.',
    off: { limits: { controlFramesPer10s: NEVER } },
  },
  {
    name: 'timeouts',
    title: 'Time limits of a request',
    does: 'The header of a request has to be there in 2 s, all of it in 4 s, or it is 408 and the connection is closed.',
    off: { limits: { headersMs: NEVER_MS, requestMs: NEVER_MS } },
  },
  {
    name: 'delays',
    title: 'Delays after wrong passwords',
    does: 'After five wrong passwords the next try waits 1, 2, 4 … 300 s, for the account and for the address, or it is 429.',
    off: { room: { free: NEVER } },
  },
  {
    name: 'one-time-ticket',
    title: 'A ticket is good once',
    does: 'Whoever accepts a ticket forgets it: used again, it is 401.',
    off: { accounts: (real) => ({ ...real, ofTicket: remembering(real.ofTicket) }) },
  },
  {
    name: 'session-end',
    title: 'A logout ends the session',
    does: 'The server forgets the session, and its cookie is worth nothing to anybody.',
    off: { accounts: (real) => ({ ...real, ofSession: remembering(real.ofSession) }) },
  },
  {
    name: 'tls-version',
    title: 'TLS 1.2 and 1.3 only',
    does: 'TLS 1.0 and 1.1, and ciphers without authentication, get alert 70.',
    off: { rules: { weakened: { minVersion: 'TLSv1', ciphers: [...suites, ...OBSOLETE].join(':') } } },
  },
]

/** As of a server that cannot take back what it has believed once. */
function remembering<More extends unknown[]>(
  accountOf: (secret: string, ...more: More) => Account | undefined,
): (secret: string, ...more: More) => Account | undefined {
  const known = new LRUCache<string, Account>({ max: 1000 })
  return (secret, ...more) => {
    const account = known.get(secret) ?? accountOf(secret, ...more)
    if (account) known.set(secret, account)
    return account
  }
}
