import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { ReadDigestAlgorithm } from '../asn1/algorithms.ts';
import { requireContents, xadesArchiveImprint } from '../xades/archive-time-stamp.ts';
import { type ReadXades, readXades } from '../xades/read-xades.ts';
import {
  checkPropertiesReference,
  checkReferences,
  checkSignatureValue,
  findSigner,
  findXades,
  type SignedXadesObject,
  type XadesVerificationOptions,
} from '../xades/verify-xades.ts';
import { canonicalize } from '../xml/exclusive-c14n.ts';
import type { XmlDocument, XmlElement } from '../xml/xml-tree.ts';
import { Evidence, type ValidationOptions } from './evidence.ts';
import { judgeSigner, withLevel } from './judge-signer.ts';
import { judgeTimeStamp } from './judge-time-stamp.ts';
import type { ValidationReport } from './validate-cades.ts';
import {
  CLAUSE,
  type Conclusion,
  emptySignatureReport,
  failed,
  indeterminate,
  overallIndication,
  passed,
  type SignatureReport,
  type SubIndication,
  type TimeStampReport,
  worst,
} from './validation-report.ts';

export interface XadesSignatureReport extends SignatureReport {
  format: 'xades';
  /** What was signed, in the order of the references; to be used in place of the document. Empty unless intact. */
  signed: SignedXadesObject[];
}

export type XadesValidationOptions = ValidationOptions & Pick<XadesVerificationOptions, 'detached' | 'limits'>;

/**
 * Validates a XAdES signature in the form that this library reads (ETSI EN 319 102-1 §5.6.3, EN 319 132-1): every element
 * is taken from its place, references resolve to what the place asks for, nothing is fetched.
 * @throws AdesError `xml_invalid`, `xades_invalid`, `algorithm_unsupported` when it is of another form, or wrapped
 */
export async function validateXades(
  bytes: Uint8Array,
  options: XadesValidationOptions,
): Promise<ValidationReport & { signatures: XadesSignatureReport[] }> {
  const { element, document } = findXades(bytes, options.limits);
  const signatures = [await validateXadesElement(element, document, '1', options)];
  return { indication: overallIndication(signatures), validatedAt: options.at, signatures };
}

export async function validateXadesElement(
  element: XmlElement,
  document: XmlDocument,
  name: string,
  options: XadesValidationOptions,
): Promise<XadesSignatureReport> {
  const read = readXades(element, document.root);
  const evidence = new Evidence(options);
  const embedded = {
    certificates: [...read.certificates, ...read.certificateValues],
    ocspResponses: read.ocspResponses,
    crls: read.crls,
  };
  evidence.add(embedded);
  const report: XadesSignatureReport = {
    ...emptySignatureReport(name, 'xades', evidence.at),
    format: 'xades',
    claimedAt: read.signingTime,
    signed: [],
  };
  let signer: ReturnType<typeof findSigner>;
  try {
    signer = findSigner(read);
  } catch (error) {
    return { ...report, ...concludeOn(error, 'NO_SIGNING_CERTIFICATE_FOUND', 'signing_certificate_reference') };
  }
  const facts = { ...report, signer: Uint8Array.from(signer.bytes), subject: [...signer.subject] };
  let signed: SignedXadesObject[] = [];
  const integrity = worst([
    await attempt(() => checkSignatureValue(read, signer), 'SIG_CRYPTO_FAILURE', 'signature_value'),
    await attempt(() => checkPropertiesReference(read), 'HASH_FAILURE', 'signed_properties'),
    await attempt(
      async () => {
        signed = await checkReferences(read, document, options);
      },
      'HASH_FAILURE',
      'reference',
    ),
  ]);
  const value = canonicalize(read.signatureValue);
  const archives = judgeArchives(read, signed, value, options, evidence);
  const stamps: TimeStampReport[] = [];
  if (read.timeStamp) {
    const imprint = (digest: string) => createHash(digest).update(value).digest();
    stamps.push(judgeTimeStamp(read.timeStamp, 'signature_time_stamp', imprint, evidence));
  }
  for (const { indication, generatedAt } of stamps) {
    if (indication === 'TOTAL-PASSED' && generatedAt) evidence.prove(value, generatedAt);
  }
  const judged = judgeSigner(
    { data: { signer, certificates: embedded.certificates }, bytes: value, integrity },
    evidence,
  );
  const complete = {
    ...facts,
    ...judged,
    timeStamps: [...stamps, ...archives],
    signed: integrity.indication === 'TOTAL-PASSED' ? signed : [],
  };
  const archived = archives.some(({ indication }) => indication === 'TOTAL-PASSED');
  return withLevel(complete, embedded, archived);
}

/** Outermost first; each that passed proves the signature and all properties before it. */
function judgeArchives(
  read: ReadXades,
  signed: readonly SignedXadesObject[],
  signatureValue: Uint8Array,
  { detached }: XadesValidationOptions,
  evidence: Evidence,
): TimeStampReport[] {
  const reports: TimeStampReport[] = [];
  for (const [index, { token, covered }] of [...read.archiveTimeStamps.entries()].reverse()) {
    const imprint = (digest: ReadDigestAlgorithm) =>
      xadesArchiveImprint(read, requireContents(signed, detached), covered, digest);
    const report = judgeTimeStamp(token, 'archive_time_stamp', imprint, evidence);
    reports.unshift(report);
    if (report.indication !== 'TOTAL-PASSED' || !report.generatedAt) continue;
    const earlier = read.archiveTimeStamps.slice(0, index).map((archive) => archive.token);
    const stamp = read.timeStamp ? [read.timeStamp] : [];
    for (const bytes of [signatureValue, ...stamp, ...read.ocspResponses, ...read.crls, ...earlier]) {
      evidence.prove(bytes, report.generatedAt);
    }
  }
  return reports;
}

async function attempt(
  check: () => void | Promise<void>,
  subIndication: SubIndication,
  code: string,
): Promise<Conclusion> {
  try {
    await check();
    return passed();
  } catch (error) {
    return concludeOn(error, subIndication, code);
  }
}

function concludeOn(error: unknown, subIndication: SubIndication, code: string): Conclusion {
  if (!(error instanceof AdesError)) throw error;
  if (error.code === 'content_missing') {
    return indeterminate('SIGNED_DATA_NOT_FOUND', 'content_missing', CLAUSE.cryptography);
  }
  if (subIndication === 'NO_SIGNING_CERTIFICATE_FOUND') {
    return indeterminate(subIndication, code, CLAUSE.signingCertificate);
  }
  return failed(subIndication, code, CLAUSE.cryptography);
}
