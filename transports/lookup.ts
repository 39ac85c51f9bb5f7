// What browsers and curl do with names below localhost, for Node: they are this machine (RFC 6761 §6.3), whatever its resolver knows.
import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

export const lookupLocal: LookupFunction = (host, options, done) => {
  lookup(/\.localhost\.?$/i.test(host) ? 'localhost' : host, options, done)
}
