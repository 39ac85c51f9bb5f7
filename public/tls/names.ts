// What the numbers of a handshake are called, as IANA lists them; what is not here keeps its number.

const named = (names: Readonly<Record<number, string>>) => (value: number) =>
  names[value] ?? (isGrease(value) ? `GREASE ${hex(value)}` : hex(value))

/** RFC 8701 §2: values that mean nothing, so that nobody comes to stumble over what is not known yet. */
export const isGrease = (value: number) => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)
const hex = (value: number) => `0x${value.toString(16).padStart(4, '0')}`

/** RFC 8446 §5.1 */
export const recordTypes: Readonly<Record<number, string>> = {
  ...{ 20: 'change_cipher_spec', 21: 'alert', 22: 'handshake', 23: 'application_data' },
}

export const versionName = named({ 0x0301: 'TLS 1.0', 0x0302: 'TLS 1.1', 0x0303: 'TLS 1.2', 0x0304: 'TLS 1.3' })

/** RFC 8446 §B.4, RFC 5289 §3, RFC 7905 §2, and what browsers still offer. */
export const suiteName = named({
  ...{ 0x1301: 'TLS_AES_128_GCM_SHA256', 0x1302: 'TLS_AES_256_GCM_SHA384', 0x1303: 'TLS_CHACHA20_POLY1305_SHA256' },
  ...{ 0xc02b: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 0xc02c: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384' },
  ...{ 0xc02f: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 0xc030: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' },
  ...{ 0xcca8: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 0xcca9: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256' },
  ...{ 0xc009: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 0xc00a: 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA' },
  ...{ 0xc013: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 0xc014: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA' },
  ...{ 0x009c: 'TLS_RSA_WITH_AES_128_GCM_SHA256', 0x009d: 'TLS_RSA_WITH_AES_256_GCM_SHA384' },
  ...{ 0x002f: 'TLS_RSA_WITH_AES_128_CBC_SHA', 0x0035: 'TLS_RSA_WITH_AES_256_CBC_SHA' },
  ...{ 0x00ff: 'TLS_EMPTY_RENEGOTIATION_INFO_SCSV' },
})

/** RFC 8446 §4.2.7, RFC 7919, draft-ietf-tls-ecdhe-mlkem */
export const groupName = named({
  ...{ 0x0017: 'secp256r1', 0x0018: 'secp384r1', 0x0019: 'secp521r1', 0x001d: 'x25519', 0x001e: 'x448' },
  ...{ 0x0100: 'ffdhe2048', 0x0101: 'ffdhe3072', 0x11eb: 'SecP256r1MLKEM768', 0x11ec: 'X25519MLKEM768' },
  ...{ 0x11ed: 'SecP384r1MLKEM1024' },
})

/** RFC 8446 §4.2.3 */
export const signatureName = named({
  ...{ 0x0403: 'ecdsa_secp256r1_sha256', 0x0503: 'ecdsa_secp384r1_sha384', 0x0603: 'ecdsa_secp521r1_sha512' },
  ...{ 0x0804: 'rsa_pss_rsae_sha256', 0x0805: 'rsa_pss_rsae_sha384', 0x0806: 'rsa_pss_rsae_sha512' },
  ...{ 0x0401: 'rsa_pkcs1_sha256', 0x0501: 'rsa_pkcs1_sha384', 0x0601: 'rsa_pkcs1_sha512' },
  ...{ 0x0807: 'ed25519', 0x0808: 'ed448', 0x0203: 'ecdsa_sha1', 0x0201: 'rsa_pkcs1_sha1' },
})

/** RFC 8446 §4.2 and the IANA list of extensions. */
export const extensionName = named({
  ...{ 0: 'server_name', 5: 'status_request', 10: 'supported_groups', 11: 'ec_point_formats' },
  ...{ 13: 'signature_algorithms', 16: 'application_layer_protocol_negotiation', 18: 'signed_certificate_timestamp' },
  ...{ 21: 'padding', 22: 'encrypt_then_mac', 23: 'extended_master_secret', 27: 'compress_certificate' },
  ...{ 28: 'record_size_limit', 34: 'delegated_credential', 35: 'session_ticket', 41: 'pre_shared_key' },
  ...{ 42: 'early_data', 43: 'supported_versions', 44: 'cookie', 45: 'psk_key_exchange_modes' },
  ...{ 49: 'post_handshake_auth', 50: 'signature_algorithms_cert', 51: 'key_share' },
  ...{ 17513: 'application_settings', 17613: 'application_settings' },
  ...{ 0xfe0d: 'encrypted_client_hello', 0xff01: 'renegotiation_info' },
})
