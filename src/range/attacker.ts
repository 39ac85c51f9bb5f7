// The attacker's own HTTPS server: its pages, and where they and stolen scripts report what they got. Its certificate is as good as any.
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import type { Limits } from '../core/limits.ts'
import { errorResponse } from '../server/errors.ts'
import { httpsServer } from '../server/https.ts'
import type { HttpsServer } from '../server/https.ts'
import type { Credentials } from '../server/secure.ts'
import { hostOf } from '../server/shape.ts'
import type { Attack } from './attack.ts'
import { FORGED } from './notes.ts'
import { serveFiles, shell } from './shell.ts'
import type { PageFile } from './shell.ts'
import { Line, told } from './victim.ts'
import type { Told } from './victim.ts'

export interface AttackerOptions {
  tls: Credentials
  limits: Limits
  attacks: readonly Attack[]
  files: ReadonlyMap<string, PageFile>
  /** The origin that it attacks. */
  target: () => string
  /** Its own: it answers to no other Host. */
  origins: () => string[]
  told: Told
  failed: (error: unknown) => void
}

/** Which script its page has, and by which ways that asks. */
const PAGES: Record<string, { script: string; ways?: string }> = {
  hijack: { script: 'across', ways: 'polling long-polling sse wss' },
  'hijack-from-afar': { script: 'across', ways: 'polling long-polling sse wss' },
  'read-across': { script: 'across', ways: 'polling long-polling sse' },
  'forged-post': { script: 'forge' },
}
const REPORT_BYTES = 2048
const tooLarge = () => {
  throw new Refusal(413, 'too_large', `a report is at most ${REPORT_BYTES} bytes`)
}

export function attackerServer({
  tls,
  limits,
  attacks,
  files,
  target,
  failed,
  ...options
}: AttackerOptions): HttpsServer {
  const app = new Hono<Env>()
  app.use(({ env: { incoming } }, next) => {
    if (!options.origins().includes(`https://${hostOf(incoming)}`))
      throw new Refusal(421, 'wrong_host', 'the attacker’s server of the range does not answer to that Host')
    return next()
  })
  serveFiles(app, '/files', files)

  app.get('/attack/:slug', (context) => {
    const slug = context.req.param('slug')
    const attack = attacks.find((each) => each.slug === slug)
    const page = PAGES[slug]
    if (!attack || !page) throw new Refusal(404, 'not_found', 'there is no such attack by a page')
    const { script, ways = '' } = page
    return context.html(
      shell({
        ...{ title: 'The attacker’s page', about: `${attack.title}: ${attack.about}`, script, files: '/files' },
        data: { target: target(), ways, note: FORGED, report: `/report/${slug}` },
      }),
    )
  })

  // Whatever Content-Type: a script that was smuggled into another origin can send text/plain without asking.
  app.post('/report/:slug/:what', bodyLimit({ maxSize: REPORT_BYTES, onError: tooLarge }), async (context) => {
    const { slug, what } = context.req.param()
    const known = told.find((each) => each === what)
    const body = v.safeParse(v.pipe(v.string(), v.parseJson(), Line), await context.req.text())
    if (!known || !body.success) throw new Refusal(400, 'bad_message', 'expected {"line"?}')
    options.told(slug, known, body.output.line)
    return context.body(null, 204)
  })

  app.notFound(() => {
    throw new Refusal(404, 'not_found', 'this is the attacker’s server of the range; see its page in the lab')
  })
  app.onError((error) => errorResponse(error, failed))
  return httpsServer((request, connection) => app.fetch(request, connection), limits, tls, 'both', failed)
}
