// What a person may publish from the page: all of it or nothing, and why not in words.
import { expect, test } from 'vitest'
import { draftNote, noteIn, whyNotSent } from '../public/note.ts'

test.each<[string, string, string | undefined]>([
  ['a word', 'Hello', undefined],
  ['spaces around a word', '  a ', undefined],
  ['nothing', '', 'there is nothing in it'],
  ['spaces alone', ' \t  ', 'there is nothing in it but spaces'],
  ['as much as goes', 'x'.repeat(2000), undefined],
  ['one too many', 'x'.repeat(2001), 'it is too long by 1 character; the most are 2,000 characters'],
  ['5 000', 'x'.repeat(5000), 'it is too long by 3,000 characters; the most are 2,000 characters'],
  ['characters of two units each', '🙂'.repeat(2000), undefined],
])('%s', (_, text, why) => expect(whyNotSent(text)).toBe(why))

test('the longest that goes is less than the 16 KiB that the lab takes, whatever it is made of', () => {
  for (const character of ['\u0001', '🙂', '"', '€']) {
    expect(whyNotSent(character.repeat(2000))).toBeUndefined()
    expect(Buffer.byteLength(JSON.stringify(draftNote(character.repeat(2000))))).toBeLessThan(16_384)
  }
})

test('what is not sent has not begun its way', () => {
  expect(
    noteIn({ id: 'abcdefgh.1', at: 1, type: 'note', data: draftNote('a') }, performance.now())?.roundTrip,
  ).toBeGreaterThanOrEqual(0)
  expect(
    noteIn({ id: 'abcdefgh.1', at: 1, type: 'note', data: { text: 'a', tag: 'x-1' } }, 1)?.roundTrip,
  ).toBeUndefined()
})
