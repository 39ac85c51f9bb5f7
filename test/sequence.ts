// The order of the test files: those that take long begin, so that none of them runs on by itself at the end.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/**
 * Half a minute and more each, in this order; all others come behind them, the larger file first. The experiments are timed by the page:
 * they begin when the first processes and browsers have come up, and beside those that mostly wait; those that compute (screens, cli, page, page-anew,
 * hostile/xss, hostile/mutated, kinds) come when they are over.
 */
const long = [
  ...['range-page', 'suspended', 'network', 'learn-firefox', 'learn-chromium'],
  ...['buttons-firefox', 'buttons-chromium', 'faults', 'screens'],
  ...['cli', 'bench-browser', 'knobs', 'hostile/xss', 'pictures', 'benches', 'page', 'page-anew'],
  ...['learn-frame', 'tabs', 'hostile/mutated', 'lanes', 'storm', 'kinds'],
  ...['prices', 'range-sockets', 'account-page', 'report-unfinished'],
].map((name) => join(import.meta.dirname, `${name}.test.ts`))

for (const path of long) if (!existsSync(path)) throw new Error(`test/sequence.ts names ${path}, which is not there`)

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = long.indexOf(moduleId)
      return place < 0 ? long.length : place
    }
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}
