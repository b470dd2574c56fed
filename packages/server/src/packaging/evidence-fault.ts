import {
  type DocumentRecord,
  type EvidenceEntry,
  firstBrokenEvidence,
  type SignatureRecord,
  type SignedContent,
} from '../signature/index.ts';

/**
 * Why a document must not be sealed: its evidence was changed, or what is on record says something else than the evidence
 * that was written when it happened. `undefined` when everything fits together.
 */
export function evidenceFault(
  document: DocumentRecord,
  content: SignedContent,
  evidence: readonly EvidenceEntry[],
): string | undefined {
  const end = { sequence: document.evidenceSequence, hash: document.evidenceHash };
  const broken = firstBrokenEvidence(document.id, evidence, end);
  if (broken !== undefined) return `the evidence does not fit together at entry ${broken}`;
  if (evidence[0]?.data.contentSha256 !== document.contentSha256) return 'the content is not the one of the evidence';
  const other =
    document.signatures.find((signature) => !isEvidenced(document, signature, evidence)) ??
    (content.attachmentId === undefined
      ? undefined
      : content.signatures.find((signature) => !isEvidencedOfAttachment(content, signature, evidence)));
  return other && `the signature of signer ${other.signerId} is not the one of the evidence`;
}

function isEvidenced(
  document: DocumentRecord,
  signature: SignatureRecord,
  evidence: readonly EvidenceEntry[],
): boolean {
  const entry = evidence.find((one) => one.kind === 'signed' && one.signerId === signature.signerId);
  if (!entry || signature.documentSha256 !== document.contentSha256) return false;
  const recorded = {
    method: signature.method,
    fullName: signature.fullName,
    methodUniqueId: signature.methodUniqueId,
    documentSha256: signature.documentSha256,
    nativeSha256: formerNative(signature, evidence),
  };
  return (
    entry.occurredAt.getTime() === signature.signedAt.getTime() &&
    Object.entries(recorded).every(([name, value]) => entry.data[name] === value)
  );
}

function isEvidencedOfAttachment(
  { attachmentId, contentSha256 }: SignedContent,
  signature: SignatureRecord,
  evidence: readonly EvidenceEntry[],
): boolean {
  const entry = evidence.find((one) => one.kind === 'signed' && one.signerId === signature.signerId);
  const signed = (entry?.data.signedAttachments ?? []) as { id: string; contentSha256: string }[];
  return (
    signature.documentSha256 === contentSha256 &&
    entry?.data.nativeSha256 === formerNative(signature, evidence) &&
    signed.some((one) => one.id === attachmentId && one.contentSha256 === contentSha256)
  );
}

/** The native as it was with the signature: what was sealed then may have got its time-stamp later. */
function formerNative({ signerId, native }: SignatureRecord, evidence: readonly EvidenceEntry[]): unknown {
  const stamped = evidence.find(
    ({ kind, signerId: of, data }) =>
      kind === 'native_time_stamped' && of === signerId && data.nativeSha256 === native.sha256,
  );
  return stamped ? stamped.data.formerSha256 : native.sha256;
}
