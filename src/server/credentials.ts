// What the server shows, and whom it believes: the local authority's certificate or one's own, read again whenever it is asked.
import { openAuthority } from '../../certs/authority.ts'
import type { Authority } from '../../certs/authority.ts'
import type { KeyType } from '../../certs/keys.ts'
import type { ClientCert, Credentials, NamedCredentials } from './secure.ts'

export interface CredentialsOptions {
  certs: string
  /** What the local authority certifies. */
  names: string[]
  /** Of the local authority's certificate; without it, as it is. */
  keyType?: KeyType
  /** One's own certificate and key (PEM), instead of the local authority's. */
  credentials?: Credentials | (() => Promise<Credentials>)
  /** More of one's own, for clients that ask for their name. */
  named?: () => Promise<NamedCredentials[]>
  clientCert?: ClientCert
}

export interface ReadCredentials {
  tls: Credentials
  /** Undefined with one's own certificate. */
  authority: Authority | undefined
}

/** Clients are certified by the local authority, whoever certifies the server. @throws Error when something cannot be read. */
export async function readCredentials(options: CredentialsOptions): Promise<ReadCredentials> {
  const { certs, names, keyType, credentials, named, clientCert = 'none' } = options
  const own = typeof credentials === 'function' ? await credentials() : credentials
  const isAsked = clientCert !== 'none'
  const needsAuthority = !own || (isAsked && !own.clients)
  const opened = needsAuthority ? await openAuthority(certs, names, keyType) : undefined
  const clients = own?.clients ?? (opened && { ca: opened.ca, crls: opened.crls })
  const { cert, key } = own ?? opened!.leaf
  const tls: Credentials = {
    ...{ cert, key },
    ...(named && { named: await named() }),
    ...(isAsked && clients && { clients }),
  }
  return { tls, authority: own ? undefined : opened }
}
