// Run in a network of its own (test/loss.test.ts): a lab and clients of each transport on a loopback that loses segments. Prints what the
// history checker says of each.
import { transportNames } from '../transports/clients.ts'
import { follow, httpVersions, open, publish, sleep, startTestLab } from './lab.ts'

const EVENTS = 300
const lab = await startTestLab({ limits: { heartbeatMs: 1000, retryMs: 20 } })
const followers = transportNames.flatMap((transport) =>
  httpVersions.map((http) => ({
    name: `${transport} over HTTP/${http}`,
    follower: follow(lab, { transport, http, pollMs: 100 }),
  })),
)
await Promise.all(followers.map(({ follower }) => open(follower)))
for (let n = 0; n < EVENTS; n++) {
  await publish(lab, 1)
  await sleep(20)
}
const verdicts: Record<string, unknown> = {}
for (const { name, follower } of followers) {
  await follower.until(() => follower.events.at(-1)?.id === lab.feed.tail, `the last event of ${name}`, 60_000)
  verdicts[name] = { ...follower.verdict(), events: follower.events.length }
  await follower.close()
}
await lab.close()
process.stdout.write(JSON.stringify({ expected: EVENTS, uncaught: lab.metrics.uncaught, verdicts }))
