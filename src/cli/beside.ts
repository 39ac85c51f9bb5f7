// What lies beside the authority's own files: what `certs issue` made, and what somebody put there.
import type { X509Certificate } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readCertificates } from '../../certs/chain.ts'

/** Certificates and keys, by name. @returns none where there is no such directory */
export async function pemsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return []
  })
  return names
    .filter((name) => name.endsWith('.pem'))
    .sort()
    .map((name) => join(directory, name))
}

/** The first certificate of each file that has one, the authority's own among them. */
export async function certificatesBeside(directory: string): Promise<[path: string, certificate: X509Certificate][]> {
  const paths = (await pemsIn(directory)).filter((path) => !path.endsWith('-key.pem'))
  const found = paths.map(async (path): Promise<[string, X509Certificate][]> => {
    try {
      return [[path, readCertificates(await readFile(path))[0]!]]
    } catch {
      return [] // somebody's key or notes, or half a file: none of those that we made
    }
  })
  return (await Promise.all(found)).flat()
}
