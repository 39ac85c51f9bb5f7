// A report of `wirelab inspect` for a person.
import type { Report, ReportedCertificate } from './report.ts'

export function textOf(report: Report): string[] {
  const { tls, timing, answer, chain, order, address, trusted, reasons } = report
  const lines = [
    `address    ${address}`,
    `protocol   ${tls.protocol ?? 'none was agreed on'}`,
    `cipher     ${tls.cipher ?? 'unknown'}`,
    `group      ${tls.group ?? 'unknown'}`,
    `ALPN       ${tls.alpn ?? 'none'}`,
    `SNI        ${tls.sni ?? 'none: the host is an address'}`,
    `session    ${sessionOf(tls)}`,
    `client     ${tls.asksForCertificate ? 'it asks for a certificate of ours' : 'it asks for no certificate of ours'}`,
    ...(tls.channelBinding === null ? [] : [`binding    tls-exporter ${tls.channelBinding} (RFC 9266)`]),
    `time       DNS ${timing.dns} ms, TCP ${timing.tcp} ms, TLS ${timing.tls} ms${laterOf(report)}`,
    ...(answer ? [`answer     ${answer.kind}: ${answer.status ?? 'none'}`] : []),
    '',
  ]
  if (trusted) {
    lines.push('trusted    yes: the chain ends at a CA that this client trusts, and is for this host')
    lines.push(revocationOf(report))
  }
  for (const [i, { text, cure }] of reasons.entries())
    lines.push(`${i === 0 ? 'trusted    NO' : '          and'}: ${text}`, `           cure: ${cure}`)
  if (order !== null && chain.length > 0)
    lines.push(`order      wrong: ${order}`, '           cure: wirelab certs chain --sort')
  return [...lines, '', ...chain.flatMap(certificate)]
}

function revocationOf({ revoked, staleList }: Report): string {
  if (revoked !== null) return 'revoked    no: it is not on the list of its issuer'
  if (staleList === null)
    return 'revoked    unknown: no list of its issuer was given (--crl FILE); most clients do not look at all'
  const { from, to } = staleList
  const when = to === null ? `from ${from}` : `from ${from} to ${to}`
  return `revoked    unknown: the list of its issuer is good ${when}, not now; give its newest (--crl FILE)`
}

function sessionOf({ tickets, resumed, protocol }: Report['tls']): string {
  const came = `${tickets} ticket${tickets === 1 ? '' : 's'}`
  if (resumed === null) return protocol === null ? 'none' : `new, ${came}`
  return `new, ${came}; the second connection ${resumed ? 'resumed it' : 'made another'}`
}

function laterOf({ timing, answer, tls }: Report): string {
  const second = timing.resumed === null ? '' : `, TLS again ${timing.resumed} ms${tls.resumed ? ' (resumed)' : ''}`
  return timing.answer === null || !answer ? second : `${second}, ${answer.kind} ${timing.answer} ms`
}

function certificate(each: ReportedCertificate, depth: number): string[] {
  return [
    `${depth}  subject   ${each.subject}${each.isAuthority ? '  (authority)' : ''}`,
    `   issuer    ${each.issuer}`,
    ...(each.names === null ? [] : [`   names     ${each.names}`]),
    `   valid     ${each.validFrom} – ${each.validTo}`,
    `   key       ${each.key}${each.signature === null ? '' : `, signed with ${each.signature}`}`,
    `   serial    ${each.serial}`,
    `   SHA-256   ${each.sha256}`,
    `   SHA-1     ${each.sha1}`,
  ]
}
