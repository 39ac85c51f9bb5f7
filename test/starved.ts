// A lab in a process without a free descriptor, which is told to make a storm: tells on stdout what became of it. For storm.test.ts.
import { closeSync, openSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { benchRoom } from '../src/lab/room.ts'
import type { StormState } from '../src/lab/storm/storm.ts'
import { sleep, startTestLab } from './lab.ts'

const lab = await startTestLab({ lab: benchRoom() })
/** One connection for all that is asked: there is no descriptor for another one. */
const agent = new Agent({ ca: lab.authority!.ca, keepAlive: true, maxSockets: 1 })

function ask(method: string, path: string, body = '') {
  const headers = { authorization: `Bearer ${lab.publishKey}`, 'content-type': 'application/json' }
  return new Promise<{ status: number; body: { id: string; storm: StormState } }>((resolve, reject) => {
    const asked = request(`${lab.url}${path}`, { method, headers, agent }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.once('end', () => {
        resolve({ status: answer.statusCode!, body: JSON.parse(text) as { id: string; storm: StormState } })
      })
    })
    asked.once('error', reject).end(body)
  })
}

/** Begins a storm and waits for its end. */
async function storm() {
  const order = { transport: 'sse', lane: 'sse', clients: 3, jitter: false }
  const { status } = await ask('POST', `${bench}/storm`, JSON.stringify(order))
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
    held.push(openSync('/dev/null', 'r'))
  } catch (error) {
    full = (error as NodeJS.ErrnoException).code!
  }
const starved = await storm()
for (const each of held) closeSync(each)
const fed = await storm()
agent.destroy()
const { forced } = await lab.close()
process.stdout.write(JSON.stringify({ full, starved, fed, forced, uncaught: lab.metrics.uncaught }))
