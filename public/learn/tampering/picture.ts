// The picture of “Tampering”: the payment as each of the lab’s clients got it; and this page’s streams, with the flip, on one time axis.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import { clientName } from './answer.ts'
import type { Client, Data, Line } from './answer.ts'

const LEAST_MS = 4000

export const picture = drawn(({ clients, lines }: Data) => {
  const versions = [...new Set(lines.map(({ version }) => version))]
  return html`${
    clients.length > 0
      ? html`<h4>A payment of ${clients[0]!.sent}, one bit flipped on the way</h4>
          <ul class="cells wide">
            ${clients.map(cell)}
          </ul>`
      : ''
  }
  ${versions.map((version) =>
    streams(
      version,
      lines.filter((line) => line.version === version),
    ),
  )}`
})

function cell(client: Client): TemplateResult {
  const { sent, got, ended, alerts, isAltered } = client
  const end =
    ended === undefined ? 'it noticed nothing' : `its connection ended${alerts[0] ? `, alert ${alerts[0]}` : ''}`
  return html`<li data-state=${got !== undefined && got !== sent ? 'hangs' : ''}>
    <b>${got === undefined ? 'got nothing' : `got ${got}`}</b>
    <p>${clientName(client)}; ${isAltered ? end : 'no bit was flipped'}</p>
  </li>`
}

function streams(version: string, lines: readonly Line[]): TemplateResult {
  const last = Math.max(LEAST_MS, ...lines.flatMap(({ events, states }) => [...events, ...states].map(({ at }) => at)))
  return html`<h4>This page’s streams over TLS ${version}</h4>
    ${timeline({
      rows: lines.map((line) => ({
        ...{ name: line.transport, lane: line.transport, spans: spansOf(line) },
        note: line.alert ? `alert ${line.alert.name}, seen as ${line.alert.outer}` : '',
        marks: [
          ...line.events.map(({ at }) => ({ at, kind: 'event' as const })),
          ...(line.flippedAt === undefined ? [] : [{ at: line.flippedAt, kind: 'request' as const }]),
        ],
      })),
      to: last,
      legend: {
        open: 'the line is open',
        away: 'no line',
        event: 'an event is read',
        request: 'the next record is to be altered',
      },
    })}`
}

function spansOf({ states }: Line) {
  return states.flatMap(({ at, state }, index) => {
    const to = states[index + 1]?.at
    if ((state === 'connecting' && index === 0) || state === 'closed') return []
    return [
      { from: at, ...(to !== undefined && { to }), kind: state === 'open' ? ('open' as const) : ('away' as const) },
    ]
  })
}
