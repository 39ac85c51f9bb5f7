// The run of “How a WebSocket proves who it is”: an account for this run, a WebSocket in each way, and then the same bytes again.
import { SUBPROTOCOL, TICKET } from '../../../src/core/subprotocol.ts'
import { LabError } from '../../lab.ts'
import type { ProofBegun, ProofDesk } from '../../proof.ts'
import { Trouble } from '../run.ts'
import type { Run } from '../run.ts'
import type { Data } from './answer.ts'
import type { Lane, Tried } from './handshake.ts'
import { statusOf } from './handshake.ts'

const PATIENCE_MS = 5000
const EYE_MS = 400

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.doorless()
  const { proof } = bench
  run.step('an account for this run')
  const begun = await begin(proof, bench.why)
  run.keep({ close: () => proof.end() })
  run.signal.throwIfAborted()
  const { name, password, tickets, address, ticketMs, sessionIdleMs, sessionMs } = begun
  const data: Data = { tries: [], ...{ address, ticketMs, sessionIdleMs, sessionMs } }
  const basic = btoa(`${name}:${password}`)
  const open = opener(run, begun)

  async function tried(lane: Lane, secret: string, words: string, act: () => unknown) {
    run.step(words)
    await act()
    data.tries.push({ lane, secret })
    await look(proof, data)
    run.show(data)
    await run.sleep(EYE_MS) // to be followed by eye
  }

  // Before there is a cookie, which would go with all of them; and at another port, where a browser may keep the password and send it unasked.
  await tried('token', tickets[0], 'a token in the URL', () => open('token', { query: `&token=${tickets[0]}` }))
  // Nor will the next ones come, and where a port is filtered each waits long.
  if (data.tries.every(({ request }) => request === undefined)) throw new Trouble(UNREACHED)
  await tried('userinfo', basic, 'name and password in the URL', async () => {
    const { thrown } = await open('userinfo', { userinfo: `${name}:${password}@`, port: begun.asidePort })
    if (thrown !== undefined) data.thrown = thrown
  })
  const offered = [SUBPROTOCOL, TICKET + tickets[1]]
  await tried('ticket', tickets[1], 'a ticket', () => open('ticket', { offered }))
  run.step('the same ticket again')
  const again = await open('ticket-again', { offered })
  data.second = { ...(again.closeCode !== undefined && { closeCode: again.closeCode }) }

  data.setCookie = (await proof.logIn()) ?? ''
  run.signal.throwIfAborted()
  const cookie = data.setCookie.split(';')[0]!
  data.isReadable = document.cookie.includes(cookie)
  let kept: Opened | undefined
  await tried('cookie', cookie.slice(cookie.indexOf('=') + 1), 'the cookie', async () => (kept = await open('cookie')))
  await tried('access-token', tickets[0], 'a token beside the cookie', () =>
    open('access-token', { query: `&access_token=${tickets[0]}` }),
  )
  await tried('basic', basic, 'a script with Basic', () => undefined) // it came before, by the lab

  run.step('the same bytes again')
  const { replayed, stolen } = await proof.replay()
  run.signal.throwIfAborted()
  data.stolen = stolen
  for (const { lane, ...statuses } of replayed)
    Object.assign(data.tries.find((each) => each.lane === lane) ?? {}, statuses)
  if (kept?.openedMs !== undefined) await run.until(() => kept?.closeCode !== undefined, PATIENCE_MS)
  if (kept?.closeCode !== undefined) data.closedWith = kept.closeCode
  run.show(data)
  await proof.end()
  return data
}

async function begin(proof: ProofDesk, why: string): Promise<ProofBegun> {
  try {
    return await proof.begin()
  } catch (error) {
    if (error instanceof LabError && error.status === 404) throw new Trouble(why || NO_PROOF)
    throw error
  }
}

/** What came to the server by now. */
async function look(proof: ProofDesk, data: Data) {
  const { tries, second } = data
  const heard = await proof.heard()
  const lastOf = (lane: string) => heard.findLast((each) => each.lane === lane)
  for (const each of tries) {
    const found = lastOf(each.lane)
    if (found)
      Object.assign(each, { request: found.request, answer: found.answer, at: found.at } satisfies Partial<Tried>)
  }
  const first = heard.find(({ lane }) => lane === 'userinfo')
  if (first) data.isOffered = /^www-authenticate:.*\bBasic /im.test(first.answer)
  const status = statusOf(lastOf('ticket-again')?.answer)
  if (second && status !== undefined) second.status = status
}

interface Opened {
  openedMs?: number
  closeCode?: number
  thrown?: string
}

function opener(run: Run<Data>, begun: ProofBegun) {
  return async (
    lane: string,
    { query = '', userinfo = '', offered = [SUBPROTOCOL], port = begun.port } = {},
  ): Promise<Opened> => {
    run.signal.throwIfAborted()
    const opened: Opened = {}
    const url = `wss://${userinfo}${location.hostname}:${port}/feed/wss?after=now&lane=${lane}${query}`
    const asked = performance.now()
    try {
      const socket = run.keep(new WebSocket(url, offered))
      socket.addEventListener('open', () => (opened.openedMs = performance.now() - asked))
      socket.addEventListener('close', ({ code }) => (opened.closeCode = code))
    } catch (error) {
      opened.thrown = (error as Error).message
      return opened
    }
    await run.until(() => opened.openedMs !== undefined || opened.closeCode !== undefined, PATIENCE_MS)
    return opened
  }
}

const NO_PROOF = 'This lab makes up no accounts for a page, so there is nothing to try.'
const UNREACHED =
  'No WebSocket of this page came to the server of this run: its port cannot be reached from here (a tunnel, or a container with one port?).'
