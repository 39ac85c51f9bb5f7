// Whether the OpenSSL of this Node still speaks TLS 1.0: builds and policies of the system differ, so it is tried.
import { connect } from 'node:tls'

const PATIENCE_MS = 5000

/** With a server that speaks nothing newer. The certificate is verified as always. */
export function speaksOld({ host, port }: { host: string; port: number }, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      ...{ host, port, ca, servername: 'localhost', timeout: PATIENCE_MS },
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
    })
    function end(speaks: boolean) {
      socket.destroy()
      resolve(speaks)
    }
    socket.once('secureConnect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}
