// What a wire view must not show: a session that scripts cannot read (HttpOnly) shall not be read from its own bytes, or off a wall.

const FIELD = /^((?:cookie|set-cookie|authorization|proxy-authorization): *)([^\r\n]+)/gim

/** The same length, with asterisks for the values of header fields that prove who asks. HTTP/1.1 only: what HPACK packs is not hidden. */
export function withoutSecrets(plain: Buffer): Buffer {
  if (!/^(?:[A-Z]{3,10} \S+ HTTP\/1|HTTP\/1)/.test(plain.subarray(0, 4096).toString('latin1'))) return plain
  const end = plain.indexOf('\r\n\r\n')
  const head = plain.subarray(0, end < 0 ? plain.length : end).toString('latin1')
  const hidden = head.replace(FIELD, (_, name: string, value: string) => name + '*'.repeat(value.length))
  return Buffer.concat([Buffer.from(hidden, 'latin1'), plain.subarray(head.length)])
}
