import { AdesError } from '../ades-error.ts';
import { OID } from '../asn1/oids.ts';
import { findSignedDataProblem, readSignedData, type SignedData } from '../cms/signed-data-reader.ts';
import { readDocumentSecurityStore } from '../pades/document-security-store.ts';
import {
  coveredDigest,
  type FoundSignature,
  listSignatureValues,
  readSignature,
  trimContents,
} from '../pdf/existing-signatures.ts';
import { listLaterChanges } from '../pdf/later-changes.ts';
import { PdfSyntaxError } from '../pdf/object-parser.ts';
import { PdfString, readTextString } from '../pdf/objects.ts';
import { openPdf, PdfFile } from '../pdf/pdf-file.ts';
import { ReferenceIndex } from '../pdf/reference-index.ts';
import type { LaterChange } from '../pdf/revision-pair.ts';
import type { ValidationData } from '../revocation/validation-data.ts';
import { Evidence, type ValidationOptions } from './evidence.ts';
import { judgeModifications, permissionsOf } from './judge-modifications.ts';
import { judgeSignedData } from './judge-signed-data.ts';
import { judgeSignatureTimeStamp, judgeSigner, withLevel } from './judge-signer.ts';
import { judgeTimeStamp } from './judge-time-stamp.ts';
import {
  CLAUSE,
  type Conclusion,
  emptySignatureReport,
  failed,
  type Indication,
  indeterminate,
  overallIndication,
  type PdfSignatureReport,
  passed,
  type TimeStampReport,
  unreadableSignature,
  worst,
} from './validation-report.ts';

export interface PdfTimeStampReport extends TimeStampReport {
  kind: 'document_time_stamp';
  /** Name of the field. */
  name: string;
  coveredEnd: number;
  coversWholeFile: boolean;
  laterChanges: LaterChange[];
}

export interface PdfValidationReport {
  /** The worst of all signatures and document time-stamps; none when the file has neither. */
  indication: Indication | undefined;
  validatedAt: Date;
  /** In the order of what they cover. */
  signatures: PdfSignatureReport[];
  documentTimeStamps: PdfTimeStampReport[];
}

/**
 * Validates all signatures and document time-stamps of a PDF (ETSI EN 319 102-1 §5.6.3, EN 319 142-1, ISO 32000-2
 * §12.8): what each covers, what later revisions changed, digests and signature values, certification paths with
 * revocation status, time-stamps and the proofs of existence that they give. Nothing is fetched; what is not in the file
 * comes in by `data`.
 * @throws AdesError `pdf_unreadable`, `pdf_encrypted`, `pdf_form_tree`, `pdf_page_tree`, `pdf_too_complex` when the file
 *   cannot be read without guessing
 */
export function validatePdf(bytes: Uint8Array, options: ValidationOptions): PdfValidationReport {
  const file = openPdf(bytes);
  try {
    return new PdfValidation(file, options).run();
  } catch (error) {
    if (error instanceof PdfSyntaxError) throw new AdesError('pdf_unreadable', error.message, { cause: error });
    throw error;
  }
}

/** A signature whose place in the file is sound. */
interface PlacedSignature {
  found: FoundSignature;
  revision: PdfFile;
}

class PdfValidation {
  private readonly file: PdfFile;
  private readonly evidence: Evidence;
  private readonly embedded: ValidationData;
  private readonly index: ReferenceIndex;
  private readonly placed: PlacedSignature[] = [];
  private readonly misplaced: PdfSignatureReport[] = [];
  private readonly stamps: PdfTimeStampReport[] = [];

  constructor(file: PdfFile, options: ValidationOptions) {
    this.file = file;
    this.evidence = new Evidence(options);
    this.index = new ReferenceIndex(file);
    this.embedded = readDocumentSecurityStore(file);
    this.evidence.add(this.embedded);
  }

  run(): PdfValidationReport {
    for (const { fieldName, value } of listSignatureValues(this.file)) {
      try {
        this.placed.push(this.place(readSignature(this.file, fieldName, value)));
      } catch (error) {
        if (!(error instanceof AdesError) && !(error instanceof PdfSyntaxError)) throw error;
        this.misplaced.push(this.unreadable(fieldName));
      }
    }
    this.placed.sort((a, b) => a.found.coveredEnd - b.found.coveredEnd);
    // From the outside inwards, so that each is judged at the time that the later ones prove.
    for (const placed of this.placed.filter(({ found }) => found.isTimeStamp).reverse()) this.stamp(placed);
    const signatures = this.placed.filter(({ found }) => !found.isTimeStamp).map((placed) => this.judge(placed));
    this.judgeChanges(signatures);
    const all = [...this.misplaced, ...signatures];
    return {
      indication: overallIndication([...all, ...this.stamps]),
      validatedAt: this.evidence.at,
      signatures: all.map((signature) => this.leveled(signature)),
      documentTimeStamps: this.stamps,
    };
  }

