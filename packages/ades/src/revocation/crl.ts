import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, verifySignature } from '../asn1/algorithms.ts';
import {
  asBitString,
  asInteger,
  asOctetString,
  asOid,
  asSmallInteger,
  asTime,
  children,
  readDer,
  SequenceReader,
  unwrapExplicit,
} from '../asn1/der-reader.ts';
import { bitString, context, contextPrimitive, enumerated, integer, sequence, TAG, time } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import type { SignatureProvider } from '../ports.ts';
import { extension } from '../x509/certificate-builder.ts';
import { KEY_USAGE, keyIdentifier, readCertificate, sameBytes } from '../x509/certificate-reader.ts';

/** `CRLReason` values (RFC 5280 §5.3.1); 7 is not assigned. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  key_compromise: 1,
  ca_compromise: 2,
  affiliation_changed: 3,
  superseded: 4,
  cessation_of_operation: 5,
  certificate_hold: 6,
  remove_from_crl: 8,
  privilege_withdrawn: 9,
  aa_compromise: 10,
} as const;

export type RevocationReason = keyof typeof REVOCATION_REASONS;

export interface RevokedCertificate {
  serialNumber: bigint;
  revokedAt: Date;
  reason?: RevocationReason;
}

/**
 * Issues a complete CRL.
 *
 * TBSCertList ::= SEQUENCE { version, signature, issuer, thisUpdate, nextUpdate,
 *   revokedCertificates SEQUENCE OF SEQUENCE { userCertificate, revocationDate, crlEntryExtensions } OPTIONAL,
 *   crlExtensions [0] EXPLICIT }     (RFC 5280 §5.1)
 * @returns the DER CertificateList
 */
export async function issueCrl(input: {
  issuer: SignatureProvider;
  crlNumber: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  revoked: readonly RevokedCertificate[];
}): Promise<Uint8Array> {
  const issuerBytes = input.issuer.certificateChain[0];
  if (!issuerBytes) throw new AdesError('certificate_missing', 'the CRL issuer has no certificate');
  const issuer = readCertificate(issuerBytes);
  const algorithm = ALGORITHMS[input.issuer.algorithm].x509;
  const entries = input.revoked.map(({ serialNumber, revokedAt, reason }) => {
    // An absent reason says the same as "unspecified" and is what RFC 5280 §5.3.1 recommends.
    const reasonCode = reason && reason !== 'unspecified' ? REVOCATION_REASONS[reason] : undefined;
    const extensions =
      reasonCode === undefined ? [] : [sequence(extension(OID.reasonCode, false, enumerated(reasonCode)))];
    return sequence(integer(serialNumber), time(revokedAt), ...extensions);
  });
  const authorityKey = issuer.subjectKeyIdentifier ?? keyIdentifier(issuer.spki);
  const tbs = sequence(
    integer(1),
    algorithm,
    issuer.subjectBytes,
    time(input.thisUpdate),
    time(input.nextUpdate),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    context(
      0,
      sequence(
        extension(OID.authorityKeyIdentifier, false, sequence(contextPrimitive(0, authorityKey))),
        extension(OID.crlNumber, false, integer(input.crlNumber)),
      ),
    ),
  );
  return sequence(tbs, algorithm, bitString(await input.issuer.sign(tbs)));
}

export interface Crl {
  thisUpdate: Date;
  nextUpdate: Date | undefined;
  crlNumber: bigint | undefined;
  revoked: ReadonlyMap<bigint, { revokedAt: Date; reason: RevocationReason }>;
}

/**
 * Reads a CRL and checks that `issuer` (a DER certificate) made it: name, cRLSign usage and signature.
 * @throws AdesError `crl_invalid` when it is not this issuer's or does not verify
 */
export function verifyCrl(bytes: Uint8Array, issuerBytes: Uint8Array): Crl {
  const issuer = readCertificate(issuerBytes);
  const outer = new SequenceReader(readDer(bytes));
  const tbsNode = outer.next(TAG.sequence);
  const algorithm = outer.next(TAG.sequence);
  const signature = asBitString(outer.next());
  const tbs = new SequenceReader(tbsNode);
  tbs.optional(TAG.integer);
  tbs.next(TAG.sequence);
  const name = tbs.next(TAG.sequence);
  if (!sameBytes(name.bytes, issuer.subjectBytes)) throw invalid('the CRL is from another issuer');
  if (issuer.keyUsage && !issuer.keyUsage.has(KEY_USAGE.cRLSign)) throw invalid('the issuer may not sign CRLs');
  if (!verifySignature({ algorithm, publicKey: issuer.publicKey, data: tbsNode.bytes, signature })) {
    throw invalid('the signature of the CRL does not verify');
  }
  const thisUpdate = asTime(tbs.next());
  const nextTag = tbs.peekTag();
  const nextUpdate = nextTag === TAG.utcTime || nextTag === TAG.generalizedTime ? asTime(tbs.next()) : undefined;
  const revoked = new Map<bigint, { revokedAt: Date; reason: RevocationReason }>();
  const entries = tbs.optional(TAG.sequence);
  for (const entry of entries ? children(entries) : []) {
    const reader = new SequenceReader(entry);
    const serialNumber = asInteger(reader.next());
    const revokedAt = asTime(reader.next());
    const reason = reader.done ? 'unspecified' : readReason(reader.next());
    revoked.set(serialNumber, { revokedAt, reason });
  }
  let crlNumber: bigint | undefined;
  const extensions = tbs.optional(0xa0);
  for (const node of extensions ? children(unwrapExplicit(extensions)) : []) {
    const reader = new SequenceReader(node);
    const type = asOid(reader.next());
    const critical = reader.optional(TAG.boolean) !== undefined;
    if (type === OID.crlNumber) crlNumber = asInteger(readDer(asOctetString(reader.next())));
    // Delta and partitioned CRLs mark themselves critical; taking one for a complete CRL would hide revocations.
    else if (critical) throw invalid(`critical CRL extension ${type} is not understood`);
  }
  return { thisUpdate, nextUpdate, crlNumber, revoked };
}

function readReason(extensions: ReturnType<SequenceReader['next']>): RevocationReason {
  for (const node of children(extensions)) {
    const reader = new SequenceReader(node);
    if (asOid(reader.next()) !== OID.reasonCode) continue;
    reader.optional(TAG.boolean);
    return reasonFromCode(asSmallInteger(readDer(asOctetString(reader.next()))));
  }
  return 'unspecified';
}

export function reasonFromCode(code: number): RevocationReason {
  const found = Object.entries(REVOCATION_REASONS).find(([, value]) => value === code);
  return found ? (found[0] as RevocationReason) : 'unspecified';
}

function invalid(message: string): AdesError {
  return new AdesError('crl_invalid', message);
}
