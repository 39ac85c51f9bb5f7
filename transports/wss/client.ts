// WSS, client side: one socket, messages as they come; we resume, back off and watch ourselves, for WebSocket has none of it.
import { reader } from '../../src/core/reader.ts'
import { parseObject } from '../../src/core/event.ts'
import { isTerminalCode } from '../../src/core/backoff.ts'
import type { Connect } from '../contract.ts'
import { SUBPROTOCOL } from '../../src/core/subprotocol.ts'
import { retrying, settle, watchdog, whyRefused } from '../retry.ts'

/** Until the hello says how often the server beats. */
const FIRST_WORD_MS = 10_000

export const connect: Connect = (options) => {
  const { origin, after = 'now', platform = globalThis, onEvent, onGap, onState } = options
  const position = reader(after, onEvent, onGap)

  return retrying(onState, (line) => {
    const from = position.cursor
    const socket = new platform.WebSocket(`${origin.replace(/^http/, 'ws')}/feed/wss?after=${from}`, SUBPROTOCOL)
    const alive = watchdog(FIRST_WORD_MS, () => line.lost(new Error('wss: no heartbeat; the line is dead')))
    let opened = false
    let failure: unknown

    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (line.over) return // close() is a handshake: what was under way still comes in
      alive.feed()
      try {
        take(parseObject(data))
      } catch (error) {
        line.lost(error) // not an event, or events are missing: resume at the cursor
      }
    })

    function take(message: ReturnType<typeof parseObject>) {
      if ('id' in message) position.event(message)
      else if ('gap' in message) position.gap(message.gap)
      else if ('heartbeat' in message) position.heartbeat(message.heartbeat)
      else if ('hello' in message) {
        const { cursor, heartbeatMs } = message.hello as { cursor: string; heartbeatMs: number }
        position.start(cursor)
        alive.feed(2.5 * heartbeatMs)
        opened = true
        line.opened()
      } else throw new SyntaxError('wss: neither an event nor a control message')
    }

    socket.addEventListener('error', (event) => {
      failure = event
    })
    socket.addEventListener('close', ({ code, reason }) => {
      const cause = new Error(`wss: closed with ${code}${reason && ` (${reason})`}`, { cause: failure })
      if (isTerminalCode(code)) line.ended(cause)
      else if (opened || line.over) line.lost(cause)
      // Refused before it opened. A question of the same feed is refused for the same reasons, but for the upgrade: then why, nobody knows.
      else
        whyRefused(failure, `${origin}/feed/polling?after=${from}&limit=1`, platform.fetch).then(
          (refused) => (refused.status === 200 ? line.lost(unopened(code, failure)) : settle(line, 'wss', refused)),
          (error: unknown) => line.lost(new Error(cause.message, { cause: error })),
        )
    })

    return () => {
      alive.stop()
      socket.close()
    }
  })
}

/** Where HTTP is answered and the upgrade alone does not work. What is in between may change, so the line is tried again, and says why it waits. */
const unopened = (code: number, cause: unknown) =>
  new Error(
    `wss: the upgrade did not work (${code}), while HTTP answers 200; if it stays so, something on the way does not pass WebSockets on`,
    { cause },
  )
