// The run of “Reconnect storms”: a storm without and one with a random wait, with a reader on another door beside them.
import { LabError } from '../../lab.ts'
import { isOver } from '../../door.ts'
import { follow } from '../follow.ts'
import { begin } from '../opening.ts'
import { STORM_ELSEWHERE, Trouble } from '../run.ts'
import type { Run } from '../run.ts'
import { CLIENTS, wordsOf } from './answer.ts'
import type { Data, Return } from './answer.ts'

const PER_SECOND = 20
const LOOK_MS = 100
const LANE = 'wss'
const NOT_TOLD = 'This lab does not tell when the attempts of a storm were made, so there is nothing to compare.'

export async function run(run: Run<Data>): Promise<Data> {
  const { bench, tail, startedAt, now } = await begin(run, { perSecond: PER_SECOND, http1: [LANE, 'sse'] })
  const bystander = run.keep(follow({ bench, transport: 'sse', after: tail, startedAt }))
  const data: Data = { returns: [], bystander: bystander.events, calmUntil: undefined }
  await run.until(() => bystander.events.length > 0, 3000)
  run.step('calm')
  await run.sleep(1500)
  data.calmUntil = now()
  for (const jitter of [false, true]) await storm(jitter)
  bystander.close()
  return data

  async function storm(jitter: boolean) {
    try {
      await bench.startStorm({ transport: LANE, lane: LANE, clients: CLIENTS, jitter })
    } catch (error) {
      if (error instanceof LabError && error.status === 409) throw new Trouble(STORM_ELSEWHERE)
      throw error
    }
    await bench.refresh()
    const mine: Return = { jitter, storm: bench.storm! }
    data.returns.push(mine)
    while (!isOver(mine.storm)) {
      await run.sleep(LOOK_MS)
      await bench.refresh()
      mine.storm = bench.storm ?? mine.storm
      const { droppedAt } = mine.storm
      if (droppedAt !== null) mine.droppedAt = (bench.clock.toPage(droppedAt) ?? NaN) - startedAt
      run.step(`${jitter ? 'with' : 'without'} jitter: ${wordsOf(mine.storm)}`)
      run.show(data)
    }
    if (mine.storm.phase === 'failed') throw new Trouble(`The storm ended early: ${mine.storm.why ?? 'unknown why'}.`)
    if (mine.storm.attemptsPer100Ms === undefined) throw new Trouble(NOT_TOLD)
  }
}