  /**
   * The covered bytes must be a whole revision that has this very signature: then nothing of it came in later.
   * @throws PdfSyntaxError, AdesError when they are not
   */
  private place(found: FoundSignature): PlacedSignature {
    const revision = new PdfFile(this.file.bytes.subarray(0, found.coveredEnd));
    const own = listSignatureValues(revision).find(({ fieldName }) => fieldName === found.fieldName);
    const same = own && readSignature(revision, own.fieldName, own.value);
    if (same?.byteRange.join() !== found.byteRange.join()) {
      throw new AdesError('existing_signature_broken', 'the signature is not in the revision that it covers');
    }
    return { found, revision };
  }

  private unreadable(fieldName: string): PdfSignatureReport {
    return {
      ...emptySignatureReport(fieldName, 'pades', this.evidence.at),
      format: 'pades',
      kind: 'approval',
      docMdpPermission: undefined,
      coveredEnd: 0,
      coversWholeFile: false,
      laterChanges: [],
      ...failed('FORMAT_FAILURE', 'byte_range', CLAUSE.byteRange),
    };
  }

  private stamp({ found, revision }: PlacedSignature): void {
    const contents = readContents(found);
    const report = judgeTimeStamp(
      contents.cms,
      'document_time_stamp',
      (digest) => coveredDigest(this.file.bytes, found, digest),
      this.evidence,
    );
    const laterChanges = this.changesAfter(found, revision);
    const conclusion = worst([report, contents.conclusion, this.modifications(found, laterChanges)]);
    if (conclusion.indication === 'TOTAL-PASSED' && report.generatedAt) {
      this.proveRevision(revision, found.coveredEnd, report.generatedAt);
    }
    this.stamps.unshift({
      ...report,
      ...conclusion,
      kind: 'document_time_stamp',
      name: found.fieldName,
      coveredEnd: found.coveredEnd,
      coversWholeFile: found.coveredEnd === this.file.bytes.length,
      laterChanges,
    });
  }

  /** Everything in the stamped revision existed at that time: signatures, time-stamps and validation data. */
  private proveRevision(revision: PdfFile, end: number, at: Date): void {
    const { certificates, ocspResponses, crls } = readDocumentSecurityStore(revision);
    for (const bytes of [...certificates, ...ocspResponses, ...crls]) this.evidence.prove(bytes, at);
    for (const { found } of this.placed) {
      if (found.coveredEnd >= end) continue;
      const { cms } = readContents(found);
      this.evidence.prove(cms, at);
      const token = found.isTimeStamp ? undefined : signatureTimeStampOf(cms);
      if (token) this.evidence.prove(token, at);
    }
  }

  private judge({ found, revision }: PlacedSignature): PdfSignatureReport {
    const report: PdfSignatureReport = {
      ...this.unreadable(found.fieldName),
      ...passed(),
      kind: found.docMdp ? 'certification' : 'approval',
      claimedAt: claimedTime(found),
      docMdpPermission: found.docMdp,
      coveredEnd: found.coveredEnd,
      coversWholeFile: found.coveredEnd === this.file.bytes.length,
      laterChanges: this.changesAfter(found, revision),
    };
    const { cms, conclusion } = readContents(found);
    try {
      const data = readSignedData(cms, { ber: true });
      const signer = Uint8Array.from(data.signer.bytes);
      const integrity = worst([conclusion, this.integrityOf(found, data)]);
      const timeStamps = judgeSignatureTimeStamp(data, cms, this.evidence);
      const judged = judgeSigner({ data, bytes: cms, integrity, notBefore: this.provenBefore(found) }, this.evidence);
      return { ...report, ...judged, signer, subject: [...data.signer.subject], timeStamps };
    } catch (error) {
      if (!(error instanceof AdesError)) throw error;
      return { ...report, ...unreadableSignature(error) };
    }
  }

  private integrityOf(found: FoundSignature, data: SignedData): Conclusion {
    if (!['adbe.pkcs7.detached', 'ETSI.CAdES.detached'].includes(found.subFilter) || data.content) {
      return indeterminate('SIG_CONSTRAINTS_FAILURE', 'format_not_supported', CLAUSE.format);
    }
    const [, a, b, c] = found.byteRange;
    const problem = findSignedDataProblem(
      data,
      (digest) => coveredDigest(this.file.bytes, found, digest),
      () => Buffer.concat([this.file.bytes.subarray(0, a), this.file.bytes.subarray(b, b + c)]),
    );
    const integrity = judgeSignedData(data, problem);
    const isCades = found.subFilter === 'ETSI.CAdES.detached';
    const named =
      data.signedAttributes.has(OID.signingCertificateV2) || data.signedAttributes.has(OID.signingCertificate);
    if (!isCades || named) return integrity;
    return worst([
      integrity,
      indeterminate('SIG_CONSTRAINTS_FAILURE', 'signing_certificate_attribute_missing', CLAUSE.acceptance),
    ]);
  }

