// The answer of “The WebSocket handshake, step by step”: whether the accept was computed without the server, and what was refused. Pure.
import { duration, size } from '../../words.ts'
import type { Passed } from '../doors.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'
import { valueOf } from './handshake.ts'
import type { Heads } from './handshake.ts'

/** A handshake as the page sees it. */
export interface Tried {
  offered: string[]
  openedMs?: number
  closeCode?: number
  chosen: string
  extensions: string
  heads?: Heads
}
export interface Data {
  /** RFC 6455 §1.3. */
  example: { key: string; says: string; computed?: string }
  /** A key of this page’s own. */
  own: { key: string; computed?: string }
  right?: Tried
  wrong?: Tried
  passed?: Passed
  /** The accept that this page computed from the key on the wire. */
  computed?: string
  wireTrouble?: string
}

const ACCEPT = 'sec-websocket-accept'

export function answer(data: Data): Answer {
  const { example, right, wrong, passed, computed, wireTrouble } = data
  const { up, down } = right?.heads ?? {}
  const accept = valueOf(down, ACCEPT)
  // What the proof rests on: nothing but the key in the clear and a constant of the standard.
  const isProven = accept === undefined || computed === undefined ? undefined : accept === computed
  const exampleHolds = example.computed === example.says
  return {
    sentence: isProven
      ? `This page computed the server’s answer ${accept} from the key alone, without any secret of the server: everybody can.`
      : isProven === false
        ? `The server answered ${accept}, and this page computed ${computed}.`
        : `This page computed ${exampleHolds ? 'the accept of the RFC’s example' : 'another accept than the RFC’s for its example'}; ` +
          `its own WebSocket ${right?.openedMs === undefined ? 'did not open' : `opened in ${duration(right.openedMs)}`}, and what passed on the wire was not seen.`,
    details: [
      ...(up && down && passed
        ? [
            `The heads were ${size(up.bytes)} up and ${size(down.bytes)} down; with TLS and the hello ${size(passed.up)} and ${size(passed.down)}, paid once for a connection.`,
          ]
        : []),
      ...(up && right
        ? [
            `Offered extensions: ${valueOf(up, 'sec-websocket-extensions') ?? 'none'}; accepted: ${right.extensions || 'none'}. Offered subprotocol: ${right.offered.join(', ')}; chosen: ${right.chosen || 'none'}.`,
          ]
        : []),
      ...(wrong ? [fateOf(wrong)] : []),
      ...(wireTrouble ? [wireTrouble] : []),
    ],
    choice: isProven ? 1 : undefined, // without the bytes on the wire nothing was compared
    ...((isProven === false ||
      !exampleHolds ||
      right?.openedMs === undefined ||
      !wrong ||
      wrong.openedMs !== undefined) && {
      surprise:
        'A browser must refuse a wrong accept, and this server must take its own subprotocol and refuse an unknown one. Is something between them that answers handshakes by itself?',
    }),
  }
}

/** Of a handshake that offers what nobody speaks. */
function fateOf({ offered, openedMs, closeCode, heads }: Tried): string {
  const offering = `Offering ${offered.join(', ')}`
  if (openedMs !== undefined) return `${offering} was not refused.`
  const status = heads?.down?.start
  return (
    `${offering} ${status ? `was refused with ${status.replace('HTTP/1.1 ', '')}` : 'opened no WebSocket'}; ` +
    `the page saw ${closeCode === undefined ? 'nothing of it within its patience' : `only close code ${closeCode}`}.`
  )
}

export const table = ({ example, own, computed, right, wrong, passed }: Data): Table => {
  const { up, down } = right?.heads ?? {}
  return {
    caption: 'Values of the handshake',
    columns: ['what', 'value'],
    rows: [
      ['key of the example', example.key],
      ['accept computed', example.computed],
      ['accept in the RFC', example.says],
      ['own key', own.key],
      ['accept computed', own.computed],
      ['key on the wire', valueOf(up, 'sec-websocket-key')],
      ['accept on the wire', valueOf(down, ACCEPT)],
      ['accept computed', computed],
      ['offered subprotocol', right?.offered.join(', ')],
      ['chosen subprotocol', right?.chosen],
      ['offered extensions', valueOf(up, 'sec-websocket-extensions')],
      ['accepted extensions', right?.extensions],
      ['opened after, ms', right?.openedMs?.toFixed(1)],
      ['bytes up, with TLS', passed && String(passed.up)],
      ['bytes down, with TLS and the hello', passed && String(passed.down)],
      ['status for the wrong subprotocol', wrong?.heads?.down?.start],
      ['close code for the wrong subprotocol', wrong?.closeCode === undefined ? undefined : String(wrong.closeCode)],
    ],
  }
}
