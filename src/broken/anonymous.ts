// Anonymous Diffie-Hellman (RFC 5246 §F.1.1.1): all that a client must offer to be encrypted with whoever answers. TLS 1.3 has no such suites.
export const anonymous = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' } as const
