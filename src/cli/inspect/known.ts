// Trust on first use: the fingerprints of servers that a person has vouched for, in a file like the known hosts of SSH.
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline/promises'

export interface Known {
  fingerprint: string
  since: string
}

/** `host:port SHA-256 date`, a line each; the last for a host counts. @returns undefined when nobody has vouched for it. */
export async function knownOf(path: string, host: string): Promise<Known | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const line = text.split('\n').findLast((each) => each.startsWith(`${host} `))
  const [, fingerprint, since] = line?.split(' ') ?? []
  return fingerprint === undefined ? undefined : { fingerprint, since: since ?? 'some day' }
}

export async function remember(path: string, host: string, fingerprint: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await appendFile(path, `${host} ${fingerprint} ${new Date().toISOString()}\n`, { mode: 0o600 })
}

/** Only a person can say so. @returns false when there is none at the terminal. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`${question} [yes/no] `)
  lines.close()
  return answer.trim().toLowerCase() === 'yes'
}
