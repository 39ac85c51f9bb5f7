// The files of the authority: each written whole or not at all, keys for their owner only, one writer at a time.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lock } from 'proper-lockfile'
import type { Credentials } from './issue.ts'

export const files = {
  ca: 'ca.pem',
  caKey: 'ca-key.pem',
  intermediate: 'intermediate.pem',
  intermediateKey: 'intermediate-key.pem',
  cert: 'server.pem',
  key: 'server-key.pem',
  crl: 'crl.pem',
  revoked: 'revoked.pem',
  revokedKey: 'revoked-key.pem',
} as const

/** Two labs that start at once must not each make a CA and mix the files. @throws Error when the directory cannot be written. */
export async function alone<Result>(directory: string, act: () => Promise<Result>): Promise<Result> {
  await makeDirectory(directory)
  const release = await lock(directory, {
    lockfilePath: join(directory, '.lock'),
    stale: 5000, // less than all retries take together: what a crash left behind never fails a start
    retries: { retries: 50, minTimeout: 50, maxTimeout: 200 },
  })
  try {
    return await act()
  } finally {
    await release()
  }
}

/** What Node calls `recursive` never ends where the system says ENOENT though the parent is there, as /proc does. */
async function makeDirectory(path: string): Promise<void> {
  const failed = async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (error.code !== 'ENOENT' || existsSync(dirname(path))) throw error
    await makeDirectory(dirname(path))
    await makeDirectory(path)
  }
  await mkdir(path).catch(failed)
}

/** @returns undefined when one of the two is missing, or they do not belong together. */
export async function readPair(certPath: string, keyPath: string): Promise<Credentials | undefined> {
  const [cert, key] = [await readText(certPath), await readText(keyPath)]
  if (cert === undefined || key === undefined) return undefined
  await chmod(keyPath, 0o600)
  return belongTogether(cert, key) ? { cert, key } : undefined
}

/** After a crash between two renames, or a key copied from elsewhere, they do not. */
function belongTogether(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false // no PEM, half of one, or one that needs a passphrase: nothing we could serve with
  }
}

export async function writePair({ cert, key }: Credentials, certPath: string, keyPath: string) {
  await writeWhole(keyPath, key, 0o600)
  await writeWhole(certPath, cert)
}

export async function writeWhole(path: string, content: string | Buffer, mode = 0o644) {
  await rm(`${path}.new`, { force: true }) // left by a crash, it would keep its own mode
  await writeFile(`${path}.new`, content, { mode, flag: 'wx' })
  await rename(`${path}.new`, path)
}

/** @returns undefined when it is not there. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
