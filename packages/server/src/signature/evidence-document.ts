import { writeXml, xmlElement as xml } from '@segl/ades';
import { acceptedAttachments, attachmentsToSign } from './attachment-acceptance.ts';
import { canonicalJson } from './evidence.ts';
import type { Handwriting } from './handwriting.ts';
import type { KeptLogin } from './kept-login.ts';
import type { SessionContext } from './session-context.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

export const SEALED_EVIDENCE_FORMAT = 'segl_sealed_evidence';
export const SEALED_EVIDENCE_NAMESPACE = 'urn:segl:signature-evidence:1';

/**
 * What stands for a signature where no eID makes one, before the account's seal is put on it: which bytes, who the
 * person is and how that is known, what was accepted, and what was written by hand. Everything is in it that is needed to
 * check it: the eID's own answer with its binding, and the picture with its strokes.
 */
export function evidenceDocument(input: {
  context: SessionContext;
  document: DocumentRecord;
  signer: SignerRecord;
  accountName: string;
  login: KeptLogin | undefined;
  handwriting: Handwriting | undefined;
}): Buffer {
  const { context, document, signer, login, handwriting } = input;
  const { session } = context;
  const { mechanism } = signer.request.signatureType;
  const attachments = acceptedAttachments(document, signer.id).attachments ?? [];
  const signed = attachmentsToSign(document, signer.id).map(({ id }) => id);
  return writeXml(
    xml(
      'SignatureEvidence',
      { xmlns: SEALED_EVIDENCE_NAMESPACE },
      xml('Document', {
        id: document.id,
        externalId: document.request.externalId,
        fileName: document.request.dataToSign.fileName,
        sizeBytes: String(document.contentSizeBytes),
        sha256: document.contentSha256,
      }),
      ...attachments.map(({ id, contentSha256 }) =>
        xml(signed.includes(id) ? 'SignedAttachment' : 'AcceptedAttachment', { id, sha256: contentSha256 }),
      ),
      xml('Sender', { id: document.accountId, name: input.accountName }),
      xml('Signer', { id: signer.id, externalId: signer.request.externalSignerId }),
      xml('Mechanism', {}, mechanism),
      xml('Acceptance', {
        at: context.now.toISOString(),
        session: session.id,
        clientAddress: context.clientIp,
        userAgent: context.userAgent,
      }),
      ...(session.codePassedAt ? [xml('CodeCheck', { channel: 'sms', at: session.codePassedAt.toISOString() })] : []),
      ...(session.formAnswers ? [xml('FormAnswers', {}, canonicalJson(session.formAnswers))] : []),
      ...(login ? [identification(login)] : []),
      ...(handwriting ? [writing(handwriting, login)] : []),
    ),
  );
}

function identification({ method, assuranceLevel, authenticatedAt, person, native }: KeptLogin) {
  return xml(
    'Identification',
    { method, assuranceLevel, at: authenticatedAt },
    xml('Person', {
      fullName: person.fullName,
      firstName: person.firstName,
      middleName: person.middleName,
      lastName: person.lastName,
      dateOfBirth: person.dateOfBirth,
      uniqueId: person.uniqueId,
    }),
    xml(
      'Answer',
      { format: native.format, mediaType: native.mediaType, fileName: native.fileName, encoding: 'base64' },
      native.content,
    ),
    xml('Binding', {}, canonicalJson(native.binding)),
  );
}

function writing({ kind, firstName, lastName, picture, strokes }: Handwriting, login: KeptLogin | undefined) {
  return xml(
    'Handwriting',
    { kind, firstName, lastName, nameFrom: login ? 'identification' : 'signer' },
    xml(
      'Picture',
      { mediaType: 'image/png', width: '600', height: '200', encoding: 'base64' },
      picture.toString('base64'),
    ),
    ...(strokes.length > 0 ? [xml('Strokes', { points: 'x y milliseconds pressure' }, JSON.stringify(strokes))] : []),
  );
}

/** The picture of a signature in sealed evidence that was made here; `undefined` where nothing was written by hand. */
export function handwrittenPicture(sealedEvidence: Uint8Array): Buffer | undefined {
  const text = Buffer.from(sealedEvidence).toString('utf8');
  const base64 = /<Picture [^>]*>([A-Za-z0-9+/=]+)<\/Picture>/.exec(text)?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}
