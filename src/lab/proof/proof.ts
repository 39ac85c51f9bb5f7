// A proof: an account that is made up, and all the ways in which it can say to a WebSocket who it is, each tried and then sent again.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ours } from '../../../bench/wires/ours.ts'
import { Refusal } from '../../../transports/request.ts'
import { bringing, fieldIn, lasting, statusIn, taken, withOrigin } from './heads.ts'
import { LANES } from './hearing.ts'
import { KEY_FIELD } from './keeper.ts'
import { startServer } from './server.ts'
import type { ProofServer, ServerOptions } from './server.ts'
import type { Heard, ProofBegun, ProofReplayed, Replayed } from './told.ts'

export interface Proof {
  /** @throws Error when it cannot begin */
  readonly begun: Promise<ProofBegun>
  heard(): Heard[]
  /** Logs in, as a script. @returns `Set-Cookie` as the server wrote it, but for no longer than this lives; undefined where it was not let in */
  logIn(): Promise<string | undefined>
  /** Sends each handshake again, as it was heard: at once, from another site, and when the account has been logged out. */
  replay(): Promise<ProofReplayed>
  /** It is to end, or has. */
  readonly over: boolean
  /** Nothing of it is left: no port, no store, no secret. */
  readonly closed: boolean
  /** What a browser is told so that it forgets the cookie; undefined where it has none. */
  readonly forgetting: string | undefined
  /** Resolves when it is closed. */
  end(): Promise<void>
}

const NAME = 'ann'
const OTHER_SITE = 'https://other.example'
/** Nobody's run takes as long. */
const LIFE_MS = 60_000
/** A lab that ends has 5 s for all of it. */
const PATIENCE_MS = 2500

export const noProof = () => new Refusal(404, 'no_proof', 'there is no proof, or it is over; POST begins one')

export function startProof({
  address,
  lifeMs = LIFE_MS,
  ...options
}: ServerOptions & { address: string; lifeMs?: number | undefined }): Proof {
  const password = randomBytes(12).toString('base64url')
  const authorization = `Basic ${Buffer.from(`${NAME}:${password}`).toString('base64')}`
  let [cookie, cookieName, closed] = ['', '', false]
  let ending: Promise<void> | undefined
  let server: ProofServer | undefined
  let underWay: Promise<unknown> = Promise.resolve()
  const begun = inTurn(begin)
  begun.catch(() => end())
  const life = setTimeout(() => void end(), lifeMs).unref()

  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = underWay.then(act)
    underWay = result.catch(() => undefined)
    return result
  }

  /** @throws {Refusal} once it is to end: nothing more is begun then. */
  function going(): ProofServer {
    if (ending || !server) throw noProof()
    return server
  }

  async function begin(): Promise<ProofBegun> {
    const opened = await startServer(options, { authorization, cookie: () => cookie })
    if (ending) await opened.close()
    else server = opened
    const { port, asidePort, key, authority } = opened
    await asked('POST /users', { name: NAME, password }, { Authorization: `Bearer ${key}` })
    const tickets = [await ticket(), await ticket()] as [string, string]
    const target = { authority, path: '/feed/wss?after=now&lane=basic', authorization }
    await going().say(ours.wss(target).hello().toString('latin1'), true)
    going()
    const { ticketMs, sessionIdleMs, sessionMs } = options.limits
    return { port, asidePort, name: NAME, password, tickets, address, ticketMs, sessionIdleMs, sessionMs }
  }

  async function ticket() {
    const answer = await asked('POST /tickets', {}, { Authorization: authorization })
    return (JSON.parse(answer.split('\r\n\r\n')[1]!) as { ticket: string }).ticket
  }

  /** @throws {Refusal} unless it is answered as it should be */
  async function asked(what: string, json: object, fields: Record<string, string> = {}): Promise<string> {
    const { authority, key, ask } = going()
    const answer = await ask(bringing(json, what, { Host: authority, [KEY_FIELD]: key, ...fields }))
    going()
    const status = statusIn(answer)
    if (status === null || status >= 300)
      throw new Refusal(503, 'proof_failed', `the server of this run answered ${status ?? 'nothing'} to ${what}`)
    return answer
  }

  async function logIn() {
    const setCookie = fieldIn(await asked('POST /sessions', { name: NAME, password }), 'set-cookie')
    cookie = setCookie?.split(';')[0] ?? ''
    cookieName = cookie.split('=')[0]!
    return setCookie === undefined ? undefined : lasting(setCookie, lifeMs)
  }

  async function replay(): Promise<ProofReplayed> {
    const heard = going().heard()
    const known = LANES.flatMap((lane) => heard.findLast((each) => each.lane === lane) ?? [])
    const status = async (request: string) => statusIn(await going().say(request))
    const inUrl = known.find(({ lane }) => lane === 'token')
    const leaked = /[?&]token=([^& ]+)/.exec(inUrl?.request ?? '')?.[1]
    const stolen = leaked === undefined ? null : await status(taken(inUrl!.request, leaked))
    const replayed: Replayed[] = []
    for (const { lane, request } of known)
      replayed.push({
        ...{ lane, again: await status(request) },
        ...{ elsewhere: await status(withOrigin(request, OTHER_SITE)), afterLogout: null },
      })
    if (cookie !== '')
      await asked('DELETE /sessions/current', {}, { Cookie: cookie, Origin: `https://${going().authority}` })
    for (const [index, { request }] of known.entries()) replayed[index]!.afterLogout = await status(request)
    going()
    return { replayed, stolen }
  }

  /** What is being said is broken off; what is being hashed comes to its end, unless that takes long. */
  async function close() {
    clearTimeout(life)
    server?.stop()
    await Promise.race([underWay, sleep(PATIENCE_MS, undefined, { ref: false })])
    await server?.close()
    ;[server, cookie, closed] = [undefined, '', true]
  }
  const end = () => (ending ??= close())

  return {
    begun,
    heard: () => server?.heard() ?? [],
    logIn: () => inTurn(logIn),
    replay: () => inTurn(replay),
    get over() {
      return ending !== undefined
    },
    get closed() {
      return closed
    },
    get forgetting() {
      return cookieName === '' ? undefined : `${cookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict`
    },
    end,
  }
}
