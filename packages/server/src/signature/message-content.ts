import type { CreateDocumentRequestWrapper } from './contract/document.ts';
import type { COLOR_THEMES, LANGUAGES } from './contract/signing-page.ts';
import { contentFileName, mediaTypeOf } from './document-format.ts';
import { signLink, signUrl } from './document-representation.ts';
import { signedCopyOf } from './get-file.ts';
import { addressesOf, type MessageKind, wantedChannel } from './recipients.ts';
import { turnState } from './session-context.ts';
import { putShortLink } from './short-link-store.ts';
import { shortCodeHash } from './sign-link.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { signatureName } from './signature-methods.ts';
import { type DocumentRecord, findDocument, type SignerRecord } from './store.ts';

type Notification = NonNullable<CreateDocumentRequestWrapper['notification']>;

/** Which message is to be written; `index` is that of a further recipient of the final receipt. */
export interface WantedMessage {
  kind: MessageKind;
  signerId: string | undefined;
  index: number;
  channel: 'email' | 'sms';
}

/** Everything that a message says. */
export interface MessageContent {
  kind: MessageKind;
  accountId: string;
  environment: DocumentRecord['environment'];
  documentId: string;
  externalId: string;
  email: string | undefined;
  /** E.164. */
  mobile: string | undefined;
  language: (typeof LANGUAGES)[number];
  colorTheme: (typeof COLOR_THEMES)[number];
  /** Signers only have one. An SMS has the short form. */
  signUrl: string | undefined;
  title: string;
  description: string | undefined;
  deadline: Date;
  accountName: string;
  contact: CreateDocumentRequestWrapper['contactDetails'];
  signature: { signedAt: Date; fullName: string; methodName: string } | undefined;
  attachment: { fileName: string; mediaType: string; sizeBytes: number; read(): Promise<Buffer> } | undefined;
  texts: Pick<NonNullable<Notification['signRequest']>, 'email' | 'sms'>;
  mergeFields: Record<string, string>;
}

type Deps = Pick<SignatureDeps, 'database' | 'accountTime' | 'links' | 'publicUrl' | 'accountName' | 'eids' | 'files'>;

const TEXTS = {
  request: 'signRequest',
  reminder: 'reminder',
  signatureReceipt: 'signatureReceipt',
  finalReceipt: 'finalReceipt',
  canceled: 'canceledReceipt',
  expired: 'expiredReceipt',
} as const;

/**
 * What a message says, from the document as it is now. `undefined` when it would be wrong by now: nobody is asked or
 * reminded who cannot sign, and there is no receipt for what is not so.
 */
export async function messageContent(
  deps: Deps,
  documentId: string,
  wanted: WantedMessage,
): Promise<MessageContent | undefined> {
  const document = await findDocument(deps.database, documentId);
  if (!document) return undefined;
  const person =
    wanted.signerId === undefined ? furtherRecipient(document, wanted) : await signerOf(deps, document, wanted);
  if (!person) return undefined;
  const { request } = document;
  const { email, sms } = request.notification?.[TEXTS[wanted.kind]] ?? {};
  return {
    kind: wanted.kind,
    accountId: document.accountId,
    environment: document.environment,
    documentId: document.id,
    externalId: request.externalId,
    ...person,
    title: request.title,
    description: request.description,
    deadline: document.deadline,
    accountName: await deps.accountName(document.accountId),
    contact: request.contactDetails,
    signature: signatureFor(deps, document, wanted),
    attachment: attachmentFor(deps, document, wanted.kind),
    texts: { email, sms },
  };
}

type Person = Pick<MessageContent, 'email' | 'mobile' | 'language' | 'colorTheme' | 'signUrl' | 'mergeFields'>;

async function signerOf(deps: Deps, document: DocumentRecord, wanted: WantedMessage): Promise<Person | undefined> {
  const signer = document.signers.find((one) => one.id === wanted.signerId);
  const now = deps.accountTime.now(document.accountId, document.environment);
  if (!signer || !isStillTrue(document, signer, wanted.kind, now)) return undefined;
  return {
    ...addressesOf(signer),
    language: signer.request.ui?.language ?? 'EN',
    colorTheme: signer.request.ui?.styling?.colorTheme ?? 'Default',
    signUrl: wanted.channel === 'sms' ? await shortSignUrl(deps, document, signer) : signUrl(document, signer, deps),
    mergeFields: signer.request.notifications?.mergeFields ?? {},
  };
}

async function shortSignUrl(deps: Deps, document: DocumentRecord, signer: SignerRecord): Promise<string> {
  const link = signLink(document, signer);
  const code = deps.links.shortCode(link);
  await putShortLink(deps.database, shortCodeHash(code), link);
  return `${deps.publicUrl}/s/${code}`;
}

function isStillTrue(document: DocumentRecord, signer: SignerRecord, kind: MessageKind, now: Date): boolean {
  switch (kind) {
    case 'request':
      return wantedChannel(signer, kind) !== undefined && turnState(document, signer.id, now) === 'sign';
    case 'reminder':
      return turnState(document, signer.id, now) === 'sign';
    case 'signatureReceipt':
      return document.signatures.some((one) => one.signerId === signer.id);
    case 'finalReceipt':
      return document.status === 'signed';
    default:
      return document.status === kind;
  }
}

function furtherRecipient(document: DocumentRecord, { kind, index }: WantedMessage): Person | undefined {
  const recipient = document.request.notification?.finalReceipt?.additionalRecipients?.[index];
  if (!recipient || kind !== 'finalReceipt' || document.status !== 'signed') return undefined;
  return {
    email: recipient.email,
    mobile: undefined,
    language: recipient.language ?? 'EN',
    colorTheme: 'Default',
    signUrl: undefined,
    mergeFields: recipient.customMergeFields ?? {},
  };
}

function signatureFor(deps: Deps, document: DocumentRecord, { kind, signerId }: WantedMessage) {
  if (kind !== 'signatureReceipt' && kind !== 'finalReceipt') return undefined;
  const signature =
    kind === 'finalReceipt' ? document.signatures.at(-1) : document.signatures.find((one) => one.signerId === signerId);
  if (!signature) return undefined;
  const { signedAt, fullName, method } = signature;
  return {
    signedAt,
    fullName,
    methodName: signatureName(deps.eids.get(method, document.environment)?.displayName, signature),
  };
}

function attachmentFor(deps: Deps, document: DocumentRecord, kind: MessageKind): MessageContent['attachment'] {
  const { notification, dataToSign } = document.request;
  const read = (sha256: string) => () => deps.files.read(document.accountId, sha256);
  if (kind === 'request' && notification?.signRequest?.includeOriginalFile) {
    return {
      fileName: contentFileName(dataToSign.fileName, document.format),
      mediaType: mediaTypeOf(document.format),
      sizeBytes: document.contentSizeBytes,
      read: read(document.contentSha256),
    };
  }
  const { made } = signedCopyOf(document);
  if (kind !== 'finalReceipt' || !notification?.finalReceipt?.includeSignedFile || !made) return undefined;
  const { fileName, mediaType, sizeBytes, sha256 } = made;
  return { fileName, mediaType, sizeBytes, read: read(sha256) };
}
