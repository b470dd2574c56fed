import { AdesError } from '../ades-error.ts';
import { type DamageReport, scanDamage } from './damage.ts';
import { type DocumentSurvey, surveyDocument } from './document-survey.ts';
import { checkExistingSignature, type FoundSignature, isChangedAfter, listSignatures } from './existing-signatures.ts';
import { PdfSyntaxError } from './object-parser.ts';
import { walkPages } from './page-tree.ts';
import { probeEncryption } from './password-probe.ts';
import { PdfFile } from './pdf-file.ts';
import { repairPdf } from './repair-pdf.ts';
import { listSignatureFields } from './signature-fields.ts';

/** Why a file cannot be signed. */
export type PdfRefusalCode =
  | 'empty_file'
  | 'not_a_pdf'
  | 'pdf_password'
  | 'pdf_permissions'
  | 'pdf_encrypted_to_recipient'
  | 'pdf_unreadable'
  | 'pdf_truncated'
  | 'pdf_page_tree'
  | 'pdf_no_pages'
  | 'pdf_form_tree'
  | 'pdf_too_complex'
  | 'pdf_xfa'
  | 'pdf_portfolio'
  | 'active_content'
  | 'certified_no_changes'
  | 'existing_signature_broken'
  | 'changed_after_signature';

export type PdfRepairReason = 'junk_before_header' | 'junk_after_end' | 'structure_damaged' | 'xfa_form';

export interface PdfFacts {
  pageCount: number;
  /** For example `1.7`. */
  version: string;
  /** Signatures of persons and organisations, without document time-stamps and usage rights. */
  signatureCount: number;
  timeStampCount: number;
  /** Empty signature fields that the sender prepared. */
  emptySignatureFields: string[];
  /** Permission of an existing certification: 2 form filling and signing, 3 also annotations. */
  docMdpPermission: 2 | 3 | undefined;
  /** Signatures whose format is not read here, so that they were not checked. */
  uncheckedSignatures: number;
  hasJavaScript: boolean;
  hasOptionalContent: boolean;
}

export type PdfInspection =
  | { verdict: 'accepted'; facts: PdfFacts }
  | { verdict: 'repairable'; reason: PdfRepairReason; facts: PdfFacts }
  | { verdict: 'refused'; code: PdfRefusalCode; message: string };

/** How far into a file a header is looked for; mail gateways are known to put a kilobyte or two before it. */
const HEADER_WINDOW = 64 * 1024;

/**
 * Judges whether a file can be signed as it is, after one repair, or not at all. Reads every reachable object, follows
 * no link, runs nothing, and stays within bounds of memory and time whatever the bytes are.
 * @param bytes the file as uploaded
 * @returns `accepted` files keep their bytes; for `repairable` ones the facts are those of the repaired file
 */
export async function inspectPdf(bytes: Uint8Array): Promise<PdfInspection> {
  if (bytes.length === 0) return refused('empty_file', 'the file has no bytes');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = buffer.subarray(0, HEADER_WINDOW).indexOf('%PDF-');
  if (header < 0) return refused('not_a_pdf', 'there is no PDF header');
  try {
    if (header > 0) return await inspectDamaged(buffer, 'junk_before_header');
    return await inspectSound(buffer);
  } catch (error) {
    if (error instanceof AdesError) return refused(error.code as PdfRefusalCode, error.message);
    if (error instanceof PdfSyntaxError) return refused('pdf_unreadable', error.message);
    throw error;
  }
}

function refused(code: PdfRefusalCode, message: string): PdfInspection {
  return { verdict: 'refused', code, message };
}

