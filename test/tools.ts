// Programs that some tests need beside the browsers. Installed where that can be done; a machine may lack them, and is told what was not run.
import { globSync } from 'node:fs'
import { onPath } from '../bench/browser/find.ts'
import { install } from './install.ts'

interface Tool {
  name: string
  isThere: () => boolean
  /** Debian's name. Without one it is not installed for a test: what it is would be started at once, and listen. */
  package?: string
  /** Of the whole names of the tests that are not run without it; others fail without it, and say so. */
  tests?: RegExp
}

const program = (name: string) => ({ name, isThere: () => onPath([name], process.env) !== undefined })
const tools: Tool[] = [
  { ...program('curl'), package: 'curl' },
  { ...program('openssl'), package: 'openssl', tests: /KeyUpdate/ },
  { ...program('tshark'), package: 'tshark', tests: /tshark reads the same/ },
  {
    ...{ name: 'libfaketime', package: 'libfaketime', tests: /^F17 / },
    isThere: () => globSync('/usr/lib/{*,*/*}/libfaketime.so.1').length > 0,
  },
  { ...program('tc'), package: 'iproute2' },
  // Whether the kernel lets it, the test alone finds out.
  { name: 'a network that may lose segments', isThere: () => false, tests: /^F11 / },
  { name: 'mosquitto', isThere: () => false, tests: /mosquitto is not installed/ },
  { name: 'nchan', isThere: () => false, tests: /nchan is not installed/ },
]

/** Installs what can be installed; what cannot is said in a line, and its tests are not run. */
export async function findTools(say: (line: string) => void): Promise<void> {
  const packages = tools.flatMap((tool) => (tool.package === undefined || tool.isThere() ? [] : [tool.package]))
  if (process.platform === 'linux' && packages.length > 0)
    await install(packages, say).catch((error: Error) => say(error.message))
}

/** @returns in one line how many of these tests, by their whole names, were not run for lack of what; undefined when there are none. */
export function lacks(notRun: string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const test of notRun) {
    const tool = tools.find(({ tests, isThere }) => tests?.test(test) && !isThere())
    const why = tool ? `for lack of ${tool.name}` : 'for other reasons'
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  if (counts.size === 0) return undefined
  return `not run: ${[...counts].map(([why, count]) => `${count} ${why}`).join(', ')}`
}
