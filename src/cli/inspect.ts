// `wirelab inspect`: what a client learns of a server before the first byte of HTTP.
import { readFile } from 'node:fs/promises'
import { connect, getCACertificates } from 'node:tls'
import type { DetailedPeerCertificate } from 'node:tls'
import { Command } from 'commander'
import { caOf } from './watch.ts'
import { UsageError } from './main.ts'
import { printable } from './printable.ts'

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Print the TLS session and the certificate chain of https://… or wss://…')
    .argument('<url>', 'https:// or wss:// URL')
    .option('--ca <file>', 'the CA to trust beside the system’s; default certs/ca.pem if it is there')
    .action(inspect)
}

async function inspect(text: string, { ca }: { ca?: string }) {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['https:', 'wss:'].includes(url.protocol)) throw new UsageError('inspect: expected https://… or wss://…')
  const path = await caOf(ca)
  const extra = path === undefined ? undefined : await readFile(path, 'utf8')
  process.stdout.write(`${(await session(url, extra)).map(printable).join('\n')}\n`)
}

function session(url: URL, ca: string | undefined): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ALPNProtocols: ['h2', 'http/1.1'],
      timeout: 10_000,
      ...(/[a-z]/i.test(host) && !host.includes(':') && { servername: host }),
      ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }),
    })
    socket.once('secureConnect', () => {
      const { name, version } = socket.getCipher()
      const key = socket.getEphemeralKeyInfo() as { name?: string; type?: string } | null
      const lines = [
        `protocol   ${socket.getProtocol()}`,
        `cipher     ${name} (${version})`,
        `exchange   ${key?.name ?? key?.type ?? 'unknown'}`,
        `ALPN       ${socket.alpnProtocol || 'none'}`,
        `session    ${socket.isSessionReused() ? 'resumed' : 'new'}`,
        `trusted    yes: the chain ends at a CA that this client trusts`,
        '',
        ...chain(socket.getPeerCertificate(true)),
      ]
      socket.end()
      resolve(lines)
    })
    socket.once('timeout', () => socket.destroy(new Error(`${url.host} did not answer within 10 s`)))
    socket.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `inspect ${url.host}: ${cause.code ?? ''} ${cause.message}; pass the CA with --ca if it is a local one`,
          { cause },
        ),
      ),
    )
  })
}

function chain(leaf: DetailedPeerCertificate): string[] {
  const lines: string[] = []
  let certificate: DetailedPeerCertificate | undefined = leaf
  for (let depth = 0; certificate && depth < 10; depth++) {
    lines.push(
      `${depth}  subject  ${String(certificate.subject.CN ?? certificate.subject.O)}`,
      `   issuer   ${String(certificate.issuer.CN ?? certificate.issuer.O)}`,
      ...(certificate.subjectaltname ? [`   names    ${certificate.subjectaltname}`] : []),
      `   valid    ${certificate.valid_from} – ${certificate.valid_to}`,
      `   SHA-256  ${certificate.fingerprint256}`,
    )
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate
    certificate = issuer && issuer.fingerprint256 !== certificate.fingerprint256 ? issuer : undefined
  }
  return lines
}
