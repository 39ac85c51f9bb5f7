// A proof at the lab, as the page sees it: an account that is made up for one run, on a server of its own. As the lab tells it
// (`/lab/bench/ID/proof` and below); that it tells it so is checked by the compiler in test/told.test.ts.
import { LabError, send } from './lab.ts'

export interface ProofBegun {
  port: number
  /** Another way in to the same server: to this browser another origin. */
  asidePort: number
  name: string
  password: string
  /** Each good for one WebSocket. */
  tickets: [string, string]
  /** From where this page comes, as a server would log it. */
  address: string
  /** How long things are good in this lab. */
  ticketMs: number
  sessionIdleMs: number
  sessionMs: number
}
/** A handshake as it came to that server, but for the values of other cookies than this run's: they are asterisks. */
export interface Heard {
  lane: string
  /** ms since the epoch. */
  at: number
  request: string
  answer: string
}
/** What the same bytes, those asterisks among them, were answered when they came again; null when nothing came. */
export interface Replayed {
  lane: string
  again: number | null
  elsewhere: number | null
  afterLogout: number | null
}
export interface ProofReplayed {
  replayed: Replayed[]
  /** A ticket out of a URL that was refused, used as one should. */
  stolen: number | null
}

export interface ProofDesk {
  /** @throws LabError, TypeError: see `explain` */
  begin(): Promise<ProofBegun>
  /** Gives this browser the cookie of the account. @returns the field as the server wrote it */
  logIn(): Promise<string | null>
  heard(): Promise<Heard[]>
  replay(): Promise<ProofReplayed>
  /** One that was not begun, or is over, is over. */
  end(): Promise<void>
  /** At once: the page goes away. */
  leave(): void
}

/** Passwords are hashed for it, and many connections made. */
const PATIENCE_MS = 20_000

/** @param path of this page's bench at the lab */
export function proofDesk(path: (rest: string) => string): ProofDesk {
  let ending: Promise<void> | undefined = Promise.resolve()
  let last: Promise<unknown> = Promise.resolve()
  function post<Told>(rest: string): Promise<Told> {
    const answer = send<Told>('POST', path(`/proof${rest}`), undefined, PATIENCE_MS)
    last = answer.catch(() => undefined)
    return answer
  }
  const del = () => send<void>('DELETE', path('/proof'))
  return {
    async begin() {
      ending = undefined // before there is an answer: one that comes too late tells of a server all the same
      try {
        return await post<ProofBegun>('')
      } catch (error) {
        if (error instanceof LabError) ending = Promise.resolve()
        throw error
      }
    },
    logIn: async () => (await post<{ setCookie: string | null }>('/session')).setCookie,
    heard: async () => (await send<{ heard: Heard[] }>('GET', path('/proof'))).heard,
    replay: () => post('/replay'),
    // A cookie that is on its way has come first: it is taken away then.
    end: () => (ending ??= last.then(del).catch(() => undefined)),
    leave: () => (ending ? undefined : void del().catch(() => undefined)),
  }
}
