import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, type DigestAlgorithm } from '../asn1/algorithms.ts';
import { buildSignedData } from '../cms/signed-data-builder.ts';
import type { IncrementalUpdate, WrittenSignature } from '../pdf/incremental-update.ts';
import { isDict, type PdfDict, type PdfRef } from '../pdf/objects.ts';
import { firstPage } from '../pdf/page-tree.ts';
import { addSignatureFields, listFields, listSignatureFields } from '../pdf/signature-fields.ts';
import type { SignatureProvider, TimeStampAuthority } from '../ports.ts';
import {
  requestSignatureTimeStamp,
  type Stamping,
  signatureTimeStampAttribute,
} from '../timestamp/signature-time-stamp.ts';
import { requestTimeStamp, type TimeStampToken } from '../timestamp/time-stamp-verification.ts';
import { uniqueFieldName } from './layout.ts';
import {
  docMdpReference,
  type SignatureDescription,
  signatureDictionary,
  timeStampDictionary,
} from './signature-dictionary.ts';
import { type TestMarkAppearances, testMarkOn } from './test-mark.ts';

/** Room for a time-stamp token with its TSA's chain. */
const TIME_STAMP_ROOM = 12 * 1024;
const DOCUMENT_TIME_STAMP_ROOM = 16 * 1024;

const NOWHERE = [0, 0, 0, 0] as const;

/** Tokens of one TSA differ by a few bytes of numbers and times; its signature by a few more. */
const TOKEN_MARGIN = 512;

/**
 * Bytes of room that a provider's CMS object needs.
 * @param timeStamp room for a signature time-stamp: learnt from an earlier token, or the default for an unknown TSA
 */
export function contentsRoom(provider: SignatureProvider, timeStamp?: { earlier: TimeStampToken | undefined }): number {
  const certificates = provider.certificateChain.reduce((sum, certificate) => sum + certificate.length, 0);
  const token = timeStamp?.earlier ? timeStamp.earlier.bytes.length + TOKEN_MARGIN : TIME_STAMP_ROOM;
  return 1536 + certificates + (timeStamp ? token : 0);
}

/**
 * Which field to fill: one that is there, by reference or name, or a new one, which is invisible unless it stands for the
 * TEST mark on the first page.
 */
export type FieldChoice = { ref: PdfRef } | { existing: string } | { create: string; testMark?: TestMarkAppearances };

/**
 * Writes the revision of one signature with room for its CMS object: the field gets its value, a certification also
 * its /Perms entry (merged with what is there).
 */
export function writeSignatureRevision(
  update: IncrementalUpdate,
  field: FieldChoice,
  description: SignatureDescription,
  contentsSize: number,
  docMdp?: 1 | 2 | 3,
): WrittenSignature {
  const entries = signatureDictionary(description, docMdp && docMdpReference(docMdp));
  const ref = update.allocate();
  fillField(update, field, ref);
  if (docMdp) {
    const catalog = update.edit(update.file.rootRef);
    const permissions: PdfDict = new Map(update.resolveDict(catalog.get('Perms')) ?? []);
    permissions.set('DocMDP', ref);
    catalog.set('Perms', permissions);
  }
  return update.commit({ ref, entries, contentsSize })!;
}

function fillField(update: IncrementalUpdate, choice: FieldChoice, value: PdfRef): void {
  if ('ref' in choice) {
    update.edit(choice.ref).set('V', value);
    return;
  }
  const catalogValue = update.get(update.file.rootRef);
  const catalog = isDict(catalogValue) ? catalogValue : update.file.catalog;
  if ('existing' in choice) {
    const field = listSignatureFields(update, catalog).find((candidate) => candidate.name === choice.existing);
    if (!field?.ref) throw new AdesError('field_missing', 'there is no signature field of this name');
    if (field.value) throw new AdesError('field_already_signed', 'the signature field is signed already');
    update.edit(field.ref).set('V', value);
    return;
  }
  const taken = new Set(listFields(update, catalog).map((field) => field.name));
  const page = firstPage(update, catalog);
  const shown = choice.testMark ? testMarkOn(update, page, choice.testMark) : { rect: NOWHERE };
  addSignatureFields(update, [{ name: uniqueFieldName(choice.create, taken), page: page.ref, value, ...shown }]);
}

/**
 * Signs a written revision: CMS with a signature time-stamp when an authority is given (PAdES-BASELINE-B-T, ETSI EN
 * 319 142-1 §6.3), and puts it into its room.
 */
export async function signRevision(
  update: IncrementalUpdate,
  written: WrittenSignature,
  provider: SignatureProvider,
  stamping?: Stamping,
): Promise<TimeStampToken | undefined> {
  if (provider.algorithm === 'ed25519') {
    // ISO/TS 32002 allows it; widespread readers of PDF call such signatures invalid.
    throw new AdesError('algorithm_unsupported', 'PDFs are not signed with Ed25519');
  }
  let token: TimeStampToken | undefined;
  const { digest } = ALGORITHMS[provider.algorithm];
  const contentDigest = update.digest(written, digest);
  const cms = await buildSignedData({
    provider,
    contentDigest,
    ...(stamping && {
      unsignedAttributes: async (signature) => {
        token = await requestSignatureTimeStamp(signature, digest, stamping);
        return [signatureTimeStampAttribute(token)];
      },
    }),
  });
  update.fill(written, cms);
  return token;
}

/** Appends a document time-stamp over the whole file so far (ETSI EN 319 142-1 §5.4.3). */
export async function stampDocument(
  update: IncrementalUpdate,
  field: FieldChoice,
  authority: TimeStampAuthority,
  trustAnchors: readonly Uint8Array[],
  earlier?: TimeStampToken,
): Promise<TimeStampToken> {
  const digest: DigestAlgorithm = 'sha256';
  const contentsSize = earlier ? earlier.bytes.length + TOKEN_MARGIN : DOCUMENT_TIME_STAMP_ROOM;
  const ref = update.allocate();
  fillField(update, field, ref);
  const written = update.commit({ ref, entries: timeStampDictionary(), contentsSize })!;
  const token = await requestTimeStamp(authority, digest, update.digest(written, digest), trustAnchors);
  update.fill(written, token.bytes);
  return token;
}
