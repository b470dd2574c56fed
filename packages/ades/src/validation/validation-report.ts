import type { AdesError } from '../ades-error.ts';
import type { BaselineLevel } from '../baseline-level.ts';
import type { LaterChange } from '../pdf/revision-pair.ts';

/** Main status of a validation, ETSI EN 319 102-1 §5.1.3, Table 5. */
export type Indication = 'TOTAL-PASSED' | 'INDETERMINATE' | 'TOTAL-FAILED';

/** Sub-indications that occur here, ETSI EN 319 102-1 §5.1.3, Table 6. */
export type SubIndication =
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'REVOKED'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'REVOKED_NO_POE'
  | 'REVOKED_CA_NO_POE'
  | 'OUT_OF_BOUNDS_NO_POE'
  | 'NO_POE'
  | 'TRY_LATER'
  | 'SIGNED_DATA_NOT_FOUND';

/** One fact that bears on the verdict. */
export interface Finding {
  /** Stable, lower snake case. */
  code: string;
  /** The clause that it is about. */
  clause: string;
}

export interface Conclusion {
  indication: Indication;
  subIndication: SubIndication | undefined;
  findings: Finding[];
}

/** What is known about the status of one certificate of a path. */
export interface CertificateStatusReport {
  /** DER. */
  certificate: Uint8Array;
  /** `not_needed`: a trust anchor, or a responder marked ocsp-nocheck. */
  status: 'good' | 'revoked' | 'unknown' | 'not_needed';
  source: 'ocsp' | 'crl' | undefined;
  /** thisUpdate of the data used. */
  issuedAt: Date | undefined;
  revokedAt: Date | undefined;
}

export interface PathReport {
  /** Certification path as DER, end certificate first, trust anchor last; empty when there is none. */
  path: Uint8Array[];
  /** One per certificate of the path. */
  statuses: CertificateStatusReport[];
}

export interface TimeStampReport extends Conclusion, PathReport {
  kind: 'signature_time_stamp' | 'document_time_stamp' | 'archive_time_stamp';
  /** DER token. */
  token: Uint8Array;
  generatedAt: Date | undefined;
  policy: string | undefined;
}

export interface SignatureReport extends Conclusion, PathReport {
  /** Field name in a PDF, file name in a container, position in a CMS object. */
  name: string;
  format: 'pades' | 'cades' | 'xades';
  kind: 'certification' | 'approval' | 'signature';
  /** DER signing certificate. */
  signer: Uint8Array | undefined;
  /** Subject of the signing certificate, most significant attribute first. */
  subject: { type: string; value: string }[];
  /** Time that the signer claims. */
  claimedAt: Date | undefined;
  /** The earliest time at which the signature is proven to have existed; the validation time without other proof. */
  bestSignatureTime: Date;
  /** Highest baseline level whose parts are all there and sound; none unless TOTAL-PASSED. */
  level: BaselineLevel | undefined;
  timeStamps: TimeStampReport[];
}

export interface PdfSignatureReport extends SignatureReport {
  format: 'pades';
  docMdpPermission: 1 | 2 | 3 | undefined;
  /** End of the bytes that it covers. */
  coveredEnd: number;
  /** Whether the file ends there. */
  coversWholeFile: boolean;
  /** What the revisions after it did to the document. */
  laterChanges: LaterChange[];
}

export const CLAUSE = {
  format: 'EN 319 102-1 §5.2.2',
  signingCertificate: 'EN 319 102-1 §5.2.3',
  freshness: 'EN 319 102-1 §5.2.5',
  certificate: 'EN 319 102-1 §5.2.6',
  cryptography: 'EN 319 102-1 §5.2.7',
  acceptance: 'EN 319 102-1 §5.2.8',
  timeStamp: 'EN 319 102-1 §5.4',
  withTime: 'EN 319 102-1 §5.5',
  past: 'EN 319 102-1 §5.6.2',
  modifications: 'ISO 32000-2 §12.8.2.2',
  byteRange: 'ISO 32000-2 §12.8.1',
} as const;

export const passed = (): Conclusion => ({ indication: 'TOTAL-PASSED', subIndication: undefined, findings: [] });

export const failed = (subIndication: SubIndication, code: string, clause: string): Conclusion => ({
  indication: 'TOTAL-FAILED',
  subIndication,
  findings: [{ code, clause }],
});

export const indeterminate = (subIndication: SubIndication, code: string, clause: string): Conclusion => ({
  indication: 'INDETERMINATE',
  subIndication,
  findings: [{ code, clause }],
});

const SEVERITY: readonly Indication[] = ['TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED'];

/** The worst of one or more conclusions, the first of equally bad ones, with all findings. */
export function worst(conclusions: readonly Conclusion[]): Conclusion {
  const rank = ({ indication }: Conclusion): number => SEVERITY.indexOf(indication);
  const decisive = conclusions.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  const { indication, subIndication } = decisive;
  return { indication, subIndication, findings: conclusions.flatMap(({ findings }) => findings) };
}

/** The worst indication of all signatures; none when there are none. */
export const overallIndication = (signatures: readonly Conclusion[]): Indication | undefined =>
  SEVERITY.findLast((indication) => signatures.some((signature) => signature.indication === indication));

/** The conclusion on a signature that cannot be read. */
export function unreadableSignature({ code }: AdesError): Conclusion {
  if (code === 'certificate_missing') {
    return indeterminate('NO_SIGNING_CERTIFICATE_FOUND', code, CLAUSE.signingCertificate);
  }
  if (code === 'algorithm_unsupported') return indeterminate('CRYPTO_CONSTRAINTS_FAILURE', code, CLAUSE.cryptography);
  return failed('FORMAT_FAILURE', code, CLAUSE.format);
}

/** A report of which nothing is known yet. */
export const emptySignatureReport = (name: string, format: SignatureReport['format'], at: Date): SignatureReport => ({
  ...passed(),
  name,
  format,
  kind: 'signature',
  signer: undefined,
  subject: [],
  claimedAt: undefined,
  bestSignatureTime: at,
  level: undefined,
  timeStamps: [],
  path: [],
  statuses: [],
});
