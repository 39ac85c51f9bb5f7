// How the page looks, for this room and this pair of eyes: dark or light, and large type for a projector. The address beats what was
// remembered, so that a link can bring its looks with it.
import type { Place } from './place.ts'

export const SCHEMES = ['system', 'light', 'dark'] as const
export const TYPES = ['normal', 'large'] as const

const schemeOf = (name: string | null | undefined) => SCHEMES.find((each) => each === name)

export interface Looks {
  scheme: (typeof SCHEMES)[number]
  isLarge: boolean
}

const keyOf = (name: string) => `wirelab-${name}`

/** What was chosen in this browser. */
export function remembered(): Looks {
  return {
    scheme: schemeOf(localStorage.getItem(keyOf('theme'))) ?? 'system',
    isLarge: localStorage.getItem(keyOf('type')) === 'large',
  }
}

export function wear({ scheme, isLarge }: Looks) {
  document.documentElement.dataset.theme = scheme
  document.documentElement.dataset.type = isLarge ? 'large' : 'normal'
}

/** Called when colours or sizes changed: canvases must be drawn anew. */
const listeners = new Set<() => void>()

export function looks(place: Place, schemeButton: HTMLButtonElement, typeButton: HTMLButtonElement) {
  let { scheme, isLarge } = remembered()

  /** An address that says nothing about it leaves it as it is: the next screen looks like this one. */
  function take() {
    scheme = schemeOf(place.read('theme')) ?? scheme
    const type = place.read('type')
    if (type !== undefined) isLarge = type === 'large'
    show()
  }

  function show() {
    wear({ scheme, isLarge })
    schemeButton.textContent = { system: '◐ System', light: '○ Light', dark: '● Dark' }[scheme]
    schemeButton.setAttribute('aria-label', `Colours: ${scheme}`)
    typeButton.setAttribute('aria-pressed', String(isLarge))
    for (const listener of [...listeners]) listener()
  }

  function keep(name: string, value: string, usual: string) {
    if (value === usual) localStorage.removeItem(keyOf(name))
    else localStorage.setItem(keyOf(name), value)
    place.write({ [name]: value === usual ? undefined : value })
    show()
  }

  schemeButton.addEventListener('click', () => {
    scheme = SCHEMES[(SCHEMES.indexOf(scheme) + 1) % SCHEMES.length]!
    keep('theme', scheme, 'system')
  })
  typeButton.addEventListener('click', () => {
    isLarge = !isLarge
    keep('type', isLarge ? 'large' : 'normal', 'normal')
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show)
  place.subscribe(take)
  take()
}

/** @returns what ends the calls. */
export function onLooks(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
