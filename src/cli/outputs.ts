// Where a command will write, looked at before it measures: an hour is not spent on results that have no place to go.
import { access, constants, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from './main.ts'

/** Makes it where it is not there. @throws UsageError in one line: what was expected, what is there, what to do. */
export async function directoryFor(path: string, flag: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
    await access(path, constants.W_OK)
  } catch (error) {
    throw refused(flag, path, 'a directory to write in', error as NodeJS.ErrnoException)
  }
}

/** A file that may be there or not, in a directory that is made where it is not there. @throws UsageError */
export async function fileFor(path: string, flag: string): Promise<void> {
  await directoryFor(dirname(path), flag)
  try {
    if ((await stat(path)).isDirectory())
      throw new UsageError(`${flag} ${path}: expected a file, but it is a directory; name a file in it, or another`)
    await access(path, constants.W_OK)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw refused(flag, path, 'a file to write', error as NodeJS.ErrnoException)
  }
}

function refused(flag: string, path: string, wanted: string, error: NodeJS.ErrnoException): UsageError {
  const { code = error.message } = error
  const reasons: Record<string, string> = {
    EEXIST: 'a file stands there',
    ENOTDIR: 'a part of that path is a file',
    EACCES: 'this user may not write there',
    EPERM: 'this user may not write there',
    EROFS: 'that disk is read-only',
    ENOSPC: 'that disk is full',
    ENOENT: 'it cannot be made there',
  }
  const why = reasons[code] ?? `the system says ${code}`
  return new UsageError(`${flag} ${path}: expected ${wanted}, but ${why}; choose another ${flag}`, { cause: error })
}
