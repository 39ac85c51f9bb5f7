// For which names an authority may sign at all (RFC 5280 §4.2.1.10): who trusts it need not trust it with every site.
import { BlockList, isIP } from 'node:net'
import 'reflect-metadata' // what x509 needs before it loads
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  NameConstraints,
  id_ce_nameConstraints,
} from '@peculiar/asn1-x509'
import * as x509 from '@peculiar/x509'

/** The smallest subtree with a name in it: all of loopback, this one address, or this host and what is below it. */
export function subtreeOf(name: string): string {
  if (isIP(name) === 4) return name.startsWith('127.') ? '127.0.0.0/8' : `${name}/32`
  return isIP(name) === 6 ? `${name}/128` : name
}

export function constraints(subtrees: string[]): x509.Extension {
  const permittedSubtrees = new GeneralSubtrees(
    subtrees.map((subtree) => {
      const base = new GeneralName(subtree.includes('/') ? { iPAddress: subtree } : { dNSName: subtree })
      return new GeneralSubtree({ base })
    }),
  )
  const value = AsnConvert.serialize(new NameConstraints({ permittedSubtrees }))
  return new x509.Extension(id_ce_nameConstraints, true, value)
}

/** What an authority may sign for; undefined: everything. */
export function constraintsOf(pem: string): string[] | undefined {
  const extension = new x509.X509Certificate(pem).getExtension(id_ce_nameConstraints)
  if (!extension) return undefined
  const { permittedSubtrees = [] } = AsnConvert.parse(extension.value, NameConstraints)
  return [...permittedSubtrees].map(({ base }) => base.iPAddress ?? base.dNSName ?? '')
}

export function permits(subtrees: string[], name: string): boolean {
  const version = isIP(name)
  return subtrees.some((subtree) => {
    if (version === 0) return name === subtree || name.endsWith(`.${subtree}`)
    const [network = '', prefix] = subtree.split('/')
    if (prefix === undefined || isIP(network) !== version) return false
    const block = new BlockList()
    const family = version === 4 ? 'ipv4' : 'ipv6'
    block.addSubnet(network, Number(prefix), family)
    return block.check(name, family)
  })
}
