// What a fault did to a lane, in its own words: the steps that are told, and those that are not.
import { expect, test } from 'vitest'
import { story } from '../public/story.ts'
import type { Fault, Settings } from '../public/door.ts'

/** Broken at 0, noticed after six seconds, so many questions, then open with one event that was due later. */
function told(fault: Fault, http: Settings['http'], questions: number) {
  const mine = story(fault, 0, http)
  mine.hit(1)
  mine.asked() // before anybody knew
  mine.state(false, 6000)
  for (let n = 0; n < questions; n++) mine.asked()
  const during = mine.text(20_000)
  mine.state(true, 23_000)
  mine.asked() // the next one is an ordinary one
  mine.event(23_100, 23_100, 0, 0)
  return { during, after: mine.text(30_000) }
}

test('over HTTP/2 the questions that went to the dead connection are told, but for the one that came through', () => {
  const { during, after } = told('freeze', '2', 4)
  expect(during).toContain(
    'noticed after 6.00 s → asked 3 times more on the dead connection, which the browser keeps over HTTP/2 → away for 14 s',
  )
  expect(after).toContain('over HTTP/2 → back after')
})

test.each([
  ['over HTTP/1.1, where a question that is given up takes its connection with it', 'freeze', '1.1', 4],
  ['while the first question may still come through', 'freeze', '2', 1],
  ['where the connection is reset, not dead', 'restart', '2', 4],
] as const)('nothing of that %s', (_, fault, http, questions) => {
  const { during, after } = told(fault, http, questions)
  expect(during + after).not.toContain('dead connection')
})
