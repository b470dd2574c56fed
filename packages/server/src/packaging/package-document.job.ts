import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Database } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { Events } from '../kernel/events/events.ts';
import type { FileStore } from '../kernel/files/files.ts';
import type { Jobs, QueueDefinition } from '../kernel/jobs/jobs.ts';
import type { Log } from '../kernel/log/log.ts';
import {
  attachmentContent,
  type DocumentRecord,
  findDocument,
  listEvidence,
  listWantedPackages,
  mainContent,
  type NationalNumber,
  type PackagingTask,
  partOfName,
  putPackagingFailure,
  raiseNatives,
  recordPackage,
  type SignatureRecord,
  type SignedContent,
} from '../signature/index.ts';
import { evidenceFault } from './evidence-fault.ts';
import type { AccountFacts } from './evidence-pages.ts';
import { type MakePackageDeps, makePackage } from './make-package.ts';
import type { PackageMaterial } from './package-material.ts';
import { PackagingFault } from './packaging-fault.ts';

export const PACKAGE_DOCUMENT = 'packaging.package-document';

export interface PackagingDeps extends MakePackageDeps {
  database: Database;
  events: Events;
  files: FileStore;
  /** The time of documents. */
  accountTime: AccountTime;
  log: Log;
  account(accountId: string): Promise<AccountFacts>;
  methodName(method: string): string;
  /** What the eID told with the signature, where it was kept. */
  nationalNumber(documentId: string, signature: SignatureRecord): NationalNumber | undefined;
}

/** 1, 5, 15, 60 minutes, then hourly for a day; the first tries come soon, for what was only a restart. */
const RETRY_DELAYS_SECONDS = [2, 10, 60, 300, 900, 3600, ...Array.from({ length: 24 }, () => 3600)];
const LONGEST_REASON = 500;

/**
 * Makes the files of every document that is complete: one job per file, so that none waits for another, asked for by
 * `document_signed` in the transaction that removes the event from the outbox. Each step is safe to repeat: the file is
 * content-addressed, and of two packages the first one recorded stays.
 */
export function registerPackaging(deps: PackagingDeps, jobs: Jobs, events: Events, concurrency: number): void {
  jobs.define(
    packagingQueue(concurrency, async (data) => {
      for (const task of await tasksOf(deps, data)) await packageOrTell(deps, task);
    }),
  );
  events.subscribe('packaging', ['document_signed'], async (signed, tx) => {
    const tasks = await listWantedPackages(
      tx,
      signed.flatMap(({ documentId }) => documentId ?? []),
    );
    await jobs.sendMany(PACKAGE_DOCUMENT, tasks.map(jobOf), tx);
  });
}

/** Also for a process that only sends its jobs. */
export function packagingQueue(
  concurrency: number,
  handle: (data: JobData) => Promise<void>,
): QueueDefinition<JobData> {
  return {
    name: PACKAGE_DOCUMENT,
    concurrency,
    retryDelaysSeconds: RETRY_DELAYS_SECONDS,
    expireSeconds: 60,
    handle,
  };
}

/** Jobs of earlier versions are for all files of the document. */
type JobData = PackagingTask | { documentId: string };

async function tasksOf(deps: PackagingDeps, data: JobData): Promise<PackagingTask[]> {
  return 'format' in data ? [data] : listWantedPackages(deps.database, [data.documentId]);
}

/** The job that makes one file; while it waits, it is not added again. */
export function jobOf(task: PackagingTask): { data: PackagingTask; singletonKey: string } {
  return { data: task, singletonKey: `${task.documentId} ${task.part} ${task.format}` };
}

/** A failure is kept beside the document, for its owner and for the operator, until the file is there. */
export async function packageOrTell(deps: PackagingDeps, task: PackagingTask): Promise<void> {
  try {
    await packageDocument(deps, task);
  } catch (error) {
    const code = error instanceof PackagingFault ? error.code : 'packaging_failed';
    const reason = (error as Error).message.slice(0, LONGEST_REASON);
    const document = await findDocument(deps.database, task.documentId);
    if (document) {
      const { accountId, environment } = document;
      const failure = { ...task, accountId, environment, code, reason, failedAt: deps.clock.now() };
      const attempts = await putPackagingFailure(deps.database, failure);
      deps.log.error({ ...task, code, attempts, err: error }, 'a package could not be made');
    }
    throw error;
  }
}

/**
 * Seals one file and records it. Nothing to do when it is there, or its document is not complete or no longer there.
 * Throws `PackagingFault`, and what sealing throws.
 */
