// The certificates of a run beside its usual one: for points that change who shows what.
import type { Authority } from '../certs/authority.ts'
import { issue } from '../certs/issue.ts'
import type { Credentials } from '../src/server/secure.ts'

export interface TlsVariants {
  rsa: Credentials
  client: Credentials
  /** Who signs for clients, and what is revoked of it. */
  clients: { ca: string; crls: string[] }
}

export async function tlsVariants(
  { ca, crls, intermediate: issuer }: Authority,
  names: string[],
): Promise<TlsVariants> {
  return {
    rsa: await issue({ kind: 'server', names, issuer, keyType: 'rsa' }),
    client: await issue({ kind: 'client', subject: 'bench', issuer }),
    clients: { ca, crls },
  }
}
