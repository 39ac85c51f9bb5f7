// Trust on first use: a server that a person has vouched for is trusted as long as it shows the same certificate.
import { printable } from '../printable.ts'
import { confirmed, knownOf, remember } from './known.ts'
import type { Report } from './report.ts'

export interface Vouching {
  knownHosts: string
  /** Without asking. */
  yes?: boolean
}

/** The report for who vouches. `show` is called before a person is asked; what happened is said on stderr. */
export async function vouched(report: Report, { knownHosts, yes }: Vouching, show: () => void): Promise<Report> {
  const { hostname, port } = new URL(report.url)
  const host = `${hostname}:${port || 443}`
  const [leaf] = report.chain
  if (!leaf) return report
  const known = await knownOf(knownHosts, host)
  if (known && known.fingerprint !== leaf.sha256) {
    const cure = `ask its owner; if this is right, delete the line of ${host} in ${knownHosts}`
    say('THE CERTIFICATE HAS CHANGED. Somebody may be in between.')
    say(`Vouched for on ${known.since}: ${known.fingerprint}`)
    say(`It shows now:                              ${leaf.sha256}`)
    say(`What to do: ${cure}.`)
    const text = `it is not the certificate that was vouched for on ${known.since}`
    return { ...report, trusted: false, reasons: [{ code: 'changed', text, cure }, ...report.reasons] }
  }
  if (report.trusted) return report
  if (report.reasons.some(({ isIdentity }) => !isIdentity)) {
    say('Nobody can vouch for that: more is wrong than that its issuer is unknown.')
    return report
  }
  if (known) {
    say(`It is the certificate that was vouched for on ${known.since}.`)
    return { ...report, trusted: true, vouchedFor: known.since }
  }
  const { isTTY } = process.stdin
  if (!yes && isTTY) show()
  if (
    !yes &&
    !(await confirmed(`${host} is unknown. Is ${leaf.sha256} its SHA-256 fingerprint, as its owner told you?`))
  ) {
    say(`${host} is not vouched for${isTTY ? '' : '; without a terminal only --yes does that'}.`)
    return report
  }
  const vouchedFor = await remember(knownHosts, host, leaf.sha256)
  say(`${host} is vouched for from now on, in ${knownHosts}.`)
  return { ...report, trusted: true, vouchedFor }
}

const say = (line: string) => process.stderr.write(`${printable(line)}\n`)
