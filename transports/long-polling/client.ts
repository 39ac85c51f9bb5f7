// Long polling, client side: ask, let the server hold the answer until there is something to say, ask again at once.
import { asking } from '../asking.ts'
import type { Connect } from '../contract.ts'

const WAIT_S = 25

/** The first question does not wait: it only finds out where we stand, and that we are connected. */
const query = (first: boolean) => `&wait=${first ? 0 : WAIT_S}`

/** The answer is due after the wait; 5 s later the line is dead. */
export const connect: Connect = (options) =>
  asking({ name: 'long-polling', query, timeoutMs: (WAIT_S + 5) * 1000, pauseMs: 0 }, options)
