// Polling, client side: ask, take what is there, pause, ask again. An event waits for the next question: half a pause on average.
import { asking } from '../asking.ts'
import type { Connect } from '../contract.ts'

export const connect: Connect = (options) =>
  asking({ name: 'polling', query: () => '', timeoutMs: 5000, pauseMs: options.pollMs ?? 1000 }, options)
