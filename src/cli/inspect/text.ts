// A report of `wirelab inspect` for a person: first whether it is trusted, then what was seen.
import type { Report, ReportedCertificate } from './report.ts'

export function textOf(report: Report): string[] {
  const { chain, order } = report
  const lines = verdictOf(report)
  if (order !== null && chain.length > 0)
    lines.push(`order      wrong: ${order}`, '           cure: wirelab certs chain --sort')
  return [...lines, '', ...connectionOf(report), '', ...chain.flatMap(certificate)]
}

function verdictOf(report: Report): string[] {
  const { trusted, reasons, vouchedFor } = report
  if (!trusted)
    return reasons.flatMap(({ text, cure }, i) => [
      `${i === 0 ? 'trusted    NO' : '          and'}: ${text}`,
      `           cure: ${cure}`,
    ])
  if (vouchedFor !== null)
    return [
      `trusted    yes, by you: it is the certificate that was vouched for on ${vouchedFor}`,
      ...reasons.map(({ text }) => `           by nobody else: ${text}`),
    ]
  return ['trusted    yes: the chain ends at a CA that this client trusts, and is for this host', revocationOf(report)]
}

function revocationOf({ revoked, staleList }: Report): string {
  if (revoked !== null) return 'revoked    no: it is not on the list of its issuer'
  if (staleList === null)
    return 'revoked    unknown: no list of its issuer was given (--crl FILE); most clients do not look at all'
  const { from, to } = staleList
  const when = to === null ? `from ${from}` : `from ${from} to ${to}`
  return `revoked    unknown: the list of its issuer is good ${when}, not now; give its newest (--crl FILE)`
}

function connectionOf(report: Report): string[] {
  const { tls, timing, address } = report
  return [
    `address    ${address}`,
    `SNI        ${tls.sni ?? 'none: the host is an address'}`,
    ...(tls.protocol === null ? ['protocol   none was agreed on'] : sessionOf(tls, tls.protocol)),
    `time       DNS ${timing.dns} ms, TCP ${timing.tcp} ms, TLS ${timing.tls} ms${laterOf(report)}`,
    ...answerOf(report),
  ]
}

function sessionOf(tls: Report['tls'], protocol: string): string[] {
  const { cipher, group, alpn, asksForCertificate, channelBinding, tickets, resumed } = tls
  const came = `${tickets} ticket${tickets === 1 ? '' : 's'}`
  const again = resumed === null ? '' : `; the second connection ${resumed ? 'resumed it' : 'made another'}`
  return [
    `protocol   ${protocol}`,
    `cipher     ${cipher ?? 'unknown'}`,
    `group      ${group ?? 'unknown'}`,
    `ALPN       ${alpn ?? 'none'}, of h2 and http/1.1`,
    `session    new, ${tickets === null ? 'broken off before tickets come' : `${came}${again}`}`,
    `client     ${asksForCertificate ? 'it asks for a certificate of ours' : 'it asks for no certificate of ours'}`,
    ...(channelBinding === null ? [] : [`binding    tls-exporter ${channelBinding} (RFC 9266)`]),
  ]
}

function laterOf({ timing, answer, tls }: Report): string {
  const second = timing.resumed === null ? '' : `, TLS again ${timing.resumed} ms${tls.resumed ? ' (resumed)' : ''}`
  return timing.answer === null || !answer ? second : `${second}, ${answer.kind} ${timing.answer} ms`
}

/** On the second connection, which offers no other protocol: an Upgrade there is none in HTTP/2. */
function answerOf({ answer }: Report): string[] {
  if (!answer) return []
  const { kind, status } = answer
  const line = `answer     ${kind}: ${status ?? 'none'}, by HTTP/1.1 on the second connection`
  if (kind === 'HTTP' || status === 101) return [line]
  const cure = status === 200 || status === 404 ? '; is the path right? In the lab it is /feed/wss' : ''
  return [line, `           no WebSocket: only 101 opens one${cure}`]
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
