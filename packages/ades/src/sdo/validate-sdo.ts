import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { asTime } from '../asn1/der-reader.ts';
import { OID } from '../asn1/oids.ts';
import { findSignedDataProblem, readSignedData } from '../cms/signed-data-reader.ts';
import { Evidence, type ValidationOptions } from '../validation/evidence.ts';
import { judgeCertificate } from '../validation/judge-certificate.ts';
import { judgeSignedData } from '../validation/judge-signed-data.ts';
import {
  CLAUSE,
  type Conclusion,
  failed,
  type Indication,
  indeterminate,
  overallIndication,
  type PathReport,
  unreadableSignature,
  worst,
} from '../validation/validation-report.ts';
import { sameBytes } from '../x509/certificate-reader.ts';
import { readSdo, type Sdo, type SdoSignature } from './sdo-structure.ts';

export interface SdoSignatureReport extends Conclusion, PathReport {
  mimeType: string;
  /** DER signing certificate. */
  signer: Uint8Array | undefined;
  /** Subject of the signing certificate, most significant attribute first. */
  subject: { type: string; value: string }[];
  /** The claimed signing time, at which the certificate is judged: an SDO has no time-stamps. */
  signedAt: Date | undefined;
  ocspResponses: Uint8Array[];
}

export interface SdoValidationReport {
  /** The worst of all signatures and the seal. */
  indication: Indication;
  signatures: SdoSignatureReport[];
  /** Nothing when the container is not sealed; the indication is then no better than INDETERMINATE. */
  seal: SdoSignatureReport | undefined;
  metadata: Sdo['metadata'];
  document: Uint8Array | undefined;
}

/**
 * Validates an SDO: every signature over the document, the digests that the container states, certification paths with
 * status at the time of signing, and the seal over the data part as it stands.
 * @param options.document what was signed, where the container does not hold it; with one that does it must be the same
 * @throws AdesError as `readSdo`
 */
export function validateSdo(
  bytes: Uint8Array,
  options: ValidationOptions & { document?: Uint8Array },
): SdoValidationReport {
  const sdo = readSdo(bytes);
  const { document = options.document, sealedBytes, metadata } = sdo;
  const differs = options.document && document && !sameBytes(options.document, document);
  const signatures = sdo.signatures.map((signature) => {
    const report = judge(signature, document, options);
    return differs
      ? { ...report, ...worst([report, failed('HASH_FAILURE', 'document', CLAUSE.cryptography)]) }
      : report;
  });
  const seal = sdo.seal && judge(sdo.seal, sealedBytes, options);
  const sealing = seal ?? indeterminate('SIG_CONSTRAINTS_FAILURE', 'seal_missing', CLAUSE.acceptance);
  const none = signatures.length === 0 ? [failed('FORMAT_FAILURE', 'signature_missing', CLAUSE.format)] : [];
  return { indication: overallIndication([...signatures, sealing, ...none])!, signatures, seal, metadata, document };
}

function judge(
  { mimeType, digest, hashedData, cms, ocspResponses, crls }: SdoSignature,
  content: Uint8Array | undefined,
  options: ValidationOptions,
): SdoSignatureReport {
  const report = {
    mimeType,
    signer: undefined,
    subject: [],
    signedAt: undefined,
    ocspResponses,
    path: [],
    statuses: [],
  };
  try {
    const data = readSignedData(cms, { ber: true });
    const signingTime = data.signedAttributes.get(OID.signingTime);
    const signedAt = signingTime && asTime(signingTime);
    const facts = { ...report, signer: data.signer.bytes, subject: [...data.signer.subject], signedAt };
    if (!content) {
      return { ...facts, ...indeterminate('SIGNED_DATA_NOT_FOUND', 'document_missing', CLAUSE.cryptography) };
    }
    const stated = sameBytes(createHash(digest).update(content).digest(), hashedData);
    const problem = findSignedDataProblem(
      data,
      (algorithm) => createHash(algorithm).update(content).digest(),
      () => content,
    );
    const evidence = new Evidence(options);
    evidence.add({ ocspResponses, crls, certificates: [...data.certificates] });
    const provenAt = signedAt && signedAt < options.at ? signedAt : options.at;
    // The answer was got for this signature; when it was got is what the container states with it.
    for (const answer of [...ocspResponses, ...crls]) evidence.prove(answer, provenAt);
    const certificate = judgeCertificate(
      { certificate: data.signer.bytes, certificates: data.certificates, purpose: 'signature', provenAt },
      evidence,
    );
    const conclusion = worst([
      ...(stated ? [] : [failed('HASH_FAILURE', 'hashed_data', CLAUSE.cryptography)]),
      judgeSignedData(data, problem),
      ...(signedAt ? [] : [indeterminate('SIG_CONSTRAINTS_FAILURE', 'signing_time_missing', CLAUSE.acceptance)]),
      certificate,
    ]);
    return { ...facts, ...certificate, ...conclusion };
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    return { ...report, ...unreadableSignature(error) };
  }
}
