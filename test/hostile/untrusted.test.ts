// FAULTS T3, F21: certificates that no client may believe. Each of our clients says why, and sends not one byte of HTTP.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openAuthority } from '../../certs/authority.ts'
import type { Credentials } from '../../certs/issue.ts'
import { messageOf } from '../../src/cli/cause.ts'
import { clients, transportNames } from '../../transports/clients.ts'
import { nodePlatform } from '../../transports/platform.ts'
import { httpVersions, startTestLab } from '../lab.ts'

const DAY_MS = 86_400_000
let directory: string
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'wirelab-untrusted-'))))
afterEach(() => void vi.useRealTimers())
afterAll(() => rm(directory, { recursive: true }))

/** What a server shows, whom its clients trust, and what they must say. */
const cases: [name: string, daysAgo: number, host: string, isTrusted: boolean, why: RegExp][] = [
  [
    'an authority that nobody named',
    0,
    'localhost',
    false,
    /self-signed certificate in certificate chain|unable to (verify|get local issuer)/i,
  ],
  ['expired', 400, 'localhost', true, /certificate has expired/i],
  ['not yet valid', -30, 'localhost', true, /certificate is not yet valid/i],
  ['of another host', 0, 'other.example', true, /does not match certificate's altnames|altnames/i],
]

for (const [name, daysAgo, host, isTrusted, why] of cases)
  describe(`T3 a certificate: ${name}`, () => {
    let made: { ca: string; leaf: Credentials }
    beforeAll(async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - daysAgo * DAY_MS })
      made = await openAuthority(join(directory, name.replaceAll(' ', '-')), [host])
      vi.useRealTimers()
    })
    for (const transport of transportNames)
      for (const http of httpVersions)
        test(`T3 ${name} → refused before a byte of HTTP is sent (${transport} over HTTP/${http})`, async () => {
          const lab = await startTestLab({ credentials: made.leaf })
          const platform = nodePlatform({ http, ...(isTrusted && { ca: made.ca }) })
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