  /** The latest sound time-stamp in what the signature covers: it was made after that. */
  private provenBefore({ coveredEnd }: FoundSignature): Date | undefined {
    const earlier = this.stamps.filter(
      (stamp) => stamp.coveredEnd < coveredEnd && stamp.indication === 'TOTAL-PASSED' && stamp.generatedAt,
    );
    return earlier.at(-1)?.generatedAt;
  }

  private changesAfter({ coveredEnd }: FoundSignature, revision: PdfFile): LaterChange[] {
    if (this.file.bytes.subarray(coveredEnd).every((byte) => byte <= 32)) return [];
    return listLaterChanges(revision, this.file, this.index);
  }

  private modifications(found: FoundSignature, changes: readonly LaterChange[]): Conclusion {
    const certifications = this.placed.map((placed) => placed.found).filter(({ docMdp }) => docMdp !== undefined);
    return judgeModifications(permissionsOf(this.file, found, certifications), changes);
  }

  /** Judged last: a visible field that came later may stay only when its own signature is sound. */
  private judgeChanges(signatures: PdfSignatureReport[]): void {
    const sound = new Set(
      [...signatures, ...this.stamps].filter(({ indication }) => indication === 'TOTAL-PASSED').map(({ name }) => name),
    );
    for (const [position, report] of signatures.entries()) {
      const { found } = this.placed.find((placed) => placed.found.fieldName === report.name)!;
      const overlay = report.laterChanges.some(({ visible, field }) => visible && !sound.has(field ?? ''));
      Object.assign(
        report,
        worst([
          report,
          this.modifications(found, report.laterChanges),
          ...(overlay ? [failed('FORMAT_FAILURE', 'visible_field_added', CLAUSE.modifications)] : []),
          ...(found.docMdp &&
          this.placed.some((other) => !other.found.isTimeStamp && other.found.coveredEnd < found.coveredEnd)
            ? [indeterminate('SIG_CONSTRAINTS_FAILURE', 'certification_is_not_first', CLAUSE.modifications)]
            : []),
          ...(position === 0 && !this.permissionsNameASignature()
            ? [failed('FORMAT_FAILURE', 'permissions_name_no_signature', CLAUSE.modifications)]
            : []),
        ]),
      );
    }
  }

  /** /Perms /DocMDP must lead to a signature of the form, or readers and this one would take different ones for it. */
  private permissionsNameASignature(): boolean {
    const value = this.file.resolveDict(this.file.resolveDict(this.file.catalog.get('Perms'))?.get('DocMDP'));
    return !value || this.placed.some(({ found }) => found.dict === value && found.docMdp !== undefined);
  }

  private leveled(report: PdfSignatureReport): PdfSignatureReport {
    const archived = this.stamps.some(
      (stamp) => stamp.indication === 'TOTAL-PASSED' && stamp.coveredEnd > report.coveredEnd,
    );
    return withLevel(report, this.embedded, archived);
  }
}

/** The CMS object; what follows it in its room must be zeros. */
function readContents({ contents }: FoundSignature): { cms: Uint8Array; conclusion: Conclusion } {
  try {
    const cms = trimContents(contents);
    const padded = contents.subarray(cms.length).every((byte) => byte === 0);
    return { cms, conclusion: padded ? passed() : failed('FORMAT_FAILURE', 'contents_padding', CLAUSE.byteRange) };
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    return { cms: contents, conclusion: failed('FORMAT_FAILURE', error.code, CLAUSE.format) };
  }
}

function signatureTimeStampOf(cms: Uint8Array): Uint8Array | undefined {
  try {
    return readSignedData(cms, { ber: true }).unsignedAttributes.get(OID.signatureTimeStampToken)?.bytes;
  } catch (error) {
    if (error instanceof AdesError) return undefined;
    throw error;
  }
}

/** /M, in UTC or with an offset (ISO 32000-2 §7.9.4). */
function claimedTime({ dict }: FoundSignature): Date | undefined {
  const value = dict.get('M');
  const text = value instanceof PdfString ? readTextString(value) : '';
  const match = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-]\d\d)'(\d\d)'?)?/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, offsetHours, offsetMinutes] = match;
  const offset = offsetHours ? `${offsetHours}:${offsetMinutes}` : 'Z';
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
