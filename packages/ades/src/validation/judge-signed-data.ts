import { asOid, childAt } from '../asn1/der-reader.ts';
import { OID } from '../asn1/oids.ts';
import type { SignedData, SignedDataProblem } from '../cms/signed-data-reader.ts';
import { CLAUSE, type Conclusion, failed, indeterminate, passed } from './validation-report.ts';

const CONCLUSIONS: Record<SignedDataProblem, () => Conclusion> = {
  signed_attributes_missing: () => failed('FORMAT_FAILURE', 'signed_attributes_missing', CLAUSE.format),
  message_digest_missing: () => failed('FORMAT_FAILURE', 'message_digest_missing', CLAUSE.format),
  message_digest: () => failed('HASH_FAILURE', 'message_digest', CLAUSE.cryptography),
  content_type: () => failed('FORMAT_FAILURE', 'content_type', CLAUSE.format),
  signature_value: () => failed('SIG_CRYPTO_FAILURE', 'signature_value', CLAUSE.cryptography),
  signing_certificate: () =>
    indeterminate('NO_SIGNING_CERTIFICATE_FOUND', 'signing_certificate_reference', CLAUSE.signingCertificate),
};

/** Conclusion on the signature itself: what is broken, if anything, and whether its algorithms still count. */
export function judgeSignedData(data: SignedData, problem: SignedDataProblem | undefined): Conclusion {
  if (problem) return CONCLUSIONS[problem]();
  const algorithm = asOid(childAt(data.signatureAlgorithm, 0));
  // Collisions can be made: whoever chose the content could have chosen two.
  if (data.digest === 'sha1' || algorithm === OID.sha1WithRsa || algorithm === OID.ecdsaWithSha1) {
    return indeterminate('CRYPTO_CONSTRAINTS_FAILURE', 'digest_too_weak', CLAUSE.acceptance);
  }
  return passed();
}
