import type { Transaction } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import { withoutNationalNumbers } from './document-representation.ts';
import { type FilledSigner, withLinkWithin, withSealedExtraInfo } from './document-request.ts';
import type { SignerRecord } from './store.ts';

/** A signer as it is stored: an id, and the national number encrypted beside the request. */
export function newSigner(
  deps: { box: SecretBox },
  request: FilledSigner,
  { deadline, now }: { deadline: Date; now: Date },
): Omit<SignerRecord, 'linkRotation'> {
  const id = uuidv7(now);
  return {
    id,
    request: withSealedExtraInfo(deps, id, withLinkWithin(withoutNationalNumbers(request), deadline)),
    nationalNumberSealed: sealNationalNumber(deps, id, request.signerInfo?.socialSecurityNumber),
    authenticationNumberSealed: sealAuthenticationNumber(deps, id, request.authentication?.socialSecurityNumber),
  };
}

export function sealNationalNumber(
  deps: { box: SecretBox },
  signerId: string,
  number: string | undefined,
): Buffer | undefined {
  return number ? deps.box.encrypt(Buffer.from(number, 'utf8'), `signer ${signerId}`) : undefined;
}

/** The number that a login must show, which is another matter than the one that is only filled in for the signer. */
export function sealAuthenticationNumber(
  deps: { box: SecretBox },
  signerId: string,
  number: string | undefined,
): Buffer | undefined {
  return number ? deps.box.encrypt(Buffer.from(number, 'utf8'), `authentication of signer ${signerId}`) : undefined;
}

export function openAuthenticationNumber(
  deps: { box: SecretBox },
  signer: Pick<SignerRecord, 'id' | 'authenticationNumberSealed'>,
): string | undefined {
  const { authenticationNumberSealed: sealed, id } = signer;
  return sealed && deps.box.decrypt(sealed, `authentication of signer ${id}`).toString('utf8');
}

interface Owner {
  id: string;
  accountId: string;
}

export async function insertSigner(tx: Transaction, document: Owner, signer: SignerRecord): Promise<void> {
  await tx.query(
    `insert into signers (document_id, id, account_id, position, external_signer_id, sign_order, required, request,
                          national_number_sealed, link_rotation, authentication_number_sealed)
     select $1, $2, $3, coalesce(max(position), -1) + 1, $4, $5, $6, $7, $8, $9, $10 from signers where document_id = $1`,
    [document.id, signer.id, document.accountId, ...columnsOf(signer)],
  );
}

export async function updateSigner(tx: Transaction, documentId: string, signer: SignerRecord): Promise<void> {
  await tx.query(
    `update signers set external_signer_id = $3, sign_order = $4, required = $5, request = $6,
                        national_number_sealed = $7, link_rotation = $8, authentication_number_sealed = $9
      where document_id = $1 and id = $2`,
    [documentId, signer.id, ...columnsOf(signer)],
  );
}

function columnsOf({
  request,
  nationalNumberSealed,
  linkRotation,
  authenticationNumberSealed,
}: SignerRecord): unknown[] {
  return [
    request.externalSignerId,
    request.order,
    request.required,
    JSON.stringify(request),
    nationalNumberSealed ?? null,
    linkRotation,
    authenticationNumberSealed ?? null,
  ];
}

/** With what the signer has accepted; the evidence of it stays. */
export async function deleteSigner(tx: Transaction, documentId: string, signerId: string): Promise<void> {
  await tx.query('delete from attachment_acceptances where document_id = $1 and signer_id = $2', [
    documentId,
    signerId,
  ]);
  await tx.query('delete from signers where document_id = $1 and id = $2', [documentId, signerId]);
}

export async function updateRequiredSignatures(tx: Transaction, documentId: string, required: number): Promise<void> {
  await tx.query('update documents set required_signatures = $2 where id = $1 and required_signatures <> $2', [
    documentId,
    required,
  ]);
}
