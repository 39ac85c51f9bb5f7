// TLS downgrade: somebody on the way has both sides speak an older version than they could, one that can be broken.
import { connect as connectTcp } from 'node:net'
import type { SecureVersion } from 'node:tls'
import type { Attack, Target } from '../attack.ts'
import { TLS_10, TLS_12, clientHello } from '../hello.ts'
import { raid } from '../raid.ts'
import type { Raid } from '../raid.ts'
import { relay } from '../relay.ts'
import { answerOn } from '../wss.ts'

const VERSIONS: SecureVersion[] = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1']
const AES_GCM = 0xc02b // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
const FALLBACK_SCSV = 0x5600

export const attack: Attack = {
  slug: 'downgrade',
  title: 'Downgrade to an old TLS',
  from: 'socket',
  defences: ['tls-version'],
  about:
    'Somebody on the way cuts every connection whose ClientHello offers more than TLS 1.0. The victim is a client as they were until about 2015: when a handshake fails it tries again with the version below.',
  why: [
    'The handshake itself is protected, so nobody can quietly lower the version in it. But anybody can make it fail, and a client that then tries an older version by itself has stepped down on its own. TLS 1.0 and 1.1 rest on MD5 and SHA-1, and their ciphers (CBC) leak: POODLE, BEAST, Lucky 13. RFC 8996 forbids both.',
    'The defence: the server speaks TLS 1.2 and 1.3 only, with authenticated ciphers (AEAD) and forward secrecy; anything older gets alert 70 (protocol_version). Nothing that can be broken is there to step down to.',
    'Two more defences are in every TLS library of today, and have no switch. A client that steps down says so (TLS_FALLBACK_SCSV, RFC 7507), and a server that could do better answers with alert 86. And a server of TLS 1.3 that is asked for 1.2 writes so into its random, which is signed (RFC 8446 §4.1.3): whoever took 1.3 out of the ClientHello on the way is found out.',
  ],
  source: { name: 'RFC 8996, RFC 7507, RFC 8446 §4.1.3', url: 'https://www.rfc-editor.org/rfc/rfc8996' },

  run: (target, signal) =>
    raid(target, signal, async (raid) => {
      const cutter = await relay(target.port, (hello) => (hello.version > TLS_10 ? undefined : hello.bytes))
      const rewriter = await relay(target.port, (hello) => hello.without13())
      try {
        const { seen, version } = await stepDown(raid, cutter.port)
        const rewritten = await attempt(raid, rewriter.port, 'TLSv1.3')
        seen.push(`1.3 taken out of a ClientHello on the way: ${rewritten.seen}`)
        seen.push(`TLS 1.2 from a client that says it steps down (SCSV): ${await fallback(target)}`)
        return { succeeded: version === 'TLSv1', seen }
      } finally {
        cutter.close()
        rewriter.close()
      }
    }),
}

/** The dance of old clients. @returns the version in which it was served at last, if it was */
async function stepDown(raid: Raid, port: number): Promise<{ seen: string[]; version: string | undefined }> {
  const seen: string[] = []
  for (const offered of VERSIONS) {
    const { seen: what, version } = await attempt(raid, port, offered)
    seen.push(`the victim offers ${named(offered)}: ${what}`)
    if (version !== undefined) return { seen, version }
  }
  return { seen, version: undefined }
}

/** A client that would speak anything up to `highest`, and verifies the certificate as any other. */
async function attempt(raid: Raid, port: number, highest: SecureVersion): Promise<{ seen: string; version?: string }> {
  try {
    const line = await raid.open({
      ...{ port, minVersion: 'TLSv1', maxVersion: highest },
      ciphers: 'DEFAULT:@SECLEVEL=0', // OpenSSL has the old ones still, and offers them only so
    })
    await line.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`)
    const answer = await answerOn(line, 2000)
    const version = line.socket.getProtocol() ?? ''
    const seen = `${named(version)}, ${line.socket.getCipher().standardName}; its request was answered ${answer?.status ?? 'by nothing'}`
    return answer?.status === 200 ? { seen, version } : { seen }
  } catch (error) {
    return { seen: reasonOf(error as NodeJS.ErrnoException) }
  }
}

/** OpenSSL writes TLSv1 for TLS 1.0. */
const named = (version: string) => version.replace(/^TLSv1$/, 'TLSv1.0').replace('v', ' ')

const reasons: Record<string, string> = {
  ECONNRESET: 'cut',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'alert 70 (protocol_version)',
  ERR_SSL_INAPPROPRIATE_FALLBACK: 'the client found out from the server’s random, and gave up (RFC 8446 §4.1.3)',
}
const reasonOf = ({ code, message }: NodeJS.ErrnoException) => reasons[code ?? ''] ?? code ?? message

/** OpenSSL of this side would not send this: the first bytes by hand, and what comes back to them. */
async function fallback({ port }: Target): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1')
  try {
    const said = await new Promise<Buffer>((resolve) => {
      const timer = setTimeout(() => resolve(Buffer.alloc(0)), 2000)
      const settle = (bytes: Buffer) => {
        clearTimeout(timer)
        resolve(bytes)
      }
      socket.once('data', settle)
      socket.on('error', () => undefined).once('close', () => settle(Buffer.alloc(0)))
      socket.write(clientHello(TLS_12, [AES_GCM, FALLBACK_SCSV]))
    })
    if (said[0] === 0x15) return `alert ${said[6]}${said[6] === 86 ? ' (inappropriate_fallback)' : ''}`
    return said[0] === 0x16 ? 'a ServerHello: it was not noticed' : 'nothing'
  } finally {
    socket.destroy()
  }
}
