// What polling and long polling share on the client side: ask for a page, hand its events on, ask again.
import { parseObject } from '../src/core/event.ts'
import { reader } from '../src/core/reader.ts'
import type { ConnectOptions, Connection } from './contract.ts'
import { refusalOf, retrying, settle, watchdog } from './retry.ts'

export interface Asking {
  name: string
  /** Beyond `after` and `limit`: what this question says. `first` is the first of a connection. */
  query(first: boolean): string
  /** Nothing heard for so long means a dead line. */
  timeoutMs: number
  /** Milliseconds until the next question. */
  pauseMs: number
}

const LIMIT = 1000
/** Of one answer: as much as a whole log holds, unless it was told otherwise. A server that lies may never end one. */
const PAGE_BYTES = 64 * 2 ** 20

export function asking({ name, query, timeoutMs, pauseMs }: Asking, options: ConnectOptions): Connection {
  const { origin, after = 'now', platform = globalThis, onEvent, onGap, onState } = options
  const position = reader(after, onEvent, onGap)

  return retrying(onState, (line) => {
    const abort = new AbortController()
    const alive = watchdog(timeoutMs + pauseMs, () => {
      const dead = new Error(`${name}: no answer; the line is dead`)
      abort.abort(dead) // the reason tells the platform to take another connection
      line.lost(dead)
    })
    let timer: ReturnType<typeof setTimeout> | undefined
    let first = true

    const ask = () => void exchange().catch((error: unknown) => line.lost(error))

    async function exchange() {
      const url = `${origin}/feed/${name}?after=${position.cursor}&limit=${LIMIT}${query(first)}`
      alive.feed()
      const response = await platform.fetch(url, { signal: abort.signal })
      if (!response.ok) return settle(line, name, await refusalOf(response))
      const body = await readText(response, alive.feed)
      if (line.over) return
      if (first) line.opened()
      first = false

      const { cursor, events, gap } = parseObject(body)
      if (!Array.isArray(events)) throw new SyntaxError(`${name}: expected {"cursor","events":[…]}`)
      if (gap !== undefined) position.gap(gap)
      for (const event of events) {
        if (line.over) return // closed by whom we handed the last one to
        position.event(event)
      }
      position.start(cursor)
      if (!line.over) timer = setTimeout(ask, events.length === LIMIT ? 0 : pauseMs)
    }

    ask()
    return () => {
      abort.abort()
      alive.stop()
      clearTimeout(timer)
    }
  })
}

/** A large answer over a slow line is no dead line: `heard` is called for every piece of it. @throws Error when it does not end */
async function readText({ body }: Response, heard: () => void): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (let [text, bytes] = ['', 0]; ;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    heard()
    bytes += value.length
    if (bytes > PAGE_BYTES) throw new Error(`expected an answer of at most ${PAGE_BYTES / 2 ** 20} MiB; more came`)
    text += decoder.decode(value, { stream: true })
  }
}