async function inspectSound(bytes: Buffer): Promise<PdfInspection> {
  let file: PdfFile;
  let facts: PdfFacts;
  try {
    file = new PdfFile(bytes);
    if (file.trailer.has('Encrypt')) return await refuseEncrypted(file);
    facts = await gatherFacts(file, bytes);
  } catch (error) {
    if (!(error instanceof PdfSyntaxError)) throw error;
    const end = bytes.lastIndexOf('%%EOF');
    const junk = end >= 0 && bytes.subarray(end + 5).some((byte) => byte > 32);
    return await inspectDamaged(bytes, junk ? 'junk_after_end' : 'structure_damaged');
  }
  const form = file.resolveDict(file.catalog.get('AcroForm'));
  if (!form?.has('XFA')) return { verdict: 'accepted', facts };
  const dynamic = file.resolve(file.catalog.get('NeedsRendering')) === true;
  const fields = file.resolveArray(form.get('Fields'))?.length ?? 0;
  if (dynamic || fields === 0 || facts.signatureCount > 0) {
    return refused('pdf_xfa', 'what the signer would see is an XFA form and not the pages of the file');
  }
  return await inspectRepaired(bytes, 'xfa_form');
}

async function refuseEncrypted(file: PdfFile): Promise<PdfInspection> {
  const encryption = await probeEncryption(file);
  if (encryption === 'recipient') return refused('pdf_encrypted_to_recipient', 'the file is for one recipient');
  if (encryption === 'permissions') return refused('pdf_permissions', 'the file forbids changes');
  return refused('pdf_password', 'the file needs a password');
}

async function gatherFacts(file: PdfFile, bytes: Buffer): Promise<PdfFacts> {
  const { catalog } = file;
  let pageCount = 0;
  for (const _page of walkPages(file, catalog)) pageCount++;
  if (pageCount === 0) throw new AdesError('pdf_no_pages', 'the file has no page');
  if (catalog.has('Collection')) throw new AdesError('pdf_portfolio', 'the file is a collection behind a cover page');
  const fields = listSignatureFields(file, catalog);
  const survey: DocumentSurvey = surveyDocument(file);
  if (survey.activeContent) throw new AdesError('active_content', `the file contains ${survey.activeContent}`);
  const signatures = listSignatures(file);
  const unchecked = signatures.filter((signature) => checkExistingSignature(bytes, signature) === 'unknown');
  const docMdp = certification(signatures);
  if (docMdp === 1) throw new AdesError('certified_no_changes', 'the file is certified and allows no change');
  const last = signatures.at(-1);
  if (last && isChangedAfter(bytes, file, last.coveredEnd)) {
    throw new AdesError('changed_after_signature', 'the file was changed after it was signed');
  }
  const stamps = signatures.filter((signature) => signature.isTimeStamp).length;
  return {
    pageCount,
    version: file.version,
    signatureCount: signatures.length - stamps,
    timeStampCount: stamps,
    emptySignatureFields: fields.filter((field) => !field.value).map((field) => field.name),
    docMdpPermission: docMdp,
    uncheckedSignatures: unchecked.length,
    hasJavaScript: survey.hasJavaScript,
    hasOptionalContent: survey.hasOptionalContent,
  };
}

function certification(signatures: readonly FoundSignature[]): 1 | 2 | 3 | undefined {
  return signatures.find((signature) => signature.docMdp !== undefined)?.docMdp;
}

async function inspectDamaged(bytes: Buffer, reason: PdfRepairReason): Promise<PdfInspection> {
  const report: DamageReport = scanDamage(bytes);
  if (report.isSigned) {
    return refused('existing_signature_broken', 'the file is signed and damaged; a repair would void the signature');
  }
  if (report.isEncrypted) return refused('pdf_unreadable', 'the file is encrypted and damaged');
  if (!report.hasContent) return refused('pdf_unreadable', 'no page of the file can be read');
  if (report.endsInsideObject) return refused('pdf_truncated', 'the file breaks off');
  return await inspectRepaired(bytes, reason);
}

/** A file is only called repairable when the repair works and its result is accepted. */
async function inspectRepaired(bytes: Buffer, reason: PdfRepairReason): Promise<PdfInspection> {
  const inspection = await inspectSoundOnce(await repairPdf(bytes));
  return inspection.verdict === 'accepted' ? { verdict: 'repairable', reason, facts: inspection.facts } : inspection;
}

async function inspectSoundOnce(bytes: Uint8Array): Promise<PdfInspection> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file = new PdfFile(buffer);
  return { verdict: 'accepted', facts: await gatherFacts(file, buffer) };
}
