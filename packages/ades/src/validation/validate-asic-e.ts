import { AdesError } from '../ades-error.ts';
import {
  type AsicContainer,
  type AsicSignatureFile,
  checkFiles,
  commonFiles,
  openAsicE,
} from '../asic/asic-container.ts';
import { listXadesSignatures, requireFiles } from '../asic/xades-signatures.ts';
import type { ZipLimits } from '../asic/zip.ts';
import type { ValidationOptions } from './evidence.ts';
import { validateCades } from './validate-cades.ts';
import { validateXadesElement } from './validate-xades.ts';
import {
  CLAUSE,
  failed,
  type Indication,
  indeterminate,
  overallIndication,
  type SignatureReport,
  worst,
} from './validation-report.ts';

export interface AsicSignatureReport extends SignatureReport {
  /** Names of the files that it is about; empty unless it is intact. */
  covers: string[];
}

export interface AsicEValidationReport {
  /** The worst of all signatures; no better than INDETERMINATE when a file is without a sound one. */
  indication: Indication;
  validatedAt: Date;
  /** Named by the file of signatures, with a number where it has several. */
  signatures: AsicSignatureReport[];
  files: { name: string; mimeType: string | undefined; content: Uint8Array }[];
  /** Names of files, those of META-INF included, that no sound signature is about. */
  uncovered: string[];
}

/**
 * Validates an ASiC-E container (ETSI EN 319 162-1 §4.4): every signature as `validateCades` and `validateXades` do, with
 * the manifest or the files of the container as content.
 * @throws AdesError `zip_invalid`, `asic_invalid` when it is no such container; `xml_invalid`, `xades_invalid`,
 *   `cms_invalid`, `asn1_invalid`, `algorithm_unsupported` when a signature cannot be read
 */
export async function validateAsicE(
  bytes: Uint8Array,
  options: ValidationOptions & { limits?: ZipLimits },
): Promise<AsicEValidationReport> {
  const container = openAsicE(bytes, options.limits);
  const signatures: AsicSignatureReport[] = [];
  for (const file of container.signatureFiles) {
    const reports =
      file.format === 'cades' ? judgeCades(file, container, options) : judgeXades(file, container, options);
    const own = await reports;
    signatures.push(...own.signatures);
    if (own.signatures.length > 0 && own.signatures.every(({ indication }) => indication === 'TOTAL-PASSED'))
      container.cover(own.covers);
  }
  const uncovered = container.uncovered();
  const whole = [
    ...container.faults.map(() => failed('FORMAT_FAILURE', 'manifest', CLAUSE.format)),
    ...(uncovered.length > 0 || signatures.length === 0
      ? [indeterminate('SIGNED_DATA_NOT_FOUND', 'file_without_signature', CLAUSE.acceptance)]
      : []),
  ];
  return {
    indication: overallIndication([...signatures, ...whole])!,
    validatedAt: options.at,
    signatures,
    files: container.files(),
    uncovered,
  };
}

interface JudgedFile {
  signatures: AsicSignatureReport[];
  covers: readonly { name: string; mimeType: string | undefined }[];
}

async function judgeCades(
  file: AsicSignatureFile & { format: 'cades' },
  container: AsicContainer,
  options: ValidationOptions,
): Promise<JudgedFile> {
  const { signatures } = await validateCades(file.content, { ...options, content: file.manifest });
  let intact = true;
  try {
    checkFiles(file.files, container.byName);
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    intact = false;
  }
  const changed = failed('HASH_FAILURE', 'file', CLAUSE.cryptography);
  return {
    covers: file.files,
    signatures: signatures.map((report, index) => ({
      ...report,
      ...(intact ? {} : { ...worst([changed, report]), level: undefined }),
      name: signatures.length > 1 ? `${file.name}#${index + 1}` : file.name,
      covers: intact ? file.files.map(({ name }) => name) : [],
    })),
  };
}

async function judgeXades(
  file: AsicSignatureFile,
  container: AsicContainer,
  options: ValidationOptions,
): Promise<JudgedFile> {
  const { document, elements } = listXadesSignatures(file.content);
  const detached = container.dataFiles();
  const signatures: AsicSignatureReport[] = [];
  const signed: { signed: readonly { name: string | undefined; mimeType: string | undefined }[] }[] = [];
  for (const [index, element] of elements.entries()) {
    const name = elements.length > 1 ? `${file.name}#${index + 1}` : file.name;
    const report = await validateXadesElement(element, document, name, { ...options, detached });
    requireFiles(report.signed);
    signed.push(report);
    signatures.push({ ...report, covers: report.signed.map((object) => object.name!) });
  }
  return { signatures, covers: commonFiles(signed) };
}
