// curl, as the README has it: all that is plain HTTP, over HTTP/1.1 and HTTP/2, with our CA.
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lab } from '../src/server/start.ts'
import { certs, publish, startTestLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  expect(spawnSync('curl', ['--version']).status, 'this test needs curl: apt-get install curl').toBe(0)
  lab = await startTestLab()
  await publish(lab, 3)
})
afterAll(async () => {
  await lab.close()
})

/** What curl prints; a stream is read for a second, and curl's own time-out (28) is how that ends. */
async function curl(...args: string[]): Promise<string> {
  const run = promisify(execFile)('curl', ['--silent', '--show-error', '--cacert', join(certs, 'ca.pem'), ...args])
  const { stdout } = await run.catch((error: { code: number; stdout: string; stderr: string }) => {
    expect([error.code, error.stderr]).toEqual([28, expect.stringMatching(/timed out/)])
    return error
  })
  return stdout
}

describe.each(['--http1.1', '--http2'])('curl %s follows', (http) => {
  const epoch = () => lab.feed.epoch

  test('polling', async () => {
    const { cursor, events } = JSON.parse(await curl(http, `${lab.url}/feed/polling?after=earliest&limit=3`)) as {
      cursor: string
      events: unknown[]
    }
    expect([cursor, events.length]).toEqual([`${epoch()}.3`, 3])
  })

  test('long polling, by its URL and by Prefer', async () => {
    for (const prefers of [false, true]) {
      const { tail } = lab.feed
      const args = prefers
        ? ['-H', 'Prefer: wait=10', `${lab.url}/feed?after=${tail}`]
        : [`${lab.url}/feed/long-polling?after=${tail}`]
      const answer = curl(http, ...args)
      await new Promise((resolve) => setTimeout(resolve, 300))
      const [event] = await publish(lab, 1)
      expect(JSON.parse(await answer)).toEqual({ cursor: event!.id, events: [event] })
    }
  })

  test('SSE', async () => {
    const stream = await curl(http, '--no-buffer', '--max-time', '1', `${lab.url}/feed/sse?after=${epoch()}.1`)
    expect(stream).toContain(`\nid:${epoch()}.2\ndata:{"id":"${epoch()}.2",`)
  })
})

test('a stream that has ended: over HTTP/1.1 its connection has too, over HTTP/2 the next question finds it', async () => {
  const short = await startTestLab({ limits: { sseAgeMs: 1000 } })
  const discarded = ['--output', '/dev/null', '--output', '/dev/null', '--write-out', '%{http_code} %{num_connects} ']
  const asked = [...discarded, `${short.url}/feed/sse`, `${short.url}/healthz`]
  expect(await curl('--http1.1', ...asked)).toBe('200 1 200 1 ')
  expect(await curl('--http2', ...asked)).toBe('200 1 200 0 ')
  await short.close()
})
