// A ticket for one WebSocket, used a second time by somebody who has seen it: in a log, on a screen, in a proxy.
import { asker, basic } from '../asking.ts'
import type { Attack } from '../attack.ts'
import { SUBPROTOCOL, TICKET } from '../../core/subprotocol.ts'
import { encode } from '../frames.ts'
import { raid } from '../raid.ts'
import { openWss } from '../wss.ts'

const NOTE = { publish: { type: 'note', data: { text: 'published with somebody else’s ticket' } } }

export const attack: Attack = {
  slug: 'ticket-replay',
  title: 'Replay of a WebSocket ticket',
  from: 'socket',
  defences: ['one-time-ticket'],
  about:
    'The victim gets a ticket and opens a WebSocket with it. The attacker has read that handshake afterwards, in a log of a proxy for one, and sends the same header.',
  why: [
    'A page cannot set headers on a WebSocket, so who is asking stands in a cookie, in the URL or in Sec-WebSocket-Protocol. The last two are written down in many places: access logs, tracing, error reports. What is written down is read by somebody, later. A token that stays good is then a password.',
    'The defence: a ticket opens one WebSocket, within 30 s, and is forgotten in the very step that accepts it; the second use is 401. It travels in Sec-WebSocket-Protocol, which fewer programs log than URLs. Whoever is faster than the victim still wins: against that there is only TLS on the whole way.',
  ],
  source: {
    name: 'OWASP WebSocket Security Cheat Sheet, “Authentication”; CWE-294',
    url: 'https://cwe.mitre.org/data/definitions/294.html',
  },

  run: (target, signal) =>
    raid(target, signal, async (raid) => {
      const { ask, close } = asker(target, raid.over)
      const issued = await ask('POST', '/tickets', { headers: { authorization: basic(target.victim) } }).finally(close)
      if (issued.status !== 201) throw new Error(`no ticket but ${issued.status} ${issued.code ?? ''}`)
      const { ticket } = JSON.parse(issued.text) as { ticket: string }
      const fields = { 'Sec-WebSocket-Protocol': `${SUBPROTOCOL}, ${TICKET}${ticket}` }

      const first = await openWss(raid, target, fields)
      const second = await openWss(raid, target, fields)
      const seen = [
        `the victim’s WebSocket: ${first.answer.status}`,
        `the same ticket again, from another connection: ${second.answer.status} ${second.answer.code ?? ''}`.trim(),
      ]
      if (second.answer.status !== 101) return { succeeded: false, seen }
      await second.line.write(encode({ payload: JSON.stringify(NOTE) }))
      for (;;) {
        const next = await second.frame(3000)
        if (next?.opcode === 1) seen.push(`the attacker reads ${next.payload.toString().slice(0, 120)}`)
        if (next?.payload.includes('"ack"')) return { succeeded: true, seen }
        if (!next || next.opcode === 8 || seen.length > 8) return { succeeded: seen.length > 2, seen }
      }
    }),
}
