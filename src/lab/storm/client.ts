// One client of a storm: a lean reader on a line of its own, which comes back by itself when it loses it.
import type { SecureContext } from 'node:tls'
import { openLine, openLineOverHttp2 } from '../../../bench/line.ts'
import type { Ends, Line, TlsVersion } from '../../../bench/line.ts'
import { ours, oursOverHttp2 } from '../../../bench/wires/ours.ts'
import type { TransportName } from '../../../transports/clients.ts'
import { backoffMs } from '../../core/backoff.ts'

export interface StormOptions {
  transport: TransportName
  clients: number
  jitter: boolean
  port: number
  /** Where the door listens. */
  host: string
  /** Whom its certificate names. */
  name: string
  /** As it stands in `Host`. */
  authority: string
  authorization?: string
  http: '1.1' | '2'
  tls: TlsVersion
  /** PEM: the authority, or the server's own certificate. */
  ca: string
  /** Of the lab's clock: see `hostClock`. */
  offset: number
}

export interface StormClient {
  connect(): void
  /** Breaks its line, if it has one, and comes back after so long; for good without a time. */
  drop(backAfterMs?: number): void
}

export interface StormEars {
  attempt(): void
  opened(): void
  /** What was open is not any more. */
  closed(): void
  /** Why it has no line now, and whether trying again would only end the same. */
  lost(why: string, isFinal: boolean): void
}

/** This door will not have it: no key, another Origin, another name (RFC 9110 §15.5). */
const REFUSED = /HTTP(?:\/1\.1)? (?:401|403|421)\b/
/** Codes of Node and OpenSSL for a certificate that is not trusted, and for TLS that does not fit. */
const NO_TLS = /^ERR_(?:TLS|SSL)|CERT|^UNABLE_TO/

const POLL_MS = 1000
/** Whoever comes back without jitter tries again after this long, like all others. */
const FIXED_MS = 1000

export function stormClient(options: StormOptions, secureContext: SecureContext, ears: StormEars): StormClient {
  const { transport, port, host, name, authority, authorization, http, jitter } = options
  let current: Line | undefined
  let cursor: string | undefined
  let isOpen = false
  let failures = 0
  let timer: NodeJS.Timeout | undefined

  function connect() {
    ears.attempt()
    const lost = (why: string, isFinal = REFUSED.test(why)) => {
      if (current !== line) return
      ears.lost(why, isFinal)
      drop(jitter ? backoffMs(failures++) : FIXED_MS)
    }
    const ends: Ends = {
      onChunk(_, read) {
        if (current !== line) return
        try {
          const { failed, events, open } = read()
          if (failed !== undefined) return lost(failed)
          cursor = events.at(-1)?.id ?? cursor
          if (!open || isOpen) return
        } catch (error) {
          return lost((error as Error).message) // no answer of ours
        }
        isOpen = true
        failures = 0
        ears.opened()
      },
      pause: (then) => void setTimeout(() => current === line && then(), POLL_MS),
      onSent: () => undefined,
      onEnd: (cause: NodeJS.ErrnoException | undefined) =>
        lost(cause?.message ?? 'the line broke', NO_TLS.test(cause?.code ?? '')),
    }
    const way = { port, host, name, secureContext, http }
    const target = {
      ...{ authority, path: `/feed/${transport}` },
      ...(authorization !== undefined && { authorization }),
      ...(cursor !== undefined && { after: cursor }),
    }
    const line: Line =
      http === '2'
        ? openLineOverHttp2(way, oursOverHttp2[transport], target, ends)
        : openLine(way, ours[transport], target, ends)
    current = line
  }

  function drop(backAfterMs?: number) {
    clearTimeout(timer)
    const line = current
    current = undefined
    line?.destroy()
    if (isOpen) ears.closed()
    isOpen = false
    if (backAfterMs !== undefined) timer = setTimeout(connect, backAfterMs)
  }
  return { connect, drop }
}
