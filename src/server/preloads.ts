// What the page needs is named in it, and not found one module after the other: `<link rel="modulepreload">` (HTML §4.6.8.12).
import { posix } from 'node:path'

/** A static import or export of a module, as our files are formatted: on one line, or on the last one of several. */
const NAMED = /^(?:import|export|\}).* from '([^']+)'/gm

/**
 * The page with a link for each module that `script` imports, by itself or by another one: a browser asks for all of them at once then. Else it
 * knows of each only when it has read the one before, six deep, and each step is a round trip.
 */
export function withPreloads(
  page: Uint8Array,
  script: string,
  bodyOf: (path: string) => Uint8Array | undefined,
): string {
  const reached = new Set([script])
  for (const path of reached)
    for (const [, name] of Buffer.from(bodyOf(path) ?? [])
      .toString()
      .matchAll(NAMED)) {
      const next = posix.resolve(posix.dirname(path), name!)
      if (bodyOf(next)) reached.add(next)
    }
  reached.delete(script)
  const links = [...reached].map((path) => `<link rel="modulepreload" href="${path}" />\n    `)
  return Buffer.from(page)
    .toString()
    .replace('<script type="module"', (tag) => links.join('') + tag)
}
