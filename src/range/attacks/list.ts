// The attacks that are made from a socket, each as it is: for the process that makes them.
import type { Attack } from '../attack.ts'
import { attack as downgrade } from './downgrade.ts'
import { attack as fragments } from './fragments.ts'
import { attack as guesses } from './guesses.ts'
import { attack as oversize } from './oversize.ts'
import { attack as pings } from './pings.ts'
import { attack as sessionReplay } from './session-replay.ts'
import { attack as slowLoris } from './slow-loris.ts'
import { attack as subprotocol } from './subprotocol.ts'
import { attack as ticketReplay } from './ticket-replay.ts'

export const byHand: readonly Attack[] = [
  ...[subprotocol, oversize, fragments, pings, slowLoris],
  ...[guesses, ticketReplay, sessionReplay, downgrade],
]