export async function packageDocument(deps: PackagingDeps, task: PackagingTask): Promise<void> {
  const { documentId, part, format } = task;
  const document = await findTimeStamped(deps, documentId);
  if (!document || document.packages.some((made) => made.part === part && made.format === format)) return;
  const { attachmentId, signerId } = partOfName(part);
  if (signerId === undefined && document.status !== 'signed') return;
  const attachment = document.attachments.find((one) => one.id === attachmentId);
  const content = attachment ? attachmentContent(document, attachment) : mainContent(document);
  if (content.attachmentId !== attachmentId) return;
  const signatures = content.signatures.filter((one) => signerId === undefined || signerId === one.signerId);
  if (signatures.length === 0) return;
  const made = await makePackage(deps, await gather(deps, document, content, signatures), format);
  const stored = await deps.files.put(
    document.accountId,
    Buffer.from(made.bytes.buffer, made.bytes.byteOffset, made.bytes.byteLength),
  );
  await deps.database.transaction(async (tx) => {
    const { fileName, mediaType, level } = made;
    const kept = await recordPackage(
      deps,
      tx,
      documentId,
      { part, format, sha256: stored.sha256, sizeBytes: stored.sizeBytes, fileName, mediaType, level },
      deps.accountTime.now(document.accountId, document.environment),
    );
    if (!kept) deps.log.info(task, 'the package had been made by another worker');
  });
  for (const verdict of made.verdicts) {
    // Status data of configured services may be missing or late: the owner's validator will say the same.
    if (verdict.indication !== 'TOTAL-PASSED') deps.log.warn({ ...task, ...verdict }, 'a signature is indeterminate');
  }
  for (const warning of made.warnings) deps.log.warn({ ...task, warning }, 'packaged with a warning');
}

/** What was sealed here without a time-stamp gets one before it goes into a file. Throws `PackagingFault`. */
async function findTimeStamped(deps: PackagingDeps, documentId: string): Promise<DocumentRecord | undefined> {
  const document = await findDocument(deps.database, documentId);
  if (!document) return undefined;
  const { database, files, accountTime, trust } = deps;
  const raiseSeal = (sealed: Uint8Array) => trust.raiseSeal(sealed);
  const isRaised = await raiseNatives({ database, files, accountTime, raiseSeal }, document).catch((cause: unknown) => {
    if (!(cause instanceof SeglError)) throw cause;
    throw new PackagingFault('timestamp_unavailable', cause.message, { cause });
  });
  return isRaised ? findDocument(database, documentId) : document;
}

async function presentationOf(
  { files }: Pick<PackagingDeps, 'files'>,
  { accountId }: Pick<DocumentRecord, 'accountId'>,
  { presentation }: SignedContent,
): Promise<PackageMaterial['presentation']> {
  if (!presentation) return undefined;
  const { styleSheet, display } = presentation;
  return {
    styleSheet: styleSheet && {
      fileName: 'style-sheet.xsl',
      mediaType: 'application/xslt+xml',
      description: 'The style sheet that was signed with it',
      content: await files.read(accountId, styleSheet.sha256),
    },
    display: {
      fileName: 'display.html',
      mediaType: 'text/html',
      description: 'What signers were shown',
      content: await files.read(accountId, display.sha256),
    },
  };
}

async function gather(
  deps: PackagingDeps,
  document: DocumentRecord,
  content: SignedContent,
  signatures: readonly SignatureRecord[],
): Promise<PackageMaterial> {
  const evidence = await listEvidence(deps.database, document.id);
  const fault = evidenceFault(document, content, evidence);
  if (fault !== undefined) throw new PackagingFault('evidence_broken', fault);
  const printed = document.request.dataToSign.packaging?.padesSettings?.includeSsnInPades === true;
  const [account, original, ...natives] = await Promise.all([
    deps.account(document.accountId),
    deps.files.read(document.accountId, content.contentSha256),
    ...signatures.map((signature) => deps.files.read(document.accountId, signature.native.sha256)),
  ]);
  return {
    document,
    content,
    evidence,
    original,
    presentation: await presentationOf(deps, document, content),
    signatures: signatures.map((signature, index) => ({ signature, native: natives[index]! })),
    account,
    now: deps.accountTime.now(document.accountId, document.environment),
    methodName: deps.methodName,
    nationalNumber: (signature) => (printed ? deps.nationalNumber(document.id, signature) : undefined),
  };
}
