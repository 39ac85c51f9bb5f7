// Polling, server side: the client asks, we answer with what is there, now. The event waits for the client.
import { Hono } from 'hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Env, Routes } from '../contract.ts'
import { pageBody, sendPage } from '../page.ts'
import { readQuery } from '../request.ts'

export const routes: Routes = (feed, limits) => {
  const app = new Hono<Env>()

  app.get('/', ({ env: { incoming, outgoing } }) => {
    const { after = 'now', limit } = readQuery(incoming.url ?? '', limits)
    const page = feed.since(after, limit, limits.pageBytes)

    // A page with a gap has no ETag: the same cursor without the gap would be another answer.
    const etag = `"${page.cursor}"`
    if (!page.gap) outgoing.setHeader('etag', etag)
    if (!page.gap && matches(incoming.headers['if-none-match'], etag)) {
      outgoing.writeHead(304).end()
      return RESPONSE_ALREADY_SENT
    }
    sendPage(outgoing, pageBody(page), limits.stallMs)
    return RESPONSE_ALREADY_SENT
  })

  return app
}

/** RFC 9110 §13.1.2: weak comparison against each of a list, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim()))
}
