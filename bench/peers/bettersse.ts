// better-sse: sessions in a channel, as its documentation shows a broadcast.
import { createServer } from 'node:https'
import { decodeEvent } from '../../src/core/event.ts'
import { eventStream } from '../wires/sse.ts'
import type { Peer } from './contract.ts'
import { listen } from './listen.ts'
import { versionOf } from './version.ts'

export const betterSse: Peer = {
  name: 'better-sse-sse',
  beside: 'sse',
  about:
    'better-sse, its guide "Channels": createSession(req, res), channel.register(session), channel.broadcast(object, \'message\', { eventId })',
  missing: () => undefined,
  version: () => `better-sse ${versionOf('better-sse')}`,
  path: '/sse',
  wire: eventStream({ message: (_, data) => ({ events: [decodeEvent(data)] }), opensWithHead: true }),
  async serve({ tls }) {
    const { createChannel, createSession } = await import('better-sse')
    const channel = createChannel()
    const server = createServer(tls, (req, res) => {
      createSession(req, res).then(
        (session) => channel.register(session),
        () => res.destroy(), // it went before it was there
      )
    })
    return {
      ...(await listen(server)),
      publish: ({ id, bytes }) =>
        void channel.broadcast(JSON.parse(Buffer.from(bytes).toString()), 'message', { eventId: id }),
    }
  },
}
