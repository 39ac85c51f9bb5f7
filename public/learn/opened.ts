// A tab that an experiment opens: it looks as the page that opened it, and goes when that one goes. A page runs no code when it is closed,
// so it holds a lock that its tabs wait for [W3C Web Locks], and a browser gives it to them however the page ends.
import { remembered, wear } from '../looks.ts'

/** In the page, before it opens a tab: the lock of that name. */
export function hold(name: string): { close(): void } {
  const held = Promise.withResolvers<void>()
  void navigator.locks.request(name, () => held.promise)
  return { close: held.resolve }
}

/** In the tab, which has the name of the lock and a word for itself behind its `#`. */
export function opened(begin: (name: string, word: string) => void) {
  wear(remembered())
  const [name, word] = location.hash.slice(1).split('/')
  if (!name || !word) return
  say('what', 'The page of the experiment opened it, and closes it again.')
  begin(name, word)
  void navigator.locks.request(name, { mode: 'shared' }, () => {
    close() // which does nothing to a tab that somebody opened again
    document.title = 'Over · Wirelab'
    say('said', 'Its experiment is over.')
    say('what', 'Close this tab.')
  })
}

/** In its one sentence, or in what is to know of it. */
export function say(place: 'said' | 'what', words: string) {
  document.getElementById(place)!.textContent = words
}
