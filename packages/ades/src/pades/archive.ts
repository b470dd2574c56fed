import { AdesError } from '../ades-error.ts';
import { type BaselineServices, levelNotPossible } from '../baseline-level.ts';
import { IncrementalUpdate } from '../pdf/incremental-update.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import { completeValidationData, type TimedPath } from '../revocation/validation-data.ts';
import { type PdfValidationReport, validatePdf } from '../validation/validate-pdf.ts';
import { buildCertificatePath } from '../x509/certificate-path.ts';
import { readDocumentSecurityStore, writeDocumentSecurityStore } from './document-security-store.ts';
import { stampDocument } from './signature-revision.ts';

export interface ArchivedPdf {
  bytes: Uint8Array;
  /** The validation that the file passed before it was given out. */
  report: PdfValidationReport;
}

/**
 * Appends what the file's signatures and time-stamps lack of validation data, fresh data on the outermost time-stamp among
 * it, and a document time-stamp over everything (ETSI EN 319 142-1 §5.5): raises a file to B-LTA, or renews it before the
 * certificate of the last time-stamp ends or its algorithms get weak. What is there stays byte for byte.
 * @param request.now control time
 * @throws AdesError `signature_invalid` when there is nothing to archive or a signature does not lead to an anchor;
 *   `level_not_possible`, `validation_data_missing`, `certificate_revoked`, `timestamp_invalid`, `timestamp_refused`,
 *   `pdf_unreadable`; `output_invalid` when not every signature passes afterwards
 */
export async function archivePdf(
  request: Omit<BaselineServices, 'level'> & { bytes: Uint8Array; now: Date },
): Promise<ArchivedPdf> {
  const { bytes, now, tsa, revocation, trustAnchors } = request;
  if (!tsa) throw levelNotPossible('a time-stamp authority');
  if (!revocation) throw levelNotPossible('a source of revocation data');
  const paths = pathsOf(validatePdf(bytes, { trustAnchors, at: now }));
  const file = openPdf(bytes);
  const update = new IncrementalUpdate(file);
  const data = readDocumentSecurityStore(file);
  await completeValidationData(paths, revocation, now, data);
  if (writeDocumentSecurityStore(update, data)) update.commit();
  const token = await stampDocument(update, { create: 'DocumentTimeStamp' }, tsa, trustAnchors);
  // Status data on a TSA that is new to the file can only follow its time-stamp; the next one will cover it.
  const path = buildCertificatePath({
    certificate: token.signer,
    intermediates: token.certificates,
    trustAnchors,
    at: token.generatedAt,
    purpose: 'time_stamping',
  });
  await completeValidationData([{ path, at: token.generatedAt }], revocation, now, data);
  if (writeDocumentSecurityStore(update, data)) update.commit();
  const output = update.finish();
  const report = validatePdf(output, { trustAnchors, at: now });
  if (report.indication !== 'TOTAL-PASSED') {
    const codes = [...report.signatures, ...report.documentTimeStamps].flatMap(({ findings }) => findings);
    throw new AdesError('output_invalid', codes.map(({ code }) => code).join(', '));
  }
  return { bytes: output, report };
}

/** Every path with the time for which its status has to be known; time-stamps that nothing covers yet: now. */
function pathsOf({ signatures, documentTimeStamps, validatedAt }: PdfValidationReport): TimedPath[] {
  const stamps = [...signatures.flatMap(({ timeStamps }) => timeStamps), ...documentTimeStamps];
  const outermost = documentTimeStamps.at(-1);
  const all = [
    ...signatures.map(({ path, bestSignatureTime }) => ({ path, at: bestSignatureTime })),
    ...stamps.map((stamp) => ({
      path: stamp.path,
      at: stamp === outermost ? validatedAt : (stamp.generatedAt ?? validatedAt),
    })),
  ];
  if (signatures.length === 0 || all.some(({ path }) => path.length === 0)) {
    throw new AdesError('signature_invalid', 'a signature or time-stamp has no path to an anchor');
  }
  return all;
}
