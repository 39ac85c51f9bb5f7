// One bench at the lab, by its id: what is asked of it, and its end.
import type { Json } from '../src/core/event.ts'
import { LabError, send } from './lab.ts'

export interface Lease {
  /** `rest` begins with a slash. */
  path(rest?: string): string
  ask<Answer>(rest: string, method?: string, body?: Json): Promise<Answer>
  /** Ends it after the last answer, and after `last`: what is asked of a bench that is gone is 404, and a browser's console says so. */
  close(last: Promise<unknown>): Promise<void>
  /** At once: the page goes away. Benches are few. What does not arrive ends by itself, later. */
  end(): void
}

export function lease(id: string): Lease {
  let isOver = false
  let questions: Promise<unknown> = Promise.resolve()
  const path = (rest = '') => `/lab/bench/${id}${rest}`
  const end = () => void fetch(path(), { method: 'DELETE', keepalive: true }).catch(() => undefined)

  return {
    path,
    ask<Answer>(rest: string, method = 'GET', body?: Json) {
      if (isOver) return Promise.reject(new LabError(404, 'this page has left its bench'))
      const answer = send<Answer>(method, path(rest), body)
      questions = Promise.allSettled([questions, answer])
      return answer
    },
    async close(last) {
      isOver = true
      await Promise.allSettled([last, questions])
      end()
    },
    end,
  }
}

/** Where the lab gives none, for that reason. */
export const noLease = (why = new LabError(404, 'this page has no bench')): Lease => ({
  path: (rest = '') => `/lab/bench/none${rest}`,
  ask: () => Promise.reject(why),
  close: () => Promise.resolve(),
  end: () => undefined,
})
