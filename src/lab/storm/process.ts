// A storm, as a process of its own: many clients open lines, lose them all at once, and come back. Its work is not the server's.
import { createSecureContext, getCACertificates } from 'node:tls'
import { answer } from '../../../bench/process.ts'
import { backoffMs } from '../../core/backoff.ts'
import { hostClock } from '../../server/clock.ts'
import { stormClient } from './client.ts'
import type { StormClient, StormEars, StormOptions } from './client.ts'
import { atFirst } from './report.ts'

/** So many are opened at a time: the storm is to begin with the drop. */
const AT_ONCE = 20
const OPENING_MS = 60_000
/** Nobody has a line after this long: then it is told why. */
const PATIENCE_MS = 2500
const CALM_MS = 1000
const RETURN_MS = 60_000

const report = { ...atFirst, attemptsPer100Ms: [] as number[] }

const commands = {
  start(options: StormOptions) {
    run(options).catch((error: Error) => Object.assign(report, { phase: 'failed', open: 0, why: error.message }))
  },
  report: () => report,
}
export type StormCommands = typeof commands
if (process.send) answer(commands)

async function run(options: StormOptions) {
  const version = `TLSv${options.tls}` as const
  const secureContext = createSecureContext({
    ...{ ca: [...getCACertificates('default'), options.ca], allowPartialTrustChain: true },
    ...{ minVersion: version, maxVersion: version },
  })
  const now = hostClock(options.offset)
  const backMs: number[] = []
  let [cause, final] = ['', '']
  function earsOf(): StormEars {
    let isBack = false
    return {
      attempt() {
        if (report.droppedAt === null) return
        report.attempts++
        const tenth = Math.floor((now() - report.droppedAt) / 100)
        while (report.attemptsPer100Ms.length <= tenth) report.attemptsPer100Ms.push(0)
        report.attemptsPer100Ms[tenth]!++
      },
      closed: () => void report.open--,
      lost(why, isFinal) {
        cause = why
        if (isFinal) final = why
      },
      opened() {
        report.open++
        delete report.why
        if (report.droppedAt === null || isBack) return
        isBack = true
        report.back++
        report.backMsMax = now() - report.droppedAt
        backMs.push(report.backMsMax) // grows: a median is in the middle
        report.backMsP50 = backMs[backMs.length >> 1]!
      },
    }
  }

  const clients: StormClient[] = []
  const began = performance.now()
  while (report.open < options.clients) {
    if (final !== '') throw new Error(final)
    const passed = performance.now() - began
    if (passed > OPENING_MS) throw new Error(`only ${report.open} of ${options.clients} could be opened; ${cause}`)
    if (passed > PATIENCE_MS && report.open === 0 && cause !== '') report.why = cause
    while (clients.length < options.clients && clients.length - report.open < AT_ONCE) {
      const client = stormClient(options, secureContext, earsOf())
      clients.push(client)
      client.connect()
    }
    await sleep(5)
  }
  report.phase = 'open'
  await sleep(CALM_MS)

  report.phase = 'dropped'
  const droppedAt = (report.droppedAt = now())
  for (const client of clients) client.drop(options.jitter ? backoffMs(0) : 0)
  while (report.back < options.clients && now() < droppedAt + RETURN_MS) {
    if (final !== '') throw new Error(final)
    await sleep(20)
  }

  report.phase = 'back'
  if (report.back < options.clients)
    report.why = `${options.clients - report.back} did not come back in a minute; ${cause}`
  await sleep(CALM_MS)
  for (const client of clients) client.drop()
  report.phase = 'done'
}

function sleep(ms: number) {
  return new Promise<void>((resolve) => setTimeout(resolve, ms))
}
