// `wirelab bench --readme`: puts the numbers of a run into the documents that quote it.
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { DOCUMENTS, shownIn, withTables } from '../../bench/report/course.ts'
import { withTable } from '../../bench/report/readme.ts'
import type { Results } from '../../bench/results.ts'
import { UsageError } from './main.ts'

/** Puts the numbers of a run where they are quoted: README shows `steady`, the course and docs/speed.md whatever of theirs the run has. */
export async function quote(run: Results, file: string): Promise<void> {
  const root = join(import.meta.dirname, '../..')
  const has = (name: string) => run.trials.some(({ scenario }) => scenario === name)
  const texts = await Promise.all(DOCUMENTS.map((name) => readFile(join(root, name), 'utf8')))
  const changes: [name: string, change: (text: string) => string][] = []
  if (has('steady')) changes.push(['README.md', (text) => withTable(text, run)])
  for (const [i, name] of DOCUMENTS.entries())
    if (shownIn(texts[i]!).some(has))
      changes.push([name, (text) => withTables(text, run, relative(root, resolve(file)))])
  if (changes.length === 0)
    throw new UsageError(
      `${file}: expected a run of one of ${[...new Set(texts.flatMap(shownIn))].join(', ')}, which are quoted`,
    )
  for (const [name, change] of changes) {
    const before = await readFile(join(root, name), 'utf8')
    let after: string
    try {
      after = change(before)
    } catch (error) {
      throw new UsageError((error as Error).message, { cause: error })
    }
    await writeFile(join(root, name), after)
    process.stdout.write(`${name} ${after === before ? 'is as it was' : 'has new numbers'}\n`)
  }
}
