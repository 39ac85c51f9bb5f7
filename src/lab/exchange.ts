// One exchange through the gateway: the answer is held back until it is complete, or until there is no room for more of it.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Agent } from 'undici'
import { onward } from './onward.ts'

/** nginx: 8 buffers of 8 KiB (proxy_buffers). An answer begins when it is complete, or when these are full. */
const BUFFER_BYTES = 64 * 1024

/** @throws when the server behind, at that port of this machine, gives no answer, and when the client has gone. */
export async function exchange(agent: Agent, port: number, incoming: IncomingMessage, outgoing: ServerResponse) {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  const { method, url = '/', headers: asked } = incoming
  const { statusCode, headers, body } = await agent.request({
    ...{ origin: `https://127.0.0.1:${port}`, path: url, method: method as 'GET', signal: gone.signal },
    headers: onward(asked, asked[':authority'] as string | undefined),
    body: method === 'GET' || method === 'HEAD' ? null : incoming,
  })
  let [held, heldBytes]: [Buffer[], number] = [[], 0]
  async function letOut() {
    if (!outgoing.headersSent) outgoing.writeHead(statusCode, onward(headers))
    const more = outgoing.write(Buffer.concat(held))
    ;[held, heldBytes] = [[], 0]
    if (!more) await once(outgoing, 'drain', { signal: gone.signal })
  }
  for await (const chunk of body as AsyncIterable<Buffer>) {
    held.push(chunk)
    heldBytes += chunk.length
    if (heldBytes >= BUFFER_BYTES) await letOut()
  }
  if (!outgoing.headersSent) outgoing.writeHead(statusCode, onward(headers))
  outgoing.end(Buffer.concat(held))
}
