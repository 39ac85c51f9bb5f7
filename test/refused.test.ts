// A WebSocket that did not open, in a browser, which tells nobody why: the client asks the feed once, in a way that no server has to refuse.
import { expect, test } from 'vitest'
import type { Lab } from '../src/server/start.ts'
import { connect } from '../transports/wss/client.ts'
import { nodePlatform } from '../transports/platform.ts'
import { startTestLab } from './lab.ts'

/** As a browser's is when the upgrade failed: an error without a word, then 1006. */
class Unopened extends EventTarget {
  constructor() {
    super()
    setTimeout(() => {
      this.dispatchEvent(new Event('error'))
      this.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' }))
    })
  }
  close() {
    // it is
  }
}

/** @returns what was answered, and what became of the line. */
async function settled(lab: Lab, after: string) {
  const platform = nodePlatform({ ca: lab.authority!.ca })
  const statuses: number[] = []
  const end = await new Promise<[state: string, cause: string]>((resolve) => {
    const connection = connect({
      ...{ origin: lab.url, after: after as 'now', onEvent: () => undefined },
      platform: {
        ...platform,
        WebSocket: Unopened as unknown as typeof WebSocket,
        async fetch(input, init) {
          const answer = await platform.fetch(input, init)
          statuses.push(answer.status)
          return answer
        },
      },
      onState(state, cause) {
        if (state === 'connecting') return
        resolve([state, String(cause)])
        connection.close()
      },
    })
  })
  await platform.close()
  return { statuses, end }
}

test('where the feed may be read the answer is no error; the line is tried again, and says that it is the upgrade', async () => {
  const lab = await startTestLab()
  expect(await settled(lab, 'now')).toEqual({
    statuses: [200],
    end: ['waiting', expect.stringMatching(/^Error: wss: the upgrade did not work \(1006\), while HTTP answers 200/)],
  })
  const { statuses, end } = await settled(lab, 'nowhere')
  expect([statuses, end[0]]).toEqual([[400], 'closed'])
  expect(end[1]).toMatch(/^Error: wss: HTTP 400: /)
  await lab.close()
})

test('where it needs a key the answer says so, and that is the end', async () => {
  const lab = await startTestLab({ auth: 'required' })
  const { statuses, end } = await settled(lab, 'now')
  expect([statuses, end[0]]).toEqual([[401], 'closed'])
  await lab.close()
})
