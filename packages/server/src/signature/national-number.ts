import type { OperationContext } from '../kernel/http/route.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import { factsOf, signerResourceTypes } from './extra-info.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { DocumentRecord, SignatureRecord, SignerRecord } from './store.ts';

/** As an eID tells it: the number, and whose it is (ISO 3166-1, two letters). */
export interface NationalNumber {
  value: string;
  countryCode: string;
}

/** Whether the sender asked for the signer's number. Not whether the account may (still) read it. */
export function isNationalNumberAsked(
  document: Pick<DocumentRecord, 'request'>,
  signer: Pick<SignerRecord, 'request'>,
): boolean {
  return document.request.advanced.getSocialSecurityNumber || signer.request.getSocialSecurityNumber === true;
}

/** Whether the eID is asked for it: to be read by the sender, printed in the signed file, or to ask a source by it. */
export function isNationalNumberFetched(
  document: Pick<DocumentRecord, 'request'>,
  signer: Pick<SignerRecord, 'request'>,
): boolean {
  const printed = document.request.dataToSign.packaging?.padesSettings?.includeSsnInPades === true;
  const collected = signerResourceTypes(document, signer).some((type) => factsOf(type).byNationalNumber);
  return printed || collected || isNationalNumberAsked(document, signer);
}

export function sealSignedNumber(
  deps: Pick<SignatureDeps, 'nationalNumberBox'>,
  documentId: string,
  signerId: string,
  number: NationalNumber,
): Buffer {
  return deps.nationalNumberBox.encrypt(
    Buffer.from(JSON.stringify(number), 'utf8'),
    associatedData(documentId, signerId),
  );
}

/** The number that the eID told with a signature, if it was kept. Whoever shows it to somebody writes an audit entry. */
export function openSignedNumber(
  nationalNumberBox: SecretBox,
  documentId: string,
  { signerId, nationalNumberSealed }: Pick<SignatureRecord, 'signerId' | 'nationalNumberSealed'>,
): NationalNumber | undefined {
  if (!nationalNumberSealed) return undefined;
  const opened = nationalNumberBox.decrypt(nationalNumberSealed, associatedData(documentId, signerId));
  return JSON.parse(opened.toString('utf8')) as NationalNumber;
}

function associatedData(documentId: string, signerId: string): string {
  return `signature ${documentId} ${signerId}`;
}

/**
 * Puts the numbers into what is answered of signers: those that were asked for, while the account may read them. That they
 * are read is in the audit log before anybody sees them.
 */
export async function showNationalNumbers(
  deps: Pick<SignatureDeps, 'database' | 'clock' | 'nationalNumberBox' | 'hasProduct' | 'writeAudit' | 'meter'>,
  context: OperationContext,
  document: DocumentRecord,
  answered: readonly { id: string; documentSignature?: { socialSecurityNumber?: NationalNumber } }[],
): Promise<void> {
  const shown = answered.flatMap(({ id, documentSignature }) => {
    const signer = document.signers.find((one) => one.id === id);
    const signature = document.signatures.find((one) => one.signerId === id);
    if (!documentSignature || !signer || !signature || !isNationalNumberAsked(document, signer)) return [];
    const number = openSignedNumber(deps.nationalNumberBox, document.id, signature);
    return number ? [{ signerId: id, documentSignature, number }] : [];
  });
  if (shown.length === 0 || !(await deps.hasProduct(document.accountId, 'ssn'))) return;
  await deps.database.transaction(async (tx) => {
    await deps.writeAudit(tx, {
      accountId: document.accountId,
      environment: document.environment,
      occurredAt: deps.clock.now(),
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: 'document.national_number_read',
      targetId: document.id,
      details: { signerIds: shown.map(({ signerId }) => signerId) },
    });
    // However often it is read, a number is delivered once.
    await deps.meter(
      tx,
      shown.map(({ signerId }) => ({
        id: signerId,
        product: 'SSN',
        accountId: document.accountId,
        environment: document.environment,
        externalReference: document.request.externalId,
        occurredAt: context.now,
      })),
    );
  });
  for (const { documentSignature, number } of shown) documentSignature.socialSecurityNumber = number;
}
