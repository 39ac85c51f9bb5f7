// A tab of “The six-connection wall”: does what the page that opened it says, and shows in large letters what came of it.
import { count, duration } from '../../words.ts'
import { opened, say } from '../opened.ts'
import { seat } from './seat.ts'
import type { Order, Word } from './seat.ts'
import type { Said, Told } from './tabs.ts'

opened((channelName, n) => sit(channelName, Number(n)))

function sit(channelName: string, n: number) {
  const channel = new BroadcastChannel(channelName)
  let [events, leads] = [0, false]
  const mine = seat((word) => {
    channel.postMessage({ from: n, word } satisfies Said)
    if (word.kind === 'had') events++
    if (word.kind === 'leads') leads = true
    show(...shownOf(word))
  })
  channel.addEventListener('message', ({ data }: MessageEvent<Told | Said>) => {
    if (!('to' in data) || data.to !== n) return
    ;[events, leads] = [0, false]
    show(...ASKED[data.order.kind])
    mine.take(data.order)
  })
  document.querySelector('h1')!.textContent = `Tab ${n}`
  show('waits', 'It waits for its turn.')
  channel.postMessage({ from: n, word: { kind: 'ready' } } satisfies Said)

  function show(short: string, words: string) {
    document.title = `${n} ${short} · Wirelab`
    say('said', words)
  }

  function shownOf(word: Word): [short: string, words: string] {
    const who = leads ? 'leads' : 'follows'
    if (word.kind === 'opened') return ['is open', `Its stream is open, after ${duration(word.ms)}.`]
    if (word.kind === 'failed') return ['failed', 'Its stream failed.']
    if (word.kind === 'closed') return ['is closed', 'Its stream is closed.']
    return [
      who,
      `${leads ? 'It reads the one stream for all' : 'It is told by the tab that leads'}: ${count(events, 'event')}.`,
    ]
  }
}

const ASKED: Record<Order['kind'], [short: string, words: string]> = {
  open: ['asks', 'It asked for its stream. No word yet, and no error.'],
  follow: ['follows', 'It waits to be told, or to lead.'],
  close: ['closes', 'It closes what it has open.'],
}
