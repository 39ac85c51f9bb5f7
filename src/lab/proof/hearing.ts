// What came to the ports of a proof: the first handshake of each way that is this run's own. Whatever else comes there is forgotten at
// once, and cookies of others have no value any more when it is kept.
import { startCapture } from '../wire/capture.ts'
import type { Capture } from '../wire/captured.ts'
import { hideSecrets } from '../wire/hidden.ts'
import type { Hide } from '../wire/hidden.ts'
import { answerIn, blotted, fieldIn, headIn } from './heads.ts'
import type { Heard } from './told.ts'

export interface Own {
  /** Of the page that makes the handshakes. */
  origin: string
  authorization: string
  /** Name and value; empty before there is one. */
  cookie: () => string
}

export interface Hearing {
  tap(connection: number, up: boolean, bytes: Buffer): void
  ended(connection: number): void
  /** A line of the server's key log. */
  keylog(line: Buffer): void
  /** In the order in which they came. */
  heard(): Heard[]
  /** Nothing is kept any more, and nothing heard. */
  forget(): void
}

/** All ways there are, as their URLs name them. */
export const LANES = ['cookie', 'ticket', 'basic', 'userinfo', 'token', 'access-token']
const HEARD = new Set([...LANES, 'ticket-again'])
/** Of one direction of a connection, until there is a head: a server of ours takes no longer ones. */
const MOST = 32 * 1024

interface Line {
  at: number
  up: string
  down: string
}

export function startHearing(clock: () => number, own: Own): Hearing {
  let capture: Capture | undefined = startCapture({ clock, hide: (_, up) => hideOthers(up, own) })
  let last = 0
  /** Of a connection that was heard, or is none of ours, nothing is kept. */
  const lines = new Map<number, Line | undefined>()
  const known = new Map<string, Heard>()

  function take() {
    for (const { n, connection, up, type, plain } of capture?.records(last) ?? []) {
      last = n
      const line = lines.get(connection)
      if (!line || type !== 'data') continue
      line[up ? 'up' : 'down'] += Buffer.from(plain ?? '', 'base64').toString('latin1')
      if (look(line)) continue
      lines.set(connection, undefined)
      capture?.ended(connection) // others may be opened in its place
    }
  }

  /** @returns whether there is more to come */
  function look({ at, up, down }: Line): boolean {
    const request = headIn(up)
    if (request === undefined) return up.length < MOST
    const lane = /^GET \/feed\/wss\?(?:\S*&)?lane=([a-z-]+)[& ]/.exec(request)?.[1]
    if (lane === undefined || !HEARD.has(lane)) return false
    // Who has no secret of this run and is not its page has come by chance, or to be shown here.
    const isAuthorized = fieldIn(request, 'authorization') === own.authorization
    if (!isAuthorized && fieldIn(request, 'origin') !== own.origin) return false
    const key = `${lane} ${isAuthorized}` // a browser that is asked for Basic comes twice
    const first = known.get(key) ?? { lane, at, request, answer: '' }
    known.set(key, first)
    if (first.request !== request || first.answer !== '') return false
    first.answer = answerIn(down) ?? ''
    return first.answer === '' && down.length < MOST
  }

  return {
    tap(connection, up, bytes) {
      if (!lines.has(connection)) lines.set(connection, { at: clock(), up: '', down: '' })
      if (!capture || !lines.get(connection)) return
      capture.tap(connection, up, bytes)
      take()
    },
    ended(connection) {
      if (lines.get(connection)) capture?.ended(connection)
      lines.delete(connection)
    },
    keylog(line) {
      capture?.keylog(line)
      take()
    },
    heard: () => [...known.values()].map((each) => ({ ...each })),
    forget() {
      capture = undefined
      lines.clear()
      known.clear()
    },
  }
}

/** A head comes in one record. Of one that does not, and of what comes behind it, all is hidden that could be a secret. */
function hideOthers(up: boolean, { cookie, authorization }: Own): Hide {
  const hideAll = hideSecrets('http/1.1', up)
  let isFirst = true
  return (plain) => {
    const text = isFirst && up ? plain.toString('latin1') : ''
    isFirst = false
    return headIn(text) === undefined ? hideAll(plain) : Buffer.from(blotted(text, cookie(), authorization), 'latin1')
  }
}
