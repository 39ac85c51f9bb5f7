// The address of the lab's screen: what it says is obeyed, and what cannot be meant is told, in one line.
import { expect, test } from 'vitest'
import { lanesAt, misread, numberAt } from '../public/address.ts'
import { transportNames } from '../transports/clients.ts'

/** As place.ts reads it from the hash. */
function placeOf(hash: string) {
  const [path = '', query] = hash.slice(1).split('?', 2)
  const values = new URLSearchParams(query)
  return { path: path || '/', entries: () => [...values], read: (name: string) => values.get(name) ?? undefined }
}
const said = (hash: string) => misread(placeOf(hash), transportNames)

test.each([
  '',
  '#/',
  '#/?rate=0.5&payload=200&poll=50&lanes=polling,sse&wire=wss&theme=dark&type=large',
  '#/?sse.profile=3g&sse.http=2&wss.batch=100&polling.buffering=true&long-polling.idle=0&sse.slow=2000&sse.tls=1.2',
  '#/?lanes=',
])('%s is understood', (hash) => expect(said(hash)).toBe(''))

test.each([
  ['#/?rate=banana', 'rate=banana” (expected a number from 0 on)'],
  ['#/?rate=', 'rate” (expected a number from 0 on)'],
  ['#/?payload=-1', 'payload=-1” (expected a number from 0 on)'],
  ['#/?poll=10', 'poll=10” (expected 50 or more, in ms)'],
  ['#/?lanes=polling,foo', 'lanes=polling,foo” (expected polling, long-polling, sse, wss)'],
  ['#/?wire=foo', 'wire=foo” (expected polling, '],
  ['#/?theme=pink', 'theme=pink” (expected system, light, dark)'],
  ['#/?type=huge', 'type=huge” (expected normal, large)'],
  ['#/?sse.http=3', 'sse.http=3” (expected 1.1, 2)'],
  ['#/?http=9', 'http=9” (a knob of one lane: expected polling.http)'],
  ['#/?sse.foo=1', 'sse.foo=1” (there is no such knob)'],
  ['#/?floor.http=2', 'floor.http=2” (there is no such knob)'],
  ['#/?toString=1', 'toString=1” (there is no such knob)'],
  ['#/xyz', 'There is no screen “/xyz”; this is the lab.'],
  ['#xyz?rate=5', 'There is no screen “xyz”; this is the lab.'],
])('%s is not', (hash, what) => {
  expect(said(hash)).toContain(what)
  expect(said(`${hash}${hash.includes('?') ? '&' : '?'}rate=5`)).toContain(what) // what is right beside it changes nothing
})

test('much that is wrong is still one line', () => {
  const hash = `#/?${Array.from({ length: 50 }, (_, n) => `knob${n}=${'x'.repeat(500)}`).join('&')}`
  expect(said(hash)).toMatch(
    /^Not understood in the address: “knob0=x{34}…” .*, .* and 47 more\. The rest of it holds\.$/,
  )
})

test('a number is one only when it is written as one', () => {
  const rate = (text: string) => numberAt(placeOf(`#/?rate=${text}`), { name: 'rate' })
  expect(['5', '0.5', '', 'banana', '1e3', '-1', '0x10', ' 5'].map(rate)).toEqual([5, 0.5, ...Array<undefined>(6)])
})

test('lanes that are not there are no lanes; a list of nothing but those hides none', () => {
  const shown = (text: string) => lanesAt(placeOf(`#/?lanes=${text}`), transportNames)
  expect(['sse', 'sse,foo', '', 'foo'].map(shown)).toEqual([['sse'], ['sse', 'foo'], [''], undefined])
  expect(lanesAt(placeOf('#/'), transportNames)).toBeUndefined()
})
