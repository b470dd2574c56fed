import type { Queryable, Transaction } from '../kernel/db/database.ts';
import type { MobileNumber } from './mobile-number.ts';

/** Those of the documents of which at least one signer wants to be told when it is their turn. */
export async function listDocumentsWithRequests(db: Queryable, documentIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    {
      name: 'signature_list_documents_with_requests',
      text: `select distinct document_id as id from signers
              where document_id = any($1::uuid[])
                and coalesce(request -> 'notifications' -> 'setup' ->> 'request', 'off') <> 'off'`,
    },
    [documentIds],
  );
  return rows.map((row) => row.id);
}

/** Those of the documents of which at least one signer, or somebody else, wants a receipt or to hear of the end. */
export async function listDocumentsWithReceipts(db: Queryable, documentIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    {
      name: 'signature_list_documents_with_receipts',
      text: `select document_id as id from signers
              where document_id = any($1::uuid[])
                and (request -> 'notifications' -> 'setup')
                    @? '$.keyvalue() ? (@.key != "request" && @.key != "reminder" && @.value != "off")'
             union
             select id from documents
              where id = any($1::uuid[])
                and request #> '{notification,finalReceipt,additionalRecipients}' <> '[]'`,
    },
    [documentIds],
  );
  return rows.map((row) => row.id);
}

/** Those of the documents that have a schedule of reminders. */
export async function listDocumentsWithReminders(db: Queryable, documentIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    {
      name: 'signature_list_documents_with_reminders',
      text: `select id from documents where id = any($1::uuid[]) and request #> '{notification,reminder}' is not null`,
    },
    [documentIds],
  );
  return rows.map((row) => row.id);
}

/** Other addresses of signers, from now on; what is absent stays as it is. */
export async function updateOverrides(
  tx: Transaction,
  documentId: string,
  overrides: ReadonlyMap<string, { email: string | undefined; mobile: MobileNumber | undefined }>,
): Promise<void> {
  for (const [signerId, { email, mobile }] of overrides) {
    if (!email && !mobile) continue;
    await tx.query(
      `update signers set email_override = coalesce($3, email_override), mobile_override = coalesce($4, mobile_override)
        where document_id = $1 and id = $2`,
      [documentId, signerId, email ?? null, mobile ? JSON.stringify(mobile) : null],
    );
  }
}
