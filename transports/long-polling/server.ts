// Long polling, server side: like polling, but when nothing is there the answer waits for the first event.
import { Hono } from 'hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { After } from '../../src/core/feed.ts'
import type { Client, Env, Routes } from '../contract.ts'
import { answer, answerLate, pageBody } from '../page.ts'
import type { Body } from '../page.ts'
import { queryReader, readPreferWait } from '../request.ts'
import { Waiter, waitingRoom } from '../waiting.ts'

export const routes: Routes = (feed, limits, stop) => {
  const app = new Hono<Env>()
  const query = queryReader(limits)
  const waiting = waitingRoom((waiter) => finish(waiter)) // one list, one follower of the feed, however many wait
  let unfollow: (() => void) | undefined
  let window: NodeJS.Timeout | undefined

  app.get('/', ({ env: { incoming, outgoing, over, client } }) => {
    const { after = 'now', limit, waitSeconds } = query(incoming)
    const preferred = waitSeconds === undefined ? readPreferWait(incoming, limits) : undefined
    const seconds = waitSeconds ?? preferred ?? limits.waitSeconds
    if (preferred !== undefined) outgoing.setHeader('preference-applied', `wait=${preferred}`)

    const page = feed.since(after, limit, limits.pageBytes)
    const nothingYet = page.entries.length === 0 && !page.gap
    const mayWait = seconds > 0 && incoming.method !== 'HEAD' && !stop.aborted
    if (!nothingYet || !mayWait) return answer(outgoing, pageBody(page))

    wait(new Waiter(outgoing, page.cursor, limit, seconds), over, client)
    return RESPONSE_ALREADY_SENT
  })

  function wait(waiter: Waiter, over: (() => void)[], { whenEnded }: Client) {
    waiting.add(waiter)
    over.push(() => waiting.delete(waiter) && rest()) // the client went away
    // Whoever it was may read no more, not what waits in an open window either; the next question is told 401.
    const forget = whenEnded?.(() => waiting.delete(waiter) && finish(waiter, { cursor: waiter.after, entries: [] }))
    if (forget) over.push(forget)
    unfollow ??= feed.follow('now', due)
  }

  /** Something was published. With a batching window, its first event starts it, and the answers leave when it ends. */
  function due() {
    if (limits.batchMs === 0) wake()
    else window ??= setTimeout(wake, limits.batchMs)
  }

  /** All who wait at one cursor get one body, made once. */
  function wake() {
    window = undefined
    const bodies = new Map<string, Body>()
    const early: Waiter[] = []
    // Taken one by one: a copy of the list would keep every answered request until the last one is.
    for (let waiter = waiting.take(); waiter; waiter = waiting.take()) {
      const key = `${waiter.after} ${waiter.limit}`
      const body = bodies.get(key) ?? bodyAfter(waiter.after, waiter.limit)
      if (body) {
        bodies.set(key, body)
        answerLate(waiter.outgoing, body)
      } else early.push(waiter) // it came in this very turn and has seen what was published in it
    }
    early.forEach(waiting.add)
    rest()
  }

  function bodyAfter(after: After, limit: number): Body | undefined {
    const page = feed.since(after, limit, limits.pageBytes)
    return page.entries.length > 0 || page.gap ? pageBody(page) : undefined
  }

  /** The wait is over: an answer without events, at the same cursor, or with those of an open window. */
  function finish({ outgoing, after, limit }: Waiter, page = feed.since(after, limit, limits.pageBytes)) {
    answerLate(outgoing, pageBody(page))
    rest()
  }

  /** Nobody waits: the feed need not tell. */
  function rest() {
    if (waiting.size > 0) return
    unfollow?.()
    unfollow = undefined
    clearTimeout(window)
    window = undefined
  }

  stop.addEventListener('abort', () => {
    for (let waiter = waiting.take(); waiter; waiter = waiting.take()) finish(waiter)
  })
  return app
}
