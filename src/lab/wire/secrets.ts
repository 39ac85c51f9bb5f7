// The key log of a TLS server (the NSS format that Wireshark reads), line by line.

/** What the labels mean: draft-ietf-tls-keylogfile §2. */
export type Label =
  | 'CLIENT_RANDOM' // TLS 1.2: the master secret
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0'

/** Of one handshake, by label. */
export type Secrets = Map<string, Buffer>

const LINE = /^([A-Z0-9_]+) ([0-9a-f]{64}) ([0-9a-f]{64,128})\s*$/i

/** One line, as the event `keylog` has it; `random`, the client's, as hex. @returns undefined when it says nothing. */
export function readKeyLine(line: string): { label: string; random: string; secret: Buffer } | undefined {
  const [, label, random, secret] = LINE.exec(line) ?? []
  if (label === undefined || random === undefined || secret === undefined) return undefined
  return { label, random: random.toLowerCase(), secret: Buffer.from(secret, 'hex') }
}
