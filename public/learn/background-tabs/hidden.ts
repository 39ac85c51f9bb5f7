// What it takes to hide a page from itself and to time it meanwhile: a tab in front, a timer of the page, and one of a worker.
import { hold } from '../opened.ts'

/** A tab of its own in front of this one. @returns undefined where the browser does not allow it. */
export function openInFront(seconds: number): { close(): void } | undefined {
  const name = `wirelab-front-${crypto.randomUUID()}`
  const held = hold(name)
  const tab = window.open(`${new URL('./front.html', import.meta.url).href}#${name}/${seconds}`, '_blank')
  if (!tab) return (held.close(), undefined)
  return { close: () => (tab.close(), held.close()) }
}

/** Each timer sets the next one, as polling does. */
export function ticking(everyMs: number, tick: () => void): { close(): void } {
  let timer = setTimeout(next, everyMs)
  function next() {
    tick()
    timer = setTimeout(next, everyMs)
  }
  return { close: () => clearTimeout(timer) }
}

export function tickingInWorker(everyMs: number, tick: () => void): { close(): void } {
  const worker = new Worker(scriptUrl(), { type: 'module' })
  worker.addEventListener('message', tick)
  worker.postMessage(everyMs)
  return { close: () => worker.terminate() }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(): string },
  ): { /** An object that says that it is one. */ createScriptURL(input: string): string }
}
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** The page’s Content-Security-Policy wants a Trusted Type for what is loaded as a script; browsers without them take the string. */
function scriptUrl(): string {
  const url = new URL('./ticking.ts', import.meta.url).href
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  policy ??= trustedTypes?.createPolicy('wirelab-ticking', { createScriptURL: () => url })
  return policy?.createScriptURL('') ?? url
}
