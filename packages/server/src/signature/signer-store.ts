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
): { id: string; request: FilledSigner; nationalNumberSealed: Buffer | undefined } {
  const id = uuidv7(now);
  return {
    id,
    request: withSealedExtraInfo(deps, id, withLinkWithin(withoutNationalNumbers(request), deadline)),
    nationalNumberSealed: sealNationalNumber(deps, id, request.signerInfo?.socialSecurityNumber),
  };
}

export function sealNationalNumber(
  deps: { box: SecretBox },
  signerId: string,
  number: string | undefined,
): Buffer | undefined {
  return number ? deps.box.encrypt(Buffer.from(number, 'utf8'), `signer ${signerId}`) : undefined;
}

interface Owner {
  id: string;
  accountId: string;
}

export async function insertSigner(tx: Transaction, document: Owner, signer: SignerRecord): Promise<void> {
  await tx.query(
    `insert into signers (document_id, id, account_id, position, external_signer_id, sign_order, required, request,
                          national_number_sealed, link_rotation)
     select $1, $2, $3, coalesce(max(position), -1) + 1, $4, $5, $6, $7, $8, $9 from signers where document_id = $1`,
    [document.id, signer.id, document.accountId, ...columnsOf(signer)],
  );
}

export async function updateSigner(tx: Transaction, documentId: string, signer: SignerRecord): Promise<void> {
  await tx.query(
    `update signers set external_signer_id = $3, sign_order = $4, required = $5, request = $6,
                        national_number_sealed = $7, link_rotation = $8
      where document_id = $1 and id = $2`,
    [documentId, signer.id, ...columnsOf(signer)],
  );
}

function columnsOf({ request, nationalNumberSealed, linkRotation }: SignerRecord): unknown[] {
  return [
    request.externalSignerId,
    request.order,
    request.required,
    JSON.stringify(request),
    nationalNumberSealed ?? null,
    linkRotation,
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
