// The victim's side, at the target: pages on which the victim logs in, follows a link, reads a board or a stream; and what they tell.
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import { openStream } from '../../transports/stream.ts'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Feed } from '../core/feed.ts'
import type { Limits } from '../core/limits.ts'
import { readJson } from '../server/body.ts'
import { read } from '../server/controls.ts'
import { policy } from '../server/start.ts'
import type { Guard } from '../server/guard.ts'
import type { Attack, DefenceName } from './attack.ts'
import { naiveStream } from './naive.ts'
import { serveFiles, shell } from './shell.ts'
import type { PageFile } from './shell.ts'

export interface VictimOptions {
  attacks: readonly Attack[]
  feed: Feed
  limits: Limits
  guard: Guard
  files: ReadonlyMap<string, PageFile>
  victim(): { name: string; password: string }
  isOn(name: DefenceName): boolean
  /** Where the victim is led, when it is led away. */
  next(attack: Attack): string
  begin(slug: string): void
  told: Told
  /** The attacker publishes now. @returns the cursor before that. */
  ready(slug: string): Promise<string>
}

/** `won`: the attacker has got what was not meant for it; `failed`: the attack could not be made. */
export type Told = (slug: string, what: (typeof told)[number], line: string) => void

export const Line = v.object({ line: v.optional(v.string(), '') })
export const told = ['seen', 'won', 'over', 'failed'] as const
/** Of attacks that come with what is published; of all others the victim is led away. */
const PAGES: Record<string, string> = { xss: 'board', 'sse-injection': 'stream' }

export function victimRoutes(options: VictimOptions): Hono<Env> {
  const { attacks, feed, limits, guard, files, victim, isOn, next, begin, ready } = options
  const app = new Hono<Env>()
  serveFiles(app, '/files', files)

  function attackOf(slug: string): Attack {
    const attack = attacks.find((each) => each.slug === slug && each.from !== 'socket')
    if (!attack) throw new Refusal(404, 'not_found', 'there is no such attack by a page')
    return attack
  }

  /** What the pages ask for after the victim has logged in. @throws {Refusal} 401 for all others */
  function mustBeVictim({ account }: Env['Bindings']) {
    if (account?.name !== victim().name) throw new Refusal(401, 'unauthorized', 'this is for the victim’s own pages')
  }

  app.get('/victim/:slug', (context) => {
    const attack = attackOf(context.req.param('slug'))
    begin(attack.slug)
    const data = {
      ...{ ...victim(), report: `/lab/victim/${attack.slug}`, next: next(attack) },
      ...{ text: isOn('text') ? 'on' : 'off', encoding: isOn('encoding') ? 'on' : 'off' },
    }
    const page = shell({
      ...{ title: 'The victim’s page', about: `At the target. ${attack.title}.`, files: '/lab/files', data },
      script: PAGES[attack.slug] ?? 'leave',
    })
    return context.html(page, 200, { 'content-security-policy': policy(undefined) })
  })

  app.post('/victim/:slug/ready', async (context) => {
    const { slug } = attackOf(context.req.param('slug'))
    guard.mayChange(context.env)
    mustBeVictim(context.env)
    return context.json({ after: await ready(slug) })
  })
  app.post('/victim/:slug/:what', async (context) => {
    const { slug } = attackOf(context.req.param('slug'))
    const what = told.find((each) => each === context.req.param('what'))
    if (!what) throw new Refusal(404, 'not_found', `what is told is one of ${told.join(', ')}`)
    guard.mayChange(context.env)
    if (what !== 'failed') mustBeVictim(context.env) // it may be the login that has failed
    const { incoming, outgoing } = context.env
    const { line } = read(Line, await readJson(incoming, outgoing, limits.bodyBytes), 'expected {"line"?}')
    options.told(slug, what, line)
    return context.body(null, 204)
  })

  app.get('/naive', (context) => {
    const { incoming, outgoing } = context.env
    if (isOn('encoding')) throw new Refusal(404, 'not_found', 'the naive stream is there while “encoding” is off')
    mustBeVictim(context.env)
    const stream = openStream(outgoing, incoming.httpVersionMajor === 2)
    naiveStream(stream, feed, limits.queueBytes)
    stream.write(':\n\n')
    stream.uncork()
    return RESPONSE_ALREADY_SENT
  })
  return app
}
