// Polling, server side: the client asks, we answer with what is there, now. The event waits for the client.
import { Hono } from 'hono'
import type { Env, Routes } from '../contract.ts'
import { answer, pageBody, unchanged } from '../page.ts'
import { matchesEtag, queryReader } from '../request.ts'

export const routes: Routes = (feed, limits) => {
  const app = new Hono<Env>()
  const query = queryReader(limits)

  app.get('/', ({ env: { incoming, outgoing } }) => {
    const { after = 'now', limit } = query(incoming)
    const page = feed.since(after, limit, limits.pageBytes)

    // A page with a gap has no ETag: the same cursor without the gap would be another answer.
    if (page.gap) return answer(outgoing, pageBody(page))
    const etag = `"${page.cursor}"`
    if (matchesEtag(incoming, etag)) return unchanged(outgoing, etag)
    const { text, fields } = pageBody(page)
    return answer(outgoing, { text, fields: { ...fields, etag } })
  })

  return app
}
