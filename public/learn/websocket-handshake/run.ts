// The run of “The WebSocket handshake, step by step”: accepts computed here, a real handshake, a refused one, and their bytes.
import { SUBPROTOCOL } from '../../../src/core/subprotocol.ts'
import type { Bench } from '../../bench.ts'
import { LabError } from '../../lab.ts'
import { countedAt, overHttp1, passed } from '../doors.ts'
import type { Run } from '../run.ts'
import type { Data, Tried } from './answer.ts'
import { acceptOf, headsOf, newKey, valueOf } from './handshake.ts'

const WRONG = 'nobody.v9'
const PATIENCE_MS = 4000
const DOOR = 'wss'

export async function run(run: Run<Data>): Promise<Data> {
  const data: Data = {
    example: { key: 'dGhlIHNhbXBsZSBub25jZQ==', says: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' },
    own: { key: newKey() },
  }
  const step = async (words: string) => {
    run.step(words)
    run.show(data)
    await run.sleep(500) // to be followed by eye
  }
  await step('the example of the RFC')
  data.example.computed = await acceptOf(data.example.key)
  await step('a key of our own')
  data.own.computed = await acceptOf(data.own.key)
  await step('a real handshake')

  const bench = await run.bench()
  await overHttp1(bench, [DOOR])
  const before = await countedAt(bench, DOOR)
  data.right = await attempt(run, bench, [SUBPROTOCOL])
  data.passed = passed(before, await countedAt(bench, DOOR))
  await step('a subprotocol that nobody speaks')
  data.wrong = await attempt(run, bench, [WRONG])
  await step('the bytes on the wire')
  Object.assign(data, await readWire(bench, data.right, data.wrong))
  await step('')
  return data
}

async function attempt(run: Run<Data>, bench: Bench, offered: string[]): Promise<Tried> {
  const tried: Tried = { offered, chosen: '', extensions: '' }
  const asked = performance.now()
  const url = `${bench.door(DOOR).origin.replace(/^http/, 'ws')}/feed/wss?after=now`
  const socket = run.keep(new WebSocket(url, offered))
  socket.addEventListener('open', () => {
    tried.openedMs = performance.now() - asked
    tried.chosen = socket.protocol
    tried.extensions = socket.extensions
  })
  socket.addEventListener('close', ({ code }) => (tried.closeCode = code))
  await run.until(() => tried.openedMs !== undefined || tried.closeCode !== undefined, PATIENCE_MS)
  await run.sleep(150) // the hello is still coming
  socket.close()
  return tried
}

/** Gives both the heads that passed the door. @returns the accept of the key on the wire, or why there is none. */
async function readWire(bench: Bench, right: Tried, wrong: Tried): Promise<Pick<Data, 'computed' | 'wireTrouble'>> {
  try {
    const heads = headsOf(await bench.wire(DOOR, 0)).filter(({ up }) => valueOf(up, 'sec-websocket-key'))
    for (const tried of [right, wrong]) {
      const own = heads.find(({ up }) => valueOf(up, 'sec-websocket-protocol') === tried.offered.join(', '))
      if (own) tried.heads = own
    }
    const key = valueOf(right.heads?.up, 'sec-websocket-key')
    return key === undefined ? { wireTrouble: NO_KEY } : { computed: await acceptOf(key) }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return { wireTrouble: `This lab shows no bytes of its doors (${error.message}).` }
  }
}

const NO_KEY = 'The lab’s capture did not hold the handshake.'
