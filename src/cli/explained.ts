// What the system says when something cannot be had, in the words of whoever chose it: which flag to change, and why.
import { join } from 'node:path'
import { files } from '../../certs/files.ts'
import { UsageError } from './main.ts'

export interface Chosen {
  certs: string
  port?: number
  host?: string
  /** What chose the port. */
  flag?: '--port' | '--broken' | '--listen'
}

/** A mistake of the person at the keyboard as one line with exit 2; any other error as it is. */
export function explained(error: NodeJS.ErrnoException, chosen: Chosen): Error {
  const { code = '' } = error
  if (code.startsWith('ERR_OSSL') || code.startsWith('ERR_SSL'))
    return new UsageError(
      `the certificate and key cannot be used together (${code}); expected PEM that belong together`,
      {
        cause: error,
      },
    )
  const { port } = error as { port?: number } // of the range another one than of the lab
  const why = reasons(error, { ...chosen, ...(port !== undefined && { port }) })[code]
  return why === undefined ? error : new UsageError(why, { cause: error })
}

function reasons(
  { syscall, message }: NodeJS.ErrnoException,
  { certs, port, host, flag = '--port' }: Chosen,
): Record<string, string | undefined> {
  const unwritable = `${certs} cannot be written; choose another --certs`
  const forbidden =
    syscall === 'listen' ? `not allowed to listen on ${host}:${port}; choose another ${flag}` : unwritable
  const noAddress = `this machine has no address ${host}; choose another --host`
  const noDirectory = `${certs} is not a directory; choose another --certs`
  return {
    EADDRINUSE: `port ${port} is taken by another program; stop it, or choose one with ${flag} (0 = any)`,
    EADDRNOTAVAIL: noAddress,
    ENOTFOUND: noAddress,
    EAI_AGAIN: noAddress,
    EACCES: forbidden,
    EPERM: forbidden,
    EROFS: unwritable,
    ENOSPC: unwritable,
    ENOENT: syscall === 'mkdir' ? unwritable : undefined,
    EISDIR: unwritable, // one of its files is a directory
    ENOTDIR: noDirectory,
    EEXIST: noDirectory,
    NO_CA: `${join(certs, files.ca)} is not a certificate in PEM; put back the one that you trust, or begin anew: wirelab certs --certs ${certs} --remove`,
    FOREIGN_CA: message,
    ELOCKED: `another lab is writing in ${certs}; try again, or choose another --certs`,
  }
}
