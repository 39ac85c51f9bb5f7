// The fingerprints of servers that a person has vouched for, in a file like the known hosts of SSH.
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { UsageError } from '../main.ts'

export interface Known {
  fingerprint: string
  since: string
}

/** `host:port SHA-256 date`. */
const LINE = /^\S+:\d+ (?:[0-9A-F]{2}:){31}[0-9A-F]{2} \S+$/

/**
 * A line each; the last for a host counts.
 * @returns undefined when nobody has vouched for it
 * @throws UsageError when a line is something else: it may have been of this host
 */
export async function knownOf(path: string, host: string): Promise<Known | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new UsageError(`cannot read ${path} (${error.code})`, { cause: error })
  })
  const lines = text.split('\n')
  const wrong = lines.findIndex((line) => line !== '' && !LINE.test(line))
  if (wrong >= 0)
    throw new UsageError(`${path}: line ${wrong + 1} is not HOST:PORT FINGERPRINT DATE; mend it, or delete it`)
  const [, fingerprint, since] = lines.findLast((each) => each.startsWith(`${host} `))?.split(' ') ?? []
  return fingerprint === undefined || since === undefined ? undefined : { fingerprint, since }
}

/** @returns the date */
export async function remember(path: string, host: string, fingerprint: string): Promise<string> {
  const since = new Date().toISOString()
  await mkdir(dirname(path), { recursive: true })
  await appendFile(path, `${host} ${fingerprint} ${since}\n`, { mode: 0o600 })
  return since
}

interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream
}

/** Only a person can say so, and in whole words, as SSH asks for them. @returns false when there is none at the terminal. */
export function confirmed(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (!input.isTTY) return Promise.resolve(false)
  const lines = createInterface({ input, output, prompt: `${question} [yes/no] ` })
  return new Promise((resolve) => {
    let isDone = false
    function end(isMeant: boolean) {
      isDone = true
      lines.close()
      resolve(isMeant)
    }
    lines.on('line', (line) => {
      const answer = line.trim().toLowerCase()
      if (isDone) return // typed ahead
      if (answer === 'yes' || answer === 'no') return end(answer === 'yes')
      lines.setPrompt('Type yes or no, in full: ')
      lines.prompt()
    })
    lines.on('close', () => isDone || end(false))
    lines.prompt()
  })
}
