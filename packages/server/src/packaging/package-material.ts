import {
  type DocumentRecord,
  type EvidenceEntry,
  type NationalNumber,
  SEALED_EVIDENCE_FORMAT,
  type SignatureRecord,
  type SignedContent,
  signatureName,
} from '../signature/index.ts';
import type { AccountFacts, DocumentFacts, EvidenceInput, EvidenceSigner } from './evidence-pages.ts';
import { howSigned } from './how-signed.ts';
import { PackagingFault } from './packaging-fault.ts';
import type { PadesTemplate } from './pades-template.ts';
import type { ReceiptInput } from './receipt-page.ts';
import type { PackagedFile } from './sealing-messages.ts';
import type { StandardPackage } from './standard-package.ts';

/** Everything that packages of a document, or of some of its signatures, are made of. */
export interface PackageMaterial {
  document: DocumentRecord;
  /** What was signed: the document or an attachment of it. */
  content: SignedContent;
  evidence: readonly EvidenceEntry[];
  original: Uint8Array;
  presentation: { styleSheet: PackagedFile | undefined; display: PackagedFile } | undefined;
  /** The signatures that the package is about, with what the eIDs produced, in order of signing. */
  signatures: readonly { signature: SignatureRecord; native: Uint8Array }[];
  account: AccountFacts;
  /** What the pages of a PDF are made with, where the document has one. */
  template: PadesTemplate | undefined;
  /** When the package is made, by the account's time. */
  now: Date;
  methodName(method: string): string;
  /** Only where the sender wants national numbers in the files. */
  nationalNumber(signature: SignatureRecord): NationalNumber | undefined;
}

const MEDIA_TYPES = { pdf: 'application/pdf', txt: 'text/plain', html: 'text/html', xml: 'application/xml' } as const;

export function isPdf({ content }: Pick<PackageMaterial, 'content'>): boolean {
  return content.format === 'pdf';
}

export function contentFile({ content, original }: PackageMaterial): PackagedFile {
  const { fileName, format } = content;
  return { fileName, mediaType: MEDIA_TYPES[format], description: 'What was signed', content: original };
}

/** What belongs to the document besides its bytes: the style sheet that was signed with it, and what signers were shown. */
export function presentationFiles({ presentation }: PackageMaterial): PackagedFile[] {
  return [presentation?.styleSheet, presentation?.display].filter((file) => file !== undefined);
}

/** What each eID produced, and beside it what is needed to check that against the document. */
export function nativeFiles({ signatures }: PackageMaterial): { native: PackagedFile; binding: PackagedFile }[] {
  return signatures.map(({ signature, native }, index) => {
    const prefix = `signer-${index + 1}-`;
    const { fileName, mediaType, format, binding } = signature.native;
    return {
      native: {
        fileName: prefix + fileName,
        mediaType,
        description: nativeDescription(signature),
        content: native,
      },
      binding: {
        fileName: `${prefix}binding.json`,
        mediaType: 'application/json',
        description: `How that is bound to the document (${format})`,
        content: json({ format, ...binding }),
      },
    };
  });
}

function nativeDescription({ native, fullName }: SignatureRecord): string {
  return native.format === SEALED_EVIDENCE_FORMAT
    ? `Sealed evidence of the signature of ${fullName}`
    : `What the eID produced for ${fullName}`;
}

/** The evidence log as one file; `docs/packages.md` tells how its hashes are computed. */
export function evidenceFile({ document, evidence }: PackageMaterial): PackagedFile {
  return {
    fileName: 'evidence.json',
    mediaType: 'application/json',
    description: 'What happened, as a chain of hashes',
    content: json({
      documentId: document.id,
      entries: evidence.map(({ sequence, occurredAt, kind, signerId, data, hash }) => ({
        sequence,
        occurredAt: occurredAt.toISOString(),
        kind,
        signerId: signerId ?? null,
        data,
        hash: hash.toString('hex'),
      })),
    }),
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value, null, 2), 'utf8');
}

/** What the evidence pages of a PDF show. */
export function evidenceInput(material: PackageMaterial): EvidenceInput {
  const { document } = material;
  const shown = new Set(material.signatures.map(({ signature }) => signature.signerId));
  return {
    ...documentFactsOf(material),
    languages: languagesOf(document.request.dataToSign.packaging?.padesSettings),
    environment: document.environment,
    signers: material.signatures.map((signed) => ({
      ...evidenceSigner(material, signed),
      nationalNumber: material.nationalNumber(signed.signature)?.value,
    })),
    history: material.evidence
      .filter(({ signerId }) => signerId === undefined || shown.has(signerId))
      .map(({ occurredAt, kind, signerId, data }) => ({
        occurredAt,
        kind,
        signerId,
        method: typeof data.method === 'string' ? data.method : undefined,
      })),
    attachments: document.attachments.map(({ title, fileName, contentSha256 }) => ({ title, fileName, contentSha256 })),
    ...(material.template ? { template: material.template } : {}),
    now: material.now,
  };
}

