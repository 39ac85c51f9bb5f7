// Results from and to files: read with a clear word when they are none, written in every form that people read.
import { readFile } from 'node:fs/promises'
import { checkResults } from '../results.ts'
import type { Results } from '../results.ts'

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
