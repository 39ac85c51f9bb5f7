import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Waiter, waitingRoom } from '../transports/waiting.ts'

const waiter = (seconds: number) => new Waiter({} as never, 'abcdefgh.1', 100, seconds)

describe('one alarm for all who wait', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const room = (...waits: number[]) => {
    const ended: number[] = []
    const waiters = waits.map(waiter)
    const waiting = waitingRoom((each) => void ended.push(waits[waiters.indexOf(each)]!))
    for (const each of waiters) waiting.add(each)
    return { waiting, waiters, ended }
  }

  test('each ends at its own time, a shorter wait that came later before a longer one', () => {
    const { ended, waiting } = room(5, 2, 9, 2)
    vi.advanceTimersByTime(1999)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(2)
    expect(ended).toEqual([2, 2])
    vi.advanceTimersByTime(3000)
    expect(ended).toEqual([2, 2, 5])
    vi.advanceTimersByTime(4000)
    expect(ended).toEqual([2, 2, 5, 9])
    expect(waiting.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('who left or was taken does not end; who comes after the alarm has rung does', () => {
    const { ended, waiting, waiters } = room(3, 1, 2)
    expect(waiting.delete(waiters[1]!)).toBe(true)
    expect(waiting.delete(waiters[1]!)).toBe(false)
    expect(waiting.take()).toBe(waiters[2])
    vi.advanceTimersByTime(2500)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(501)
    expect(ended).toEqual([3])
    const late = waiter(1)
    waiting.add(late)
    vi.advanceTimersByTime(1001)
    expect(waiting.size).toBe(0)
  })
})
