// A lab in a process without a free descriptor, which is told to make a storm: tells on stdout what became of it. For storm.test.ts.
import { closeSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { benchRoom } from '../src/lab/room.ts'
import type { StormState } from '../src/lab/storm/storm.ts'
import { nodePlatform } from '../transports/platform.ts'
import { certs, sleep, startTestLab } from './lab.ts'

const lab = await startTestLab({ lab: benchRoom() })
const platform = nodePlatform({ ca: lab.authority!.ca, headers: { authorization: `Bearer ${lab.publishKey}` } })

async function ask(method: string, path: string, body?: unknown) {
  const response = await platform.fetch(`${lab.url}${path}`, {
    ...{ method, headers: { 'content-type': 'application/json' } },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as { id: string; storm: StormState } }
}

/** Begins a storm and waits for its end. */
async function storm() {
  const order = { transport: 'sse', lane: 'sse', clients: 3, jitter: false }
  const { status } = await ask('POST', `${bench}/storm`, order)
  for (let n = 0; n < 200; n++) {
    const { phase, why } = (await ask('GET', bench)).body.storm
    if (phase === 'done' || phase === 'failed') return { status, phase, why }
    await sleep(50)
  }
  return { status, phase: 'without an end', why: undefined }
}

const bench = `/lab/bench/${(await ask('POST', '/lab/bench')).body.id}`
const held: number[] = []
let full = ''
while (full === '')
  try {
    held.push(openSync('/dev/null'))
  } catch (error) {
    full = (error as NodeJS.ErrnoException).code!
  }
const starved = await storm()
for (const each of held) closeSync(each)
const fed = await storm()
await platform.close()
const { forced } = await lab.close()
await rm(certs, { recursive: true })
process.stdout.write(JSON.stringify({ full, starved, fed, forced, uncaught: lab.metrics.uncaught }))
