import { nextEvidence } from './evidence.ts';
import { insertEvidence } from './evidence-store.ts';
import { recordOnlyNatives } from './record-package.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { awaitsTimeStamp } from './signed-content.ts';
import { type DocumentRecord, lockDocument, putNative, updateDocument } from './store.ts';

/**
 * Adds time-stamps and validation data to the sealed evidence of a document that was made without. Nothing is given out
 * before. The evidence log keeps the digest before and after. Answers whether anything was raised. Throws 503
 * `timestamp_unavailable`.
 */
export async function raiseNatives(
  deps: Pick<SignatureDeps, 'database' | 'files' | 'accountTime' | 'raiseSeal'>,
  { id, accountId, environment, signatures }: DocumentRecord,
): Promise<boolean> {
  const waiting = signatures.filter(({ native }) => awaitsTimeStamp(native));
  for (const { signerId, native } of waiting) {
    const raised = await deps.raiseSeal(await deps.files.read(accountId, native.sha256));
    const { sha256, sizeBytes } = await deps.files.put(accountId, Buffer.from(raised));
    const now = deps.accountTime.now(accountId, environment);
    await deps.database.transaction(async (tx) => {
      const document = await lockDocument(tx, id);
      const present = document?.signatures.find((one) => one.signerId === signerId);
      if (!document || !present || !awaitsTimeStamp(present.native)) return;
      const { awaitsTimeStamp: _, ...binding } = present.native.binding;
      await putNative(tx, document, signerId, { sha256, sizeBytes, binding }, now);
      const entry = nextEvidence(
        id,
        { sequence: document.evidenceSequence, hash: document.evidenceHash },
        {
          occurredAt: now,
          kind: 'native_time_stamped',
          signerId,
          data: { formerSha256: present.native.sha256, nativeSha256: sha256 },
        },
      );
      await insertEvidence(tx, document, entry);
      await updateDocument(tx, id, { evidence: entry });
      if (document.status === 'signed') await recordOnlyNatives(tx, id, now);
    });
  }
  return waiting.length > 0;
}
