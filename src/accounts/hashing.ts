// Passwords: bcrypt of an HMAC, so that no byte of one is cut off and a stolen file alone cannot be tried; few at a time, for each has a core.
import { createHmac } from 'node:crypto'
import { compare, hash } from 'bcrypt'
import { Refusal } from '../../transports/request.ts'
import type { Limits } from '../core/limits.ts'

export interface Hashing {
  /** @throws {Refusal} 503 */
  hash(password: string): Promise<string>
  /**
   * Takes as long when there is nothing `stored`: who asks learns nothing from the time. What is stored and no hash of ours, or a
   * dearer one than a login may cost, matches nothing, at once.
   * @throws {Refusal} 503
   */
  matches(password: string, stored: string | undefined): Promise<boolean>
}

export interface HashingOptions {
  /** Kept beside the database, and in no copy of it. */
  pepper: Uint8Array
  limits: Pick<Limits, 'hashings' | 'hashingsWaiting'>
  /** 2 to the power of this many rounds. */
  cost?: number
}

const COST = 12
/** 14 takes four times as long as ours; 31, which bcrypt knows too, takes a day. */
const MAX_COST = 14
const STORED = /^\$2b\$(\d\d)\$[./A-Za-z0-9]{53}$/

/** The pool of threads is the process's: what one store has hashed, another beside it does not have at the same time. */
let running = 0
const waiting: { most: number; begin: () => void }[] = []

function goOn() {
  running--
  const index = waiting.findIndex(({ most }) => running < most)
  if (index < 0) return
  running++
  waiting.splice(index, 1)[0]!.begin()
}

export function hashing({ pepper, limits, cost = COST }: HashingOptions): Hashing {
  const dummy = `$2b$${String(cost).padStart(2, '0')}$abcdefghijklmnopqrstuu${'a'.repeat(31)}`
  let queued = 0

  /** bcrypt takes 72 bytes and no NUL; base64 of 32 bytes is 44 letters. NFC: as RFC 8265 §4.2 has it, for two keyboards write one é. */
  const prepared = (password: string) => createHmac('sha256', pepper).update(password.normalize('NFC')).digest('base64')

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running < limits.hashings) running++
    else if (queued < limits.hashingsWaiting) {
      queued++
      await new Promise<void>((begin) => waiting.push({ most: limits.hashings, begin }))
      queued--
    } else throw new Refusal(503, 'busy', 'too many passwords are checked at once; come back', { 'retry-after': '5' })
    try {
      return await work()
    } finally {
      goOn()
    }
  }

  return {
    hash: (password) => inTurn(() => hash(prepared(password), cost)),
    async matches(password, stored) {
      if (stored !== undefined && !isCheap(stored)) return false
      return (await inTurn(() => compare(prepared(password), stored ?? dummy))) && stored !== undefined
    },
  }
}

function isCheap(stored: string): boolean {
  const cost = Number(STORED.exec(stored)?.[1])
  return cost >= 4 && cost <= MAX_COST
}
