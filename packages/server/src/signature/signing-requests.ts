import type { AccountTime } from '../kernel/clock/account-clocks.ts';
import type { Queryable } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { CreateDocumentRequestWrapper } from './contract/document.ts';
import type { COLOR_THEMES, LANGUAGES } from './contract/signing-page.ts';
import { signUrl } from './document-representation.ts';
import { turnState } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { listDocumentsWithRequests } from './signing-request-store.ts';
import { type DocumentRecord, findDocument, type SignerRecord } from './store.ts';

type RequestTexts = NonNullable<NonNullable<CreateDocumentRequestWrapper['notification']>['signRequest']>;

/** A signer whose turn it is, who has not signed, and who wants to be told so. */
export interface DueSigner {
  accountId: string;
  environment: Environment;
  documentId: string;
  signerId: string;
  channel: 'sendEmail' | 'sendSms' | 'sendBoth';
  email: string | undefined;
  /** E.164. */
  mobile: string | undefined;
}

/** What such a signer is told. */
export interface SigningRequest extends DueSigner {
  language: (typeof LANGUAGES)[number];
  colorTheme: (typeof COLOR_THEMES)[number];
  signUrl: string;
  title: string;
  description: string | undefined;
  deadline: Date;
  accountName: string;
  contact: CreateDocumentRequestWrapper['contactDetails'];
  texts: Pick<RequestTexts, 'email' | 'sms'>;
  mergeFields: Record<string, string>;
}

/** The signers of several documents who are due for a request; one query when none of the documents has any. */
export async function signersToAsk(
  deps: { accountTime: AccountTime },
  db: Queryable,
  documentIds: readonly string[],
): Promise<DueSigner[]> {
  const due: DueSigner[] = [];
  for (const documentId of await listDocumentsWithRequests(db, documentIds)) {
    const document = await findDocument(db, documentId);
    if (document) due.push(...dueSigners(document, nowOf(deps, document)).map((signer) => signer.facts));
  }
  return due;
}

/** The open requests of a document, with everything that goes into them; empty when there is no such document. */
export async function signingRequests(
  deps: Pick<SignatureDeps, 'database' | 'accountTime' | 'links' | 'publicUrl' | 'accountName'>,
  documentId: string,
): Promise<SigningRequest[]> {
  const document = await findDocument(deps.database, documentId);
  if (!document) return [];
  const due = dueSigners(document, nowOf(deps, document));
  if (due.length === 0) return [];
  const accountName = await deps.accountName(document.accountId);
  const { request } = document;
  return due.map(({ signer, facts }) => ({
    ...facts,
    language: signer.request.ui?.language ?? 'EN',
    colorTheme: signer.request.ui?.styling?.colorTheme ?? 'Default',
    signUrl: signUrl(document, signer, deps),
    title: request.title,
    description: request.description,
    deadline: document.deadline,
    accountName,
    contact: request.contactDetails,
    texts: { email: request.notification?.signRequest?.email, sms: request.notification?.signRequest?.sms },
    mergeFields: signer.request.notifications?.mergeFields ?? {},
  }));
}

function nowOf(deps: { accountTime: AccountTime }, document: DocumentRecord): Date {
  return deps.accountTime.now(document.accountId, document.environment);
}

function dueSigners(document: DocumentRecord, now: Date): { signer: SignerRecord; facts: DueSigner }[] {
  return document.signers.flatMap((signer) => {
    const channel = signer.request.notifications?.setup?.request ?? 'off';
    if (channel === 'off' || turnState(document, signer.id, now) !== 'sign') return [];
    const { email, mobile } = signer.request.signerInfo ?? {};
    const facts: DueSigner = {
      accountId: document.accountId,
      environment: document.environment,
      documentId: document.id,
      signerId: signer.id,
      channel,
      email,
      mobile: mobile?.countryCode && mobile.number ? `${mobile.countryCode}${mobile.number}` : undefined,
    };
    return [{ signer, facts }];
  });
}
