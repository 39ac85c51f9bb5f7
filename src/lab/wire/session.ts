// Which key opens the next record of a direction: the state of a TLS session as its handshake messages set it.
import { connectionKeys, nextSecret, trafficKeys } from './derive.ts'
import * as handshake from './handshake.ts'
import type { ServerHello, WholeMessage } from './handshake.ts'
import { opener12, opener13 } from './protection.ts'
import type { Opener } from './protection.ts'
import { ALERT, CCS, DATA, HANDSHAKE } from './records.ts'
import type { Label, Secrets } from './secrets.ts'
import { suites } from './suites.ts'
import type { Suite } from './suites.ts'

/** What the two have agreed on, as far as it is known. */
export interface Facts {
  tls?: 'TLSv1.2' | 'TLSv1.3'
  cipher?: string
  alpn?: string
  /** It goes on from an earlier session: no certificate was sent. */
  resumed?: boolean
}

/** How far one direction is. */
export interface Side {
  up: boolean
  open: Opener | undefined
  /** TLS 1.3: whose keys are next. */
  stage: 'handshake' | 'application'
  secret: Buffer | undefined
  /** TLS 1.2: ChangeCipherSpec has passed. */
  isSealed: boolean
}

export interface Session {
  facts: Facts
  readonly clientRandom: Buffer | undefined
  /** @returns undefined for a record that is not sealed; `wait` when its secret has not come yet. */
  openerFor(side: Side, type: number): Opener | undefined | 'wait'
  /** ChangeCipherSpec has passed. */
  changed(side: Side): void
  read(side: Side, message: WholeMessage): void
}

const PRE_SHARED_KEY = 41

export function startSession(secrets: Secrets): Session {
  const facts: Facts = {}
  let client: { random: Buffer; sessionId: Buffer } | undefined
  let server: (ServerHello & { suite: number }) | undefined
  let suite: Suite | undefined

  /** What comes before it is sealed is read under any suite. */
  function known(): Suite {
    if (suite?.tls === server?.tls) return suite!
    throw new Error(`cipher suite ${server?.suite.toString(16)} is not known here`)
  }
  /** RFC 8446 §5: what is sealed has the outer type `data`; alerts before the keys, and ChangeCipherSpec (§D.4), are in the clear. */
  function opener13For(side: Side, type: number) {
    if (type !== DATA) return undefined
    if (side.open) return side.open
    side.secret = secret(side.up ? labels.up[side.stage] : labels.down[side.stage])
    if (!side.secret) return 'wait' as const
    return (side.open = opener13(known(), trafficKeys(known(), side.secret)))
  }
  /** RFC 5246 §7.1: everything behind ChangeCipherSpec is sealed. */
  function opener12For(side: Side) {
    if (!side.isSealed) return undefined
    if (side.open) return side.open
    const master = secret('CLIENT_RANDOM')
    if (!master) return 'wait' as const
    const keys = connectionKeys(known(), master, client!.random, server!.random)
    return (side.open = opener12(known(), side.up ? keys.up : keys.down))
  }
  const secret = (label: Label) => secrets.get(label)

  function readServerHello(body: Buffer) {
    const hello = handshake.readServerHello(body)
    if (hello.isRetry) return // the true one follows, after another ClientHello
    server = hello
    suite = suites.get(hello.suite)
    const { sessionId } = hello
    Object.assign(facts, {
      tls: `TLSv${hello.tls}`,
      ...(suite && { cipher: suite.name }),
      // TLS 1.3: a pre-shared key (RFC 8446 §4.2.11); TLS 1.2: the client's session id comes back (RFC 5246 §7.4.1.3).
      resumed:
        hello.tls === '1.3'
          ? hello.extensions.has(PRE_SHARED_KEY)
          : sessionId.length > 0 && sessionId.equals(client!.sessionId),
    })
    choose(hello.extensions) // TLS 1.2 says it here
  }
  function choose(extensions: Map<number, Buffer>) {
    const alpn = handshake.chosenProtocol(extensions)
    if (alpn !== undefined) facts.alpn = alpn
  }

  return {
    facts,
    get clientRandom() {
      return client?.random
    },
    openerFor(side, type) {
      if (server) return server.tls === '1.3' ? opener13For(side, type) : opener12For(side)
      if (type !== HANDSHAKE && type !== ALERT && type !== CCS) throw new Error('data before a ServerHello') // 0-RTT: not offered
      return undefined
    },
    changed(side) {
      if (server?.tls === '1.2') side.isSealed = true
    },
    read(side, { type, body }) {
      if (type === handshake.CLIENT_HELLO && side.up) client = handshake.readClientHello(body)
      else if (type === handshake.SERVER_HELLO && !side.up) readServerHello(body)
      if (server?.tls !== '1.3') return
      // TLS 1.3 says it sealed (RFC 8446 §4.3.1)
      if (type === handshake.ENCRYPTED_EXTENSIONS) choose(handshake.readExtensions(body, 0))
      else if (type === handshake.FINISHED) Object.assign(side, { stage: 'application', open: undefined })
      else if (type === handshake.KEY_UPDATE) {
        side.secret = nextSecret(known(), side.secret!) // RFC 8446 §4.6.3: of the one direction that it is sent in
        side.open = opener13(known(), trafficKeys(known(), side.secret))
      }
    },
  }
}

const labels = {
  up: { handshake: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET', application: 'CLIENT_TRAFFIC_SECRET_0' },
  down: { handshake: 'SERVER_HANDSHAKE_TRAFFIC_SECRET', application: 'SERVER_TRAFFIC_SECRET_0' },
} as const
