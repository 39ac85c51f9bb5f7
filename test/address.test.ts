// The address of the lab's screen: what it says is obeyed, and what cannot be meant is told, in one line.
import { expect, test } from 'vitest'
import { lanesAt, misread, numberAt } from '../public/address.ts'
import { payloadSlider, pollSlider, rateSlider } from '../public/knobs.ts'
import { transportNames } from '../transports/clients.ts'
import { startTestLab } from './lab.ts'
import { nodePlatform } from '../transports/platform.ts'

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
  '#/?rate=0.5&payload=200&poll=50&lanes=polling,sse&wire=wss&storm=sse&theme=dark&type=large',
  '#/?sse.profile=3g&sse.http=2&wss.batch=100&polling.buffering=true&long-polling.idle=0&sse.slow=2000&sse.tls=1.2',
  '#/?lanes=',
  '#/lab?rate=5',
])('%s is understood', (hash) => expect(said(hash)).toBe(''))

test.each([
  ['#/?rate=banana', 'rate=banana” (expected 0 to 200 events a second)'],
  ['#/?rate=', 'rate” (expected 0 to 200 events a second)'],
  ['#/?rate=99999', 'rate=99999” (expected 0 to 200 events a second)'],
  ['#/?payload=-1', 'payload=-1” (expected 68 to 16,000 bytes, or 0 for the smallest)'],
  ['#/?payload=1e9', 'payload=1e9” (expected 68 to 16,000 bytes'],
  ['#/?payload=20', 'payload=20” (expected 68 to 16,000 bytes'],
  ['#/?payload=99.5', 'payload=99.5” (expected 68 to 16,000 bytes'],
  ['#/?poll=10', 'poll=10” (expected 50 to 60,000 ms)'],
  ['#/?poll=9999999999', 'poll=9999999999” (expected 50 to 60,000 ms)'], // a browser's timer of so long fires at once
  ['#/?lanes=polling,foo', 'lanes=polling,foo” (expected polling, long-polling, sse, wss)'],
  ['#/?storm=foo', 'storm=foo” (expected polling, '],
  ['#/?wire=foo', 'wire=foo” (expected polling, '],
  ['#/?theme=pink', 'theme=pink” (expected system, light, dark)'],
  ['#/?type=huge', 'type=huge” (expected normal, large)'],
  ['#/?sse.http=3', 'sse.http=3” (expected 1.1, 2)'],
  ['#/?http=9', 'http=9” (a knob of one lane: expected polling.http)'],
  ['#/?sse.foo=1', '“sse.foo” (there is no such knob)'],
  ['#/?floor.http=2', '“floor.http” (there is no such knob)'],
  ['#/?toString=1', '“toString” (there is no such knob)'],
  ['#/acount?token=secret', '“token” (there is no such knob)'], // of a link for a new password that was mangled
  ['#/xyz', 'There is no screen “/xyz”; this is the lab.'],
  ['#xyz?rate=5', 'There is no screen “xyz”; this is the lab.'],
])('%s is not', (hash, what) => {
  expect(said(hash)).toContain(what)
  expect(said(`${hash}${hash.includes('?') ? '&' : '?'}rate=5`)).toContain(what) // what is right beside it changes nothing
  expect(said(hash)).not.toMatch(/perSecond|payloadBytes|secret/)
})

test('much that is wrong is still one line', () => {
  const hash = `#/?${Array.from({ length: 50 }, (_, n) => `knob${n}${'x'.repeat(500)}=1`).join('&')}`
  expect(said(hash)).toMatch(
    /^Not understood in the address: “knob0x{35}…” .*, .* and 47 more\. The rest of it holds\.$/,
  )
})

test('a number is one only when it is written as one', () => {
  const rate = (text: string) => numberAt(placeOf(`#/?rate=${text}`), rateSlider)
  expect(['5', '0.5', '', 'banana', '1e3', '-1', '0x10', ' 5'].map(rate)).toEqual([5, 0.5, ...Array<undefined>(6)])
})

test('a knob takes what the lab takes, and no more', async () => {
  const lab = await startTestLab({ source: 'ticker' })
  const platform = nodePlatform({ ca: lab.authority!.ca })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${lab.publishKey}` }
  const isTaken = async (wish: object) =>
    (await platform.fetch(`${lab.url}/lab/rate`, { method: 'PUT', headers, body: JSON.stringify(wish) })).ok
  for (const perSecond of [0, 0.1, 200, 200.5, 99_999])
    expect([perSecond, await isTaken({ perSecond })]).toEqual([perSecond, rateSlider.takes(perSecond)])
  for (const payloadBytes of [0, 1, 67, 68, 99.5, 16_000, 16_001])
    expect([payloadBytes, await isTaken({ payloadBytes })]).toEqual([payloadBytes, payloadSlider.takes(payloadBytes)])
  for (const each of [rateSlider, payloadSlider, pollSlider]) expect(each.steps.filter(each.takes)).toEqual(each.steps)
  await platform.close()
  await lab.close()
})

test('lanes that are not there are no lanes; a list of nothing but those hides none', () => {
  const shown = (text: string) => lanesAt(placeOf(`#/?lanes=${text}`), transportNames)
  expect(['sse', 'sse,foo', '', 'foo'].map(shown)).toEqual([['sse'], ['sse', 'foo'], [''], undefined])
  expect(lanesAt(placeOf('#/'), transportNames)).toBeUndefined()
})
