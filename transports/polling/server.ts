// Polling, server side: the client asks, we answer with what is there, now. The event waits for the client.
import { Hono } from 'hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Env, Routes } from '../contract.ts'
import { feedFields, pageBody, sendPage } from '../page.ts'
import { matchesEtag, queryReader } from '../request.ts'

export const routes: Routes = (feed, limits) => {
  const app = new Hono<Env>()
  const query = queryReader(limits)

  app.get('/', ({ env: { incoming, outgoing } }) => {
    const { after = 'now', limit } = query(incoming)
    const page = feed.since(after, limit, limits.pageBytes)

    // A page with a gap has no ETag: the same cursor without the gap would be another answer.
    const etag = `"${page.cursor}"`
    if (!page.gap && matchesEtag(incoming, etag)) {
      outgoing.writeHead(304, [...feedFields(outgoing), 'etag', etag]).end()
      return RESPONSE_ALREADY_SENT
    }
    sendPage(outgoing, pageBody(page), page.gap ? [] : ['etag', etag])
    return RESPONSE_ALREADY_SENT
  })

  return app
}
