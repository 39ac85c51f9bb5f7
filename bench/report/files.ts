// Results from and to files: read with a clear word when they are none, written in every form that people read.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkResults } from '../results.ts'
import type { Results } from '../results.ts'
import { csv } from './csv.ts'
import { markdown } from './markdown.ts'

/** @throws Error, one line: what was expected of this file and what it is. */
export async function readResults(path: string): Promise<Results> {
  try {
    return checkResults(JSON.parse(await readFile(path, 'utf8')) as Results)
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : undefined
    const why = what ?? (name === 'SyntaxError' ? 'it is not JSON' : message)
    throw new Error(`${path}: expected a results.json of wirelab bench, but ${why}`, { cause: error })
  }
}

/** Everything about a run, as files; the numbers first: a report can be made again. @returns their names. */
export async function writeResults(directory: string, results: Results): Promise<string[]> {
  await keepResults(directory, results)
  const { page } = await import('./page.ts') // ECharts is large, and who only serves or watches never draws
  const files = { 'report.html': page(results), 'report.md': markdown(results), 'results.csv': csv(results) }
  for (const [name, text] of Object.entries(files)) await replace(join(directory, name), text)
  return ['results.json', ...Object.keys(files)]
}

/** The numbers alone, while a run goes on. */
export async function keepResults(directory: string, results: Results): Promise<void> {
  await mkdir(directory, { recursive: true })
  await replace(join(directory, 'results.json'), `${JSON.stringify(results, null, 1)}\n`)
}

/** Whoever reads it, and whenever the power goes, it is the old file or the new one. */
async function replace(path: string, text: string): Promise<void> {
  const half = `${path}.${process.pid}.new`
  await writeFile(half, text, { flush: true })
  await rename(half, path)
}