/** What the receipt of one signer shows. Throws `PackagingFault` where the evidence does not have the signature. */
export function receiptInput(material: PackageMaterial): ReceiptInput {
  const { document, evidence } = material;
  const { signature, native } = material.signatures[0]!;
  const { signerId } = signature;
  const entry = evidence.find((one) => one.kind === 'signed' && one.signerId === signerId);
  if (!entry) throw new PackagingFault('evidence_broken', 'the signature of the receipt is not in the evidence');
  return {
    ...documentFactsOf(material),
    language: document.signers.find(({ id }) => id === signerId)?.request.ui?.language ?? 'EN',
    environment: document.environment,
    signer: { ...evidenceSigner(material, { signature, native }), nationalNumber: undefined },
    signedAlong: document.attachments
      .filter(({ signatures }) => signatures.some((one) => one.signerId === signerId))
      .map(({ title, contentSha256 }) => ({ title, contentSha256 })),
    evidence: { sequence: entry.sequence, sha256: entry.hash.toString('hex') },
  };
}

function documentFactsOf({ document, content, account }: PackageMaterial): DocumentFacts {
  return {
    documentId: document.id,
    title: content.title,
    description: document.request.description,
    fileName: content.fileName,
    pageCount: content.pageCount,
    contentSha256: content.contentSha256,
    externalId: document.request.externalId,
    createdAt: document.createdAt,
    signedAt: document.signedAt,
    account,
  };
}

function evidenceSigner(
  { methodName }: Pick<PackageMaterial, 'methodName'>,
  { signature, native }: PackageMaterial['signatures'][number],
): Omit<EvidenceSigner, 'nationalNumber'> {
  return {
    signerId: signature.signerId,
    fullName: signature.fullName,
    dateOfBirth: signature.dateOfBirth,
    method: signature.method,
    methodName: methodName(signature.method),
    mechanism: signature.mechanism,
    ...howSigned(signature, native),
    uniqueId: signature.methodUniqueId,
    signedAt: signature.signedAt,
    clientIp: signature.clientIp,
  };
}

type PadesSettings = NonNullable<DocumentRecord['request']['dataToSign']['packaging']>['padesSettings'];

function languagesOf(settings: PadesSettings): string[] {
  const { primaryLanguage = 'EN', secondaryLanguage } = settings ?? {};
  return [primaryLanguage, ...(secondaryLanguage && secondaryLanguage !== primaryLanguage ? [secondaryLanguage] : [])];
}

/** What the standard package of the document, or of one signature, says. */
export function standardPackage(material: PackageMaterial): Omit<StandardPackage, 'evidencePages'> {
  const { document, content, account, methodName } = material;
  const files = nativeFiles(material);
  const externalIds = new Map(document.signers.map(({ id, request }) => [id, request.externalSignerId]));
  return {
    documentId: document.id,
    environment: document.environment,
    attachmentId: content.attachmentId,
    title: content.title,
    externalId: document.request.externalId,
    sender: { id: document.accountId, name: account.name },
    createdAt: document.createdAt,
    signedAt: document.signedAt,
    content: contentFile(material),
    styleSheet: material.presentation?.styleSheet,
    display: material.presentation?.display,
    signers: material.signatures.map(({ signature }, index) => ({
      id: signature.signerId,
      externalSignerId: externalIds.get(signature.signerId) ?? '',
      fullName: signature.fullName,
      firstName: signature.firstName,
      middleName: signature.middleName,
      lastName: signature.lastName,
      dateOfBirth: signature.dateOfBirth,
      uniqueId: signature.methodUniqueId,
      nationalNumber: material.nationalNumber(signature),
      method: signature.method,
      methodName: signatureName(signature.method === 'unknown' ? undefined : methodName(signature.method), signature),
      mechanism: signature.mechanism,
      signedAt: signature.signedAt,
      clientIp: signature.clientIp,
      userAgent: signature.userAgent,
      native: { ...files[index]!.native, format: signature.native.format },
      binding: files[index]!.binding,
    })),
    evidence: evidenceFile(material),
  };
}
