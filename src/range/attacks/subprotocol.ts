// A WebSocket for a protocol that the server does not speak: whoever says yes to anything has promised something it cannot keep.
import type { Attack } from '../attack.ts'
import { basic } from '../asking.ts'
import { raid } from '../raid.ts'
import { openWss } from '../wss.ts'

const OFFERED = 'ledger.v0'

export const attack: Attack = {
  slug: 'subprotocol',
  title: 'An unknown subprotocol',
  from: 'socket',
  defences: ['subprotocol'],
  about: `Opens a WebSocket and offers only “${OFFERED}”, which this server has never heard of.`,
  why: [
    'A WebSocket carries messages, not their meaning. Sec-WebSocket-Protocol is where both ends agree on the meaning. A server that accepts whatever is offered, or ignores it, has its messages read by somebody’s client of another protocol, or of an old version with other rules, and reads theirs as its own.',
    'The defence: the handshake is refused with 400 bad_subprotocol unless it offers wirelab.v1, by exactly that name, once. It happens before 101, so no message is ever exchanged in doubt.',
  ],
  source: { name: 'RFC 6455 §1.9 and §4.2.2', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-1.9' },

  run: (target, signal) =>
    raid(target, signal, async (raid) => {
      const fields = { 'Sec-WebSocket-Protocol': OFFERED, Authorization: basic(target.attacker) }
      const { answer, frame } = await openWss(raid, target, fields)
      const seen = [`offered “${OFFERED}”: ${answer.status}${answer.code === undefined ? '' : ` ${answer.code}`}`]
      if (answer.status !== 101) return { succeeded: false, seen }
      const agreed = /\nsec-websocket-protocol: *(\S+)/.exec(answer.head)?.[1]
      seen.push(agreed === undefined ? 'no protocol was agreed on' : `it says that we agreed on “${agreed}”`)
      const first = await frame(3000)
      if (first?.opcode === 1) seen.push(`and sends messages of its own: ${first.payload.toString().slice(0, 100)}`)
      return { succeeded: first?.opcode === 1, seen }
    }),
}
