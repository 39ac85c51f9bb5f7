// What a screen reader hears: changes of a lane's state, gathered so that they do not flood; and errors, at once.

const GATHER_MS = 1500
let pending = new Map<string, string>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Only the latest word about each lane is said. */
export function say(about: string, what: string) {
  pending.set(about, what)
  timer ??= setTimeout(() => {
    timer = undefined
    document.querySelector('#said')!.textContent = [...pending].map(([who, how]) => `${who} ${how}`).join('. ')
    pending = new Map()
  }, GATHER_MS)
}

/** Shows an error in words (role=alert); an empty one takes it away. */
export function complain(element: Element, message: string) {
  if (element.textContent !== message) element.textContent = message
  element.toggleAttribute('hidden', message === '')
}
