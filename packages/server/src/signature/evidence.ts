import { createHash } from 'node:crypto';

export type EvidenceKind =
  | 'document_created'
  | 'document_changed'
  | 'link_opened'
  | 'document_read'
  | 'signer_added'
  | 'signer_changed'
  | 'signer_deleted'
  | 'attachment_added'
  | 'attachment_changed'
  | 'attachment_deleted'
  | 'attachment_opened'
  | 'attachment_accepted'
  | 'authentication_started'
  | 'code_sent'
  | 'authentication_passed'
  | 'authentication_failed'
  | 'dialog_accepted'
  | 'method_chosen'
  | 'signing_started'
  | 'identified'
  | 'signing_canceled'
  | 'signing_failed'
  | 'signed'
  | 'native_time_stamped'
  | 'receipt_shown';

/** One step of a document's life, as it is proven later. */
export interface EvidenceEntry {
  sequence: number;
  occurredAt: Date;
  kind: EvidenceKind;
  signerId: string | undefined;
  data: Record<string, unknown>;
  /** SHA-256 over the previous entry's hash and this entry's canonical JSON. */
  hash: Buffer;
}

export interface EvidenceEnd {
  sequence: number;
  hash: Buffer;
}

export const EVIDENCE_START: EvidenceEnd = { sequence: 0, hash: Buffer.alloc(32) };

/**
 * The next entry of a document's hash chain. Because each hash covers the one before it, an entry can be neither
 * changed, left out nor added later without changing the last hash.
 */
export function nextEvidence(
  documentId: string,
  end: EvidenceEnd,
  entry: { occurredAt: Date; kind: EvidenceKind; signerId?: string | undefined; data: Record<string, unknown> },
): EvidenceEntry {
  const sequence = end.sequence + 1;
  const content = canonicalJson({
    documentId,
    sequence,
    occurredAt: entry.occurredAt.toISOString(),
    kind: entry.kind,
    signerId: entry.signerId ?? null,
    data: entry.data,
  });
  const hash = createHash('sha256').update(end.hash).update(content, 'utf8').digest();
  return { sequence, occurredAt: entry.occurredAt, kind: entry.kind, signerId: entry.signerId, data: entry.data, hash };
}

/**
 * Recomputes the whole chain; `undefined` when it is intact, else the first sequence number that does not fit. `kept` is
 * the end that the document itself remembers: without it, entries that are cut off the end would not be missed. The
 * chain may be longer by now.
 */
export function firstBrokenEvidence(
  documentId: string,
  entries: readonly EvidenceEntry[],
  kept: EvidenceEnd,
): number | undefined {
  let end = EVIDENCE_START;
  for (const entry of entries) {
    const expected = nextEvidence(documentId, end, entry);
    if (entry.sequence !== expected.sequence || !expected.hash.equals(entry.hash)) return expected.sequence;
    if (entry.sequence === kept.sequence && !entry.hash.equals(kept.hash)) return entry.sequence;
    end = entry;
  }
  return end.sequence < kept.sequence ? end.sequence + 1 : undefined;
}

/**
 * JSON with sorted member names and without blanks, in the manner of RFC 8785 for the values that occur here: text,
 * whole numbers, booleans, null, lists, objects. Members without a value are left out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
