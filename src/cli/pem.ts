// What a client reads from the files that its flags name: each is refused by its name when it is something else.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { readLists } from '../../certs/crl.ts'
import { certificatesIn } from './certificates.ts'
import { UsageError } from './main.ts'

/** The CA to trust beside the system's: the one given, or the lab's own if this is where it was made. */
export async function readCa(given: string | undefined): Promise<{ path: string; pem: string } | undefined> {
  const path = given ?? 'certs/ca.pem'
  if (given === undefined && !existsSync(path)) return undefined
  return { path, pem: await readChain(path) }
}

/** Certificates, of PEM or DER, as PEM. */
export async function readChain(path: string): Promise<string> {
  return (await certificatesIn(path)).map(String).join('')
}

/** Lists of the revoked, as PEM. */
export async function readCrl(path: string): Promise<string> {
  const text = (await read(path)).toString()
  const lists = meant(path, 'a CRL in PEM', () => readLists(text))
  if (lists.length === 0) throw new UsageError(`${path}: not a CRL in PEM`)
  return text
}

/** What this client shows of itself, where a server asks for it; two flags, and their names. */
export async function readClient(
  [certFlag, cert]: [flag: string, path: string | undefined],
  [keyFlag, key]: [flag: string, path: string | undefined],
): Promise<{ client?: { cert: string; key: string } }> {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError(`${certFlag} and ${keyFlag} go together`)
  if (cert === undefined || key === undefined) return {}
  const client = { cert: await readChain(cert), key: (await read(key)).toString() }
  const own = meant(key, 'a private key in PEM without a passphrase', () => createPrivateKey(client.key))
  if (!new X509Certificate(client.cert).checkPrivateKey(own)) throw new UsageError(`${key} is not the key of ${cert}`)
  return { client }
}

function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path} (${cause.code}); expected PEM`, { cause })
  })
}

function meant<Result>(path: string, what: string, read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    throw new UsageError(`${path}: not ${what}`, { cause })
  }
}
