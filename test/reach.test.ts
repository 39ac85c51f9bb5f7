// What the page's own question at a door costs is not counted as its lane's; the connection it came over is. And why there are no doors.
import { expect, test } from 'vitest'
import { whyNone, without } from '../public/reach.ts'

const question = { connections: 1, open: 1, requests: 1, tls: { up: 900, down: 3000 }, plain: { up: 200, down: 300 } }

test('the question is taken away, the connection and its handshake stay', () => {
  expect(without(question, question)).toEqual({
    ...{ connections: 1, open: 1, requests: 0, tls: { up: 700, down: 2700 }, plain: { up: 0, down: 0 } },
  })
})

test('where nobody told what went inside TLS, nothing is made up', () => {
  const { plain: _, ...untold } = question
  expect(without(untold, untold)).toEqual({ ...untold, requests: 0 })
})

test('who is not logged in is told to; all others, what the lab says', () => {
  expect(whyNone({ status: 401, message: 'publishing needs' })).toContain('log in at the top')
  expect(whyNone({ status: 503, message: 'no bench is free now; come back' })).toMatch(
    /\(no bench is free now; come back\)/,
  )
})
