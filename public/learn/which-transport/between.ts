// What lies between a client and a server, and what it does to each transport. Data and no numbers.
import type { TransportName } from '../../../transports/clients.ts'
import type { Reason } from './advice.ts'
import type { Case } from './case.ts'

const KEPT: Reason = ['yes', 'Heartbeats every 15 s, or answers after 25 s at most, keep the line from being idle.']
const PLAIN: Reason = ['yes', 'It is plain HTTP.']
const COMPLETE: Reason = ['yes', 'Each answer is complete, so it passes.']

const reasons: Record<string, Record<TransportName, Reason>> = {
  buffers: {
    polling: COMPLETE,
    'long-polling': COMPLETE,
    sse: ['no', 'Such a proxy holds the stream back for ever, unless it can be told not to.'],
    wss: ['yes', 'After the upgrade the proxy only carries bytes, if it knows Upgrade.'],
  },
  http1: {
    polling: ['yes', 'It holds no connection while it waits.'],
    'long-polling': ['maybe', 'Each waiting question keeps one of the six connections of a browser.'],
    sse: [
      'maybe',
      'Each stream keeps one of the six connections of a browser: the seventh tab hangs, unless tabs share one.',
    ],
    wss: ['yes', 'WebSockets are not counted among the six connections.'],
  },
  idle: {
    polling: ['yes', 'It asks more often than that.'],
    'long-polling': KEPT,
    sse: KEPT,
    wss: KEPT,
  },
  upgrade: {
    polling: PLAIN,
    'long-polling': PLAIN,
    sse: PLAIN,
    wss: [
      'no',
      'Over HTTP/1.1 there is no WebSocket without Upgrade; over HTTP/2 it needs none (RFC 8441), where the proxy speaks that. Encrypted end to end the proxy sees neither.',
    ],
  },
}

/** A polling interval that is as long as the box is patient. */
const SELDOM: Reason = ['yes', 'A question after a quiet minute opens a new connection, and a handshake is paid.']

export function reasonsBetween({ between, fresh }: Case, transport: TransportName): Reason[] {
  if (between === 'idle' && transport === 'polling' && Number(fresh) >= 60) return [SELDOM]
  const reason = reasons[between]?.[transport]
  return reason ? [reason] : []
}
