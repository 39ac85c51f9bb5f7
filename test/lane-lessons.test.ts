// What each lane's card says of it, and the experiment that it sends people to.
import { expect, test } from 'vitest'
import type { Lane } from '../public/lane.ts'
import { experiments } from '../public/learn/list.ts'
import { lessonOf } from '../public/lessons.ts'
import { transportNames } from '../transports/clients.ts'

test.each(transportNames)(
  '%s: why an event comes when it comes, what it costs, and an experiment that there is',
  (name) => {
    const { text, experiment } = lessonOf({ name } as Lane)!
    expect(text.split('. ').length).toBeGreaterThan(1)
    expect(experiments.find(({ slug }) => slug === experiment.slug)?.title).toBe(experiment.title)
  },
)

test('a lane without a lesson has none', () => {
  expect(lessonOf({ name: 'floor' } as Lane)).toBeUndefined()
})
