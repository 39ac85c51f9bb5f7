// FAULTS T3, F21: servers that no client may believe. Each of our clients says why, and sends not one byte of HTTP.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAuthority } from '../../certs/authority.ts'
import type { Authority } from '../../certs/authority.ts'
import type { Credentials } from '../../certs/issue.ts'
import { kindOf, names } from '../../src/broken/kinds.ts'
import type { KindName } from '../../src/broken/kinds.ts'
import { messageOf } from '../../src/cli/cause.ts'
import { clients, transportNames } from '../../transports/clients.ts'
import { nodePlatform } from '../../transports/platform.ts'
import { httpVersions, startTestLab } from '../lab.ts'

let certs: string
let authority: Authority
beforeAll(async () => {
  certs = await mkdtemp(join(tmpdir(), 'wirelab-untrusted-'))
  authority = await openAuthority(certs, names)
})
afterAll(() => rm(certs, { recursive: true }))

/** What a server shows to clients that trust our authority, and what they must say. One that is revoked they cannot tell: test/broken.test.ts. */
const cases: Record<Exclude<KindName, 'revoked'>, [name: string, why: RegExp]> = {
  'unknown-root': ['an authority that nobody named', /unable to (verify|get local issuer)/i],
  expired: ['expired', /certificate has expired/i],
  'not-yet-valid': ['not yet valid', /certificate is not yet valid/i],
  'wrong-host': ['of another host', /does not match certificate's altnames|altnames/i],
  'self-signed': ['signed by itself', /self-signed certificate/i],
  'missing-intermediate': ['without its intermediate', /unable to verify the first certificate/i],
  'weak-key': ['with a key of 1024 bits', /key too (weak|small)/i],
  'old-protocol': ['over TLS 1.0', /TLS: .*protocol/i],
  anonymous: ['of nobody (aNULL)', /TLS: .*handshake failure/i],
}

for (const [kind, [name, why]] of Object.entries(cases) as [KindName, [string, RegExp]][])
  describe(`T3 a certificate: ${name}`, () => {
    let credentials: Credentials
    beforeAll(async () => void (credentials = await kindOf(kind).make({ authority, certs })))
    for (const transport of transportNames)
      for (const http of httpVersions)
        test(`T3 ${name} → refused before a byte of HTTP is sent (${transport} over HTTP/${http})`, async () => {
          const { weakened } = kindOf(kind)
          const lab = await startTestLab({ credentials, ...(weakened && { rules: { weakened } }) })
          const platform = nodePlatform({ http, ca: authority.ca })
          const states: string[] = []
          const cause = await new Promise<unknown>((resolve) => {
            const connection = clients[transport]({
              ...{ origin: lab.url, platform, onEvent: () => undefined },
              onState(state, reason) {
                states.push(state)
                if (reason === undefined) return
                connection.close()
                resolve(reason)
              },
            })
          })
          expect(messageOf(cause)).toMatch(why)
          expect(states).not.toContain('open')
          await platform.close()
          expect(await lab.close()).toEqual({ forced: false })
          expect(lab.wire.total().plain.up, 'bytes of HTTP').toBe(0)
        })
  })
