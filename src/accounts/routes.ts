// Accounts by HTTP: users, their sessions, tickets and resets are resources. Each answer is the same for whoever may not know more.
import { Hono } from 'hono'
import type { Context } from 'hono'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import { isCursor } from '../core/event.ts'
import type { Account } from '../core/account.ts'
import type { Limits } from '../core/limits.ts'
import { WRONG, addressOf, unauthorized } from '../server/accounts.ts'
import { readJson } from '../server/body.ts'
import { read } from '../server/controls.ts'
import type { Guard } from '../server/guard.ts'
import { refuseFrequent } from './frequent.ts'
import type { Login } from './login.ts'
import type { Resets } from './resets.ts'
import type { Sessions } from './sessions.ts'
import type { Store, User } from './store.ts'
import type { Users } from './users.ts'
import { LogIn, NewPassword, ResetOrder, RoleOrder, SignUp, expected } from './wishes.ts'

export interface RoutesOptions {
  store: Store
  login: Login
  users: Users
  sessions: Sessions
  resets: Resets
  limits: Limits
  /** Whether whoever comes may sign up, or only who has the key. */
  signUp: 'open' | 'key'
  frequent: 'refused' | 'taken'
  publisherOf(event: string): string | undefined
}

type Asked = Context<Env>

export function accountRoutes(options: RoutesOptions, guard: Guard): Hono<Env> {
  const { store, login, users, sessions, resets, limits, signUp, frequent, publisherOf } = options
  const app = new Hono<Env>()
  const bodyOf = ({ env }: Asked) => readJson(env.incoming, env.outgoing, limits.bodyBytes)
  const from = ({ env: { incoming } }: Asked) => ({
    address: addressOf(incoming),
    agent: (incoming.headers['user-agent'] ?? '').slice(0, 200),
  })

  /** @throws {Refusal} 401 */
  function mine({ env: { account, incoming } }: Asked): Account {
    if (!account) throw unauthorized('log in first: POST /sessions', incoming.headers)
    return account
  }
  /** The same of a request that changes something. @throws {Refusal} 401, 403 */
  function mineToChange(context: Asked): Account {
    guard.mayChange(context.env)
    return mine(context)
  }
  /** @returns whether it is the key. @throws {Refusal} 401, 403 */
  function moderates(context: Asked): boolean {
    const isKey = context.env.publisher === 'key'
    if (!isKey && mine(context).role !== 'moderator')
      throw new Refusal(403, 'forbidden', 'this is for moderators, and for the key')
    return isKey
  }
  /** Before anything is hashed, and a link is used up. @throws {Refusal} 400 */
  function checkNew({ password }: { password: string }) {
    if (frequent === 'refused') refuseFrequent(password)
  }
  /** The session before ends: what its cookie was is worth nothing. */
  function letIn(context: Asked, user: User) {
    if (context.env.account) sessions.endOf(context.env.account)
    guard.remember(context, sessions.begin(user, from(context)))
  }

  app.post('/users', async (context) => {
    guard.mayChange(context.env)
    if (signUp === 'key' && context.env.publisher !== 'key')
      throw unauthorized(
        'accounts are made with the key here: Authorization: Bearer <key>',
        context.env.incoming.headers,
      )
    const wish = read(SignUp, await bodyOf(context), expected.signUp)
    checkNew(wish)
    const { address } = from(context)
    const { name, role } = await users.signUp(wish, address)
    login.proven(name, address)
    return context.json({ name, role }, 201)
  })
  app.get('/users', (context) => {
    moderates(context)
    return context.json({ users: store.all() })
  })
  only('/users', 'GET, HEAD, POST')

  app.get('/users/me', (context) => {
    const { name, role, email, made } = store.byId(mine(context).id)!
    return context.json({ name, role, email, made })
  })
  app.delete('/users/me', (context) => {
    users.remove(mineToChange(context).id)
    guard.remember(context)
    return context.body(null, 204)
  })
  only('/users/me', 'GET, HEAD, DELETE')

  app.put('/users/me/password', async (context) => {
    guard.mayChange(context.env)
    const wish = read(NewPassword, await bodyOf(context), expected.password)
    checkNew(wish)
    const { address } = from(context)
    if ('token' in wish) {
      const user = await resets.use(wish.token, wish.password, address)
      users.changed(user, 'another password, by a link')
      login.proven(user.name, address)
      guard.remember(context) // now log in with it
      return context.body(null, 204)
    }
    const user = await login.check(mine(context).name, wish.current, address, true)
    if (!user) throw unauthorized(WRONG, context.env.incoming.headers)
    await users.setPassword(user, wish.password)
    if (context.env.account?.session !== undefined) letIn(context, user)
    return context.body(null, 204)
  })
  only('/users/me/password', 'PUT')

  app.put('/users/:name/role', async (context) => {
    guard.mayChange(context.env)
    const isKey = moderates(context)
    const { role } = read(RoleOrder, await bodyOf(context), expected.role)
    users.setRole(context.req.param('name'), role, isKey)
    return context.body(null, 204)
  })
  only('/users/:name/role', 'PUT')

  app.post('/sessions', async (context) => {
    guard.mayChange(context.env)
    const { name, password } = read(LogIn, await bodyOf(context), expected.logIn)
    const user = await login.check(name, password, from(context).address)
    if (!user) throw unauthorized(WRONG, context.env.incoming.headers)
    letIn(context, user)
    return context.json({ name: user.name, role: user.role }, 201)
  })
  app.get('/sessions', (context) => {
    const { id, session } = mine(context)
    const list = sessions.list(id).map(({ id, label, made, seen, agent, address }) => {
      return { id: label, made, seen, agent, address, current: id === session }
    })
    return context.json({ sessions: list })
  })
  only('/sessions', 'GET, HEAD, POST')
  app.delete('/sessions/current', (context) => {
    sessions.endOf(mineToChange(context))
    guard.remember(context)
    return context.body(null, 204)
  })
  app.delete('/sessions/:id', (context) => {
    if (!sessions.end(mineToChange(context).id, context.req.param('id')))
      throw new Refusal(404, 'no_session', 'there is no such session of yours')
    return context.body(null, 204)
  })
  only('/sessions/:id', 'DELETE')

  app.post('/tickets', (context) => {
    const account = mineToChange(context)
    return context.json({ ticket: sessions.ticket(account), expiresInMs: limits.ticketMs }, 201)
  })
  only('/tickets', 'POST')

  app.post('/resets', async (context) => {
    guard.mayChange(context.env)
    const { name } = read(ResetOrder, await bodyOf(context), expected.reset)
    resets.ask(name, from(context).address)
    return context.json({ sent: 'if there is such an account' }, 202)
  })
  only('/resets', 'POST')

  app.get('/publishers/:event', (context) => {
    moderates(context)
    const event = context.req.param('event')
    const name = isCursor(event) ? publisherOf(event) : undefined
    if (name === undefined)
      throw new Refusal(404, 'not_known', 'known are events that accounts published, the last ones')
    return context.json({ name })
  })
  only('/publishers/:event', 'GET, HEAD')
  return app

  /** For any other method than those that were routed before. */
  function only(path: string, allow: string) {
    app.all(path, () => {
      throw new Refusal(405, 'method_not_allowed', `only ${allow} here`, { allow })
    })
  }
}
