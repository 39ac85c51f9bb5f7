// The key log of a TLS server (the NSS format that Wireshark reads): secrets by the client's random.
import { LRUCache } from 'lru-cache'

/** What the labels mean: draft-ietf-tls-keylogfile §2. */
export type Label =
  | 'CLIENT_RANDOM' // TLS 1.2: the master secret
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0'

export interface Secrets {
  /** One line, as the event `keylog` has it. @returns the client's random as hex; undefined when it says nothing. */
  add(line: string): string | undefined
  get(clientRandom: Buffer, label: Label): Buffer | undefined
}

const LINE = /^([A-Z0-9_]+) ([0-9a-f]{64}) ([0-9a-f]{64,128})\s*$/i
const HANDSHAKES = 1024

export function keepSecrets(): Secrets {
  const byRandom = new LRUCache<string, Map<string, Buffer>>({ max: HANDSHAKES })
  return {
    add(line) {
      const [, label, random, secret] = LINE.exec(line) ?? []
      if (label === undefined || random === undefined || secret === undefined) return undefined
      const key = random.toLowerCase()
      const secrets = byRandom.get(key) ?? new Map<string, Buffer>()
      secrets.set(label, Buffer.from(secret, 'hex'))
      byRandom.set(key, secrets)
      return key
    },
    get: (clientRandom, label) => byRandom.get(clientRandom.toString('hex'))?.get(label),
  }
}
