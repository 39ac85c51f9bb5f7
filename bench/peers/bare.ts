// scratch
import { createServer } from 'node:https'
import { asEvent } from '../../src/core/event.ts'
import { asking } from '../wires/asking.ts'
import type { Peer } from './contract.ts'
import { listen } from './listen.ts'
import type { ServerResponse } from 'node:http'
export const bare: Peer = {
  name: 'bare', beside: 'long-polling', about: 'bare', missing: () => undefined, version: () => 'x', path: '/poll',
  wire: asking({ first: () => ({ query: '' }), answer(body) { const { cursor, events } = JSON.parse(body.toString()) as any; return { events: events.map(asEvent), next: { query: `?after=${cursor}` } } }, when: 'reply' }),
  async serve({ tls }) {
    let cursor = 0; const texts: string[] = []; let waiting: ServerResponse[] = []
    const send = (res: ServerResponse, after: number) => { const t = `{"cursor":${cursor},"events":[${texts.slice(after).join()}]}`; res.writeHead(200, ['content-type','application/json','content-length',String(Buffer.byteLength(t))]); res.end(t) }
    const server = createServer(tls, (req, res) => {
      const i = req.url!.indexOf('='); const after = i < 0 ? cursor : +req.url!.slice(i + 1)
      if (i < 0) return send(res, cursor)
      if (after >= cursor) waiting.push(res); else send(res, after)
    })
    return { ...(await listen(server)), publish({ offset, bytes }) { texts[offset - 1] = Buffer.from(bytes).toString(); const from = cursor; cursor = offset; const w = waiting; waiting = []; const t = `{"cursor":${cursor},"events":[${texts.slice(from).join()}]}`; const h = ['content-type','application/json','content-length',String(Buffer.byteLength(t))]; for (const r of w) { r.writeHead(200, h); r.end(t) } } }
  },
}
