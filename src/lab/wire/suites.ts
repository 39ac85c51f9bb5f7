// The cipher suites that the lab's server offers: how long their keys are, and which hash and cipher they use.

export interface Suite {
  /** As IANA lists it. */
  name: string
  tls: '1.2' | '1.3'
  cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'
  keyBytes: 16 | 32
  hash: 'sha256' | 'sha384'
}

const AES_128 = { cipher: 'aes-128-gcm', keyBytes: 16, hash: 'sha256' } as const
const AES_256 = { cipher: 'aes-256-gcm', keyBytes: 32, hash: 'sha384' } as const
const CHACHA = { cipher: 'chacha20-poly1305', keyBytes: 32, hash: 'sha256' } as const

/** By the number in ServerHello. */
export const suites: ReadonlyMap<number, Suite> = new Map<number, Suite>([
  // RFC 8446 §B.4
  [0x1301, { name: 'TLS_AES_128_GCM_SHA256', tls: '1.3', ...AES_128 }],
  [0x1302, { name: 'TLS_AES_256_GCM_SHA384', tls: '1.3', ...AES_256 }],
  [0x1303, { name: 'TLS_CHACHA20_POLY1305_SHA256', tls: '1.3', ...CHACHA }],
  // RFC 5289 §3.2
  [0xc02b, { name: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', tls: '1.2', ...AES_128 }],
  [0xc02c, { name: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', tls: '1.2', ...AES_256 }],
  [0xc02f, { name: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', tls: '1.2', ...AES_128 }],
  [0xc030, { name: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', tls: '1.2', ...AES_256 }],
  // RFC 7905 §2
  [0xcca8, { name: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', tls: '1.2', ...CHACHA }],
  [0xcca9, { name: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', tls: '1.2', ...CHACHA }],
])
