// The local certificate authority: made on first start, so that everything here runs on real, verified TLS.
import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isCertificate, isIssuedBy } from './chain.ts'
import { constraintsOf, permits, subtreeOf } from './constraints.ts'
import { openLists, revokeSerial } from './crl.ts'
import { alone, files, readPair, readText, writePair } from './files.ts'
import { issue } from './issue.ts'
import type { Credentials } from './issue.ts'
import { keyTypeOf } from './keys.ts'
import type { KeyType } from './keys.ts'

export interface Authority {
  caPath: string
  /** PEM of the root: what one trusts. */
  ca: string
  /** It signs for servers and clients. */
  intermediate: Credentials
  leaf: Credentials
  /** The lists of what is revoked, PEM: of the intermediate, and of the root. */
  crls: string[]
  /** What this call wrote, for the person at the terminal. */
  wrote: ('ca' | 'intermediate' | 'leaf')[]
  /** Why the CA that was here gave way to another, which must be trusted anew. */
  replaced?: string
}

/** How the names of all issuers here begin, of old ones too. */
const OURS = 'CN=Wirelab local'
const CA = { days: 730, renewDays: 60 }
const LEAF = { days: 90, renewDays: 30 }

/**
 * Reads the authority in `directory`, or makes it; the leaf is made anew when it is near its end, lacks one of `names` or has a key of
 * another type. A key and a certificate that do not belong together are made anew, both.
 * @throws Error when the directory cannot be written; `NO_CA` when the root in it cannot be read; `FOREIGN_CA` as `refuseForeign`
 */
export function openAuthority(directory: string, names: string[], keyType?: KeyType): Promise<Authority> {
  return alone(directory, () => openLocked(directory, names, keyType))
}

async function openLocked(directory: string, names: string[], keyType?: KeyType): Promise<Authority> {
  const path = (name: keyof typeof files) => join(directory, files[name])
  const wrote: Authority['wrote'] = []
  await refuseForeign(directory)

  let root = await readPair(path('ca'), path('caKey'))
  const permitted = root && constraintsOf(root.cert)
  const replaced = root ? flawOf(root.cert, permitted, names) : await lossOf(path('ca'), path('caKey'))
  if (!root || replaced !== undefined) {
    root = await issue({
      ...{ kind: 'authority', subject: 'Wirelab local CA', days: CA.days, pathLength: 1 },
      permitted: [...new Set([...(permitted ?? []), ...names.map(subtreeOf)])],
    })
    await writePair(root, path('ca'), path('caKey'))
    wrote.push('ca')
  }
  let intermediate = await readPair(path('intermediate'), path('intermediateKey'))
  if (!intermediate || isNearEnd(intermediate.cert, CA.renewDays) || !isIssuedByPem(intermediate.cert, root.cert)) {
    const subject = 'Wirelab local intermediate CA'
    intermediate = await issue({ kind: 'authority', subject, issuer: root, days: CA.days, pathLength: 0 })
    await writePair(intermediate, path('intermediate'), path('intermediateKey'))
    wrote.push('intermediate')
  }
  let leaf = await readPair(path('cert'), path('key'))
  if (!leaf || (keyType && keyTypeOf(leaf.key) !== keyType) || !isGood(leaf.cert, intermediate.cert, names)) {
    leaf = await issue({ kind: 'server', names, issuer: intermediate, days: LEAF.days, ...(keyType && { keyType }) })
    await writePair(leaf, path('cert'), path('key'))
    wrote.push('leaf')
  }
  const crls = await openLists(path('crl'), [intermediate, root])
  return { caPath: path('ca'), ca: root.cert, intermediate, leaf, crls, wrote, ...(replaced && { replaced }) }
}

/**
 * A certificate of a server that its authority has taken back, for showing who notices. Kept beside the others, so that the list of the
 * revoked is not longer with each start.
 */
export function openRevoked(directory: string, { intermediate }: Authority, names: string[]): Promise<Credentials> {
  return alone(directory, async () => {
    const paths = [join(directory, files.revoked), join(directory, files.revokedKey)] as const
    let pair = await readPair(...paths)
    if (!pair || !isGood(pair.cert, intermediate.cert, names)) {
      pair = await issue({ kind: 'server', names, issuer: intermediate, days: CA.days })
      await writePair(pair, ...paths)
    }
    const { serialNumber } = new X509Certificate(pair.cert)
    await revokeSerial(join(directory, files.crl), intermediate, serialNumber.toLowerCase())
    return pair
  })
}

/**
 * Why a root cannot be gone on with, in words that follow "made anew:"; undefined when there was none.
 * @throws Error `NO_CA` when its certificate cannot be read: it may come back, and nobody is to lose what he trusts without a word
 */
async function lossOf(certPath: string, keyPath: string): Promise<string | undefined> {
  const [cert, key] = [await readText(certPath), await readText(keyPath)]
  if (cert === undefined) return key === undefined ? undefined : 'of the one before only the key was left'
  if (!isCertificate(cert)) throw Object.assign(new Error(`${certPath} is not a certificate in PEM`), { code: 'NO_CA' })
  if (key === undefined) return 'the key of the one before was gone'
  return 'the key beside the one before did not belong to it'
}

/** What is wrong with a root, in words that follow "made anew:". */
function flawOf(root: string, permitted: string[] | undefined, names: string[]): string | undefined {
  if (isNearEnd(root, CA.renewDays)) return 'the one before would have ended soon'
  if (!permitted) return 'the one before had no intermediate, and could have signed for any site'
  const other = names.find((name) => !permits(permitted, name))
  return other === undefined ? undefined : `the one before may not sign for ${other}`
}

/**
 * The names of our files are those that others use too: what this lab did not make is not written over, and not removed.
 * @throws Error `FOREIGN_CA` when a certificate in the directory has another issuer
 */
async function refuseForeign(directory: string): Promise<void> {
  for (const name of [files.ca, files.intermediate, files.cert]) {
    const pem = await readText(join(directory, name))
    if (pem === undefined || !isCertificate(pem) || new X509Certificate(pem).issuer.startsWith(OURS)) continue
    const message = `${join(directory, name)} was not made by wirelab; it is left as it is. Choose another folder with --certs`
    throw Object.assign(new Error(message), { code: 'FOREIGN_CA' })
  }
}

/** Removes what `openAuthority` wrote. @returns the paths that were there. @throws Error `FOREIGN_CA` as `refuseForeign` */
export async function removeAuthority(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [] // the lock would make it
  return alone(directory, async () => {
    await refuseForeign(directory)
    const removed: string[] = []
    for (const name of Object.values(files)) {
      const path = join(directory, name)
      if ((await readText(path)) === undefined) continue
      await rm(path)
      removed.push(path)
    }
    return removed
  })
}

/** Of a server: for these names, not near its end, and followed by this intermediate, which has signed it. */
const isGood = (cert: string, intermediate: string, names: string[]) =>
  !isNearEnd(cert, LEAF.renewDays) &&
  covers(cert, names) &&
  cert.endsWith(intermediate) &&
  isIssuedByPem(cert, intermediate)

/** Whether a certificate is valid for every one of these names and addresses. */
function covers(pem: string, names: string[]): boolean {
  const certificate = new X509Certificate(pem)
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined)
}

function isNearEnd(pem: string, days: number): boolean {
  return new X509Certificate(pem).validToDate.getTime() - Date.now() < days * 86_400_000
}

const isIssuedByPem = (pem: string, issuer: string) => isIssuedBy(new X509Certificate(pem), new X509Certificate(issuer))
