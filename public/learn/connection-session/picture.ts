// The picture of “Connection against session”: the two sockets and the requests on one time axis.
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import type { Data, Line } from './answer.ts'
import { TOTAL_MS } from './run.ts'

function spansOf({ states }: Line) {
  return states.flatMap(({ at, state }, index) => {
    const to = states[index + 1]?.at
    if ((state === 'connecting' && index === 0) || state === 'closed') return []
    return [
      { from: at, ...(to !== undefined && { to }), kind: state === 'open' ? ('open' as const) : ('away' as const) },
    ]
  })
}

export const picture = drawn(({ lines, asked, cutAt }: Data) =>
  timeline({
    to: TOTAL_MS,
    rows: [
      ...lines.map((line, index) => ({
        ...{ name: `WebSocket ${index + 1}`, note: 'its own connection', lane: 'wss', spans: spansOf(line) },
        marks: [
          ...line.events.map(({ at }) => ({ at, kind: 'event' as const })),
          ...(cutAt === undefined ? [] : [{ at: cutAt, kind: 'request' as const }]),
        ],
      })),
      ...([true, false] as const).map((withCookie) => {
        const mine = asked.filter((each) => each.withCookie === withCookie)
        return {
          name: withCookie ? 'POST with the cookie' : 'POST without it',
          note: mine.length > 0 ? `answered ${mine.map(({ status }) => status).join(', ')}` : 'not yet',
          lane: 'polling',
          spans: [],
          marks: mine.map(({ at, status }) => ({ at, kind: status === 201 ? ('event' as const) : ('lost' as const) })),
        }
      }),
    ],
    legend: {
      open: 'the socket is open',
      away: 'no connection',
      event: 'an event is read; a request is answered 201',
      lost: 'refused',
      request: 'the lab resets both connections',
    },
  }),
)
