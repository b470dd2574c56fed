import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { Events } from '../kernel/events/events.ts';
import type { FileStore } from '../kernel/files/files.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import type { Log } from '../kernel/log/log.ts';
import {
  type DocumentRecord,
  type EvidenceEntry,
  findDocument,
  listEvidence,
  recordPackage,
  type SignatureRecord,
} from '../signature/index.ts';
import type { Trust } from '../trust/index.ts';
import { evidenceFault } from './evidence-fault.ts';
import type { EvidenceInput } from './evidence-pages.ts';
import type { SealingPool } from './sealing-pool.ts';

export const PACKAGE_DOCUMENT = 'packaging.package-document';

export interface PackagingDeps {
  database: Database;
  events: Events;
  files: FileStore;
  /** Real time: what goes into signatures. */
  clock: Clock;
  /** The time of documents. */
  accountTime: AccountTime;
  log: Log;
  trust: Trust;
  pool: SealingPool;
  accountName(accountId: string): Promise<string>;
  methodName(method: string): string;
}

/** 1, 5, 15, 60 minutes, then hourly for a day; the first tries come soon, for what was only a restart. */
const RETRY_DELAYS_SECONDS = [2, 10, 60, 300, 900, 3600, ...Array.from({ length: 24 }, () => 3600)];

/**
 * Makes the signed file of every document that is complete: one job per document, asked for by `document_signed` in the
 * transaction that removes the event from the outbox. Each step is safe to repeat: the file is content-addressed, and
 * of two packages the first one recorded stays.
 */
export function registerPackaging(deps: PackagingDeps, jobs: Jobs, events: Events, concurrency: number): void {
  jobs.define<{ documentId: string }>({
    name: PACKAGE_DOCUMENT,
    concurrency,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    expireSeconds: 60,
    handle: ({ documentId }) => packageDocument(deps, documentId),
  });
  events.subscribe('packaging', ['document_signed'], async (signed, tx) => {
    for (const event of signed) {
      if (event.documentId) {
        await jobs.send(PACKAGE_DOCUMENT, { documentId: event.documentId }, { tx, singletonKey: event.documentId });
      }
    }
  });
}

/** Seals the document and records the package. Nothing to do when it has been packaged, or is no longer there. */
export async function packageDocument(deps: PackagingDeps, documentId: string): Promise<void> {
  const document = await findDocument(deps.database, documentId);
  // Other formats have no signed file of their own yet: what the eIDs produced is what there is.
  if (
    document?.format !== 'pdf' ||
    document.status !== 'signed' ||
    document.packages.some((made) => made.format === 'pades')
  )
    return;
  const evidence = await listEvidence(deps.database, documentId);
  const fault = evidenceFault(document, evidence);
  if (fault !== undefined) throw new Error(`document ${documentId} is not packaged: ${fault}`);
  const sealed = await seal(deps, document, evidence);
  const stored = await deps.files.put(
    document.accountId,
    Buffer.from(sealed.bytes.buffer, sealed.bytes.byteOffset, sealed.bytes.byteLength),
  );
  await deps.database.transaction(async (tx) => {
    const kept = await recordPackage(
      deps,
      tx,
      documentId,
      {
        format: 'pades',
        sha256: stored.sha256,
        sizeBytes: stored.sizeBytes,
        fileName: signedFileName(document.request.dataToSign.fileName),
        mediaType: 'application/pdf',
        level: sealed.level,
      },
      deps.accountTime.now(document.accountId, document.environment),
    );
    if (!kept) deps.log.info({ documentId }, 'the document had been packaged by another worker');
  });
  for (const warning of sealed.warnings) deps.log.warn({ documentId, warning }, 'packaged with a warning');
}

async function seal(deps: PackagingDeps, document: DocumentRecord, evidence: EvidenceEntry[]) {
  const accountName = await deps.accountName(document.accountId);
  const [original, ...natives] = await Promise.all([
    deps.files.read(document.accountId, document.contentSha256),
    ...document.signatures.map((signature) => deps.files.read(document.accountId, signature.native.sha256)),
  ]);
  const approvals = await Promise.all(
    document.signatures.map(async (signature) => ({
      provider: await deps.trust.oneShotSigner({
        accountId: document.accountId,
        accountName,
        fullName: signature.fullName,
        firstName: signature.firstName,
        lastName: signature.lastName,
        uniqueId: signature.methodUniqueId ?? signature.signerId,
        method: signature.method,
        documentSha256: signature.documentSha256,
        nativeSha256: signature.native.sha256,
      }),
      fullName: signature.fullName,
      reason: `Signed with ${deps.methodName(signature.method)}`,
      signedAt: signingTime(signature, evidence),
    })),
  );
  return deps.pool.seal({
    original,
    evidence: evidenceInput(deps, document, evidence, accountName),
    natives: document.signatures.flatMap((signature, index) => nativeFiles(signature, natives[index]!, index)),
    seal: await deps.trust.sealProvider({ id: document.accountId, name: accountName }),
    sealReason: `Certified by ${accountName}`,
    approvals,
    trustAnchors: [...deps.trust.anchors],
    now: deps.clock.now(),
    testMark: document.environment === 'test',
  });
}

/** Real time, which is another than the account's where its clock was ahead: then the evidence tells. */
function signingTime(signature: SignatureRecord, evidence: readonly EvidenceEntry[]): Date {
  const signed = evidence.find((entry) => entry.kind === 'signed' && entry.signerId === signature.signerId);
  return typeof signed?.data.realTime === 'string' ? new Date(signed.data.realTime) : signature.signedAt;
}

function evidenceInput(
  deps: PackagingDeps,
  document: DocumentRecord,
  evidence: EvidenceEntry[],
  accountName: string,
): EvidenceInput {
  const request = document.request;
  return {
    documentId: document.id,
    title: request.title,
    fileName: request.dataToSign.fileName,
    pageCount: document.pageCount ?? 0,
    contentSha256: document.contentSha256,
    externalId: request.externalId,
    accountName,
    language: request.dataToSign.packaging?.padesSettings?.primaryLanguage,
    environment: document.environment,
    signers: document.signatures.map((signature) => ({
      signerId: signature.signerId,
      fullName: signature.fullName,
      method: signature.method,
      methodName: deps.methodName(signature.method),
      uniqueId: signature.methodUniqueId,
      signedAt: signature.signedAt,
      clientIp: signature.clientIp,
    })),
    history: evidence.map((entry) => ({
      occurredAt: entry.occurredAt,
      kind: entry.kind,
      signerId: entry.signerId,
      method: typeof entry.data.method === 'string' ? entry.data.method : undefined,
    })),
    createdAt: document.createdAt,
  };
}

/** What the eID produced, and beside it what is needed to check it against the document. */
function nativeFiles(signature: SignatureRecord, content: Buffer, index: number) {
  const prefix = `signer-${index + 1}-`;
  return [
    {
      fileName: prefix + signature.native.fileName,
      mediaType: signature.native.mediaType,
      description: `What the eID produced for ${signature.fullName}`,
      content,
    },
    {
      fileName: `${prefix}binding.json`,
      mediaType: 'application/json',
      description: `How that is bound to the document (${signature.native.format})`,
      content: Buffer.from(
        JSON.stringify({ format: signature.native.format, ...signature.native.binding }, null, 2),
        'utf8',
      ),
    },
  ];
}

function signedFileName(fileName: string): string {
  return `${fileName.replace(/\.[^.]*$/, '')}-signed.pdf`;
}
