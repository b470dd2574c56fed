/**
 * Signature algorithms offered for signing: name of the key's algorithm and its digest. RSASSA-PSS has MGF1 and a salt of
 * the same digest. Ed25519 signs the bytes themselves; beside it CMS and XML use SHA-512 (RFC 8419 §3.1).
 */
export type SignatureAlgorithm =
  | 'rsa-pkcs1-sha256'
  | 'rsa-pss-sha256'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'ed25519';

/** A private key that signs, wherever it lives, together with its certificate chain. */
export interface SignatureProvider {
  readonly algorithm: SignatureAlgorithm;
  /** DER certificates, the signing certificate first; the root may be left out. */
  readonly certificateChain: readonly Uint8Array[];
  /** Signs the bytes (the digest is computed inside). Returns an RSA signature, a DER
   * `ECDSA-Sig-Value` or the 64 bytes of Ed25519. */
  sign(tbs: Uint8Array): Promise<Uint8Array>;
}

/** An RFC 3161 time-stamp authority: DER `TimeStampReq` in, DER `TimeStampResp` out. */
export interface TimeStampAuthority {
  timeStamp(request: Uint8Array): Promise<Uint8Array>;
}

/** Where revocation data comes from. `undefined` means that there is none; every answer is verified by the caller. */
export interface RevocationSource {
  /** DER `OCSPResponse` (RFC 6960) on `certificate`, issued by `issuer`; both are DER certificates. */
  ocsp(certificate: Uint8Array, issuer: Uint8Array): Promise<Uint8Array | undefined>;
  /** DER `CertificateList` (RFC 5280 §5) of `issuer` that covers `certificate`. */
  crl(certificate: Uint8Array, issuer: Uint8Array): Promise<Uint8Array | undefined>;
}
