import type { Queryable, Transaction } from '../kernel/db/database.ts';

/**
 * What another request does with an external id that a document has: `strict` refuses it; `replayOnly` makes another
 * document, and takes a request for a repetition only when it is identical and not older than 24 hours.
 */
export type ExternalIdPolicy = 'strict' | 'replayOnly';

/** How long results of identifications can be read, and when their log names nobody any more. */
export interface IdentificationSettings {
  readableHours: number;
  anonymizeAfterDays: number;
}

export async function findIdentificationSettings(db: Queryable, accountId: string): Promise<IdentificationSettings> {
  const { rows } = await db.query<IdentificationSettings>(
    {
      name: 'admin_find_identification_settings',
      text: `select identification_readable_hours as "readableHours", identification_anonymize_days as "anonymizeAfterDays"
               from accounts where id = $1`,
    },
    [accountId],
  );
  return rows[0] ?? { readableHours: 336, anonymizeAfterDays: 365 };
}

export async function findExternalIdPolicy(db: Queryable, accountId: string): Promise<ExternalIdPolicy> {
  const { rows } = await db.query<{ policy: ExternalIdPolicy }>({
    name: 'admin_find_external_id_policy',
    text: 'select external_id_policy as policy from accounts where id = $1',
    values: [accountId],
  });
  return rows[0]?.policy ?? 'strict';
}

export const SUCCESS_ACTIONS = ['none', 'resources', 'all'] as const;

/** What an account decides about the pages on which its documents are signed. */
export interface SigningSettings {
  /** What a signer waits for after the signature: nothing, resources, or resources and the signed file. */
  successAction: (typeof SUCCESS_ACTIONS)[number];
  /** How long at most, 1 to 300 seconds. */
  successWaitSeconds: number;
  /** The absolute end of a signing session, 30 to 480 minutes after its start. */
  sessionMinutes: number;
  /** Whether signers read why a document was cancelled. */
  showsCancelReason: boolean;
  /** Of one document, 1 to 20. */
  maxSigners: number;
  /** Of one document, 0 to 20. */
  maxAttachments: number;
}

const DEFAULT_SIGNING: SigningSettings = {
  successAction: 'none',
  successWaitSeconds: 30,
  sessionMinutes: 120,
  showsCancelReason: false,
  maxSigners: 20,
  maxAttachments: 20,
};

export async function findSigningSettings(db: Queryable, accountId: string): Promise<SigningSettings> {
  const { rows } = await db.query<SigningSettings>({
    name: 'admin_find_signing_settings',
    text: `select signing_success_action as "successAction", signing_success_wait_seconds as "successWaitSeconds",
                  signing_session_minutes as "sessionMinutes", signing_shows_cancel_reason as "showsCancelReason",
                  signing_max_signers as "maxSigners", signing_max_attachments as "maxAttachments"
             from accounts where id = $1`,
    values: [accountId],
  });
  return rows[0] ?? DEFAULT_SIGNING;
}

export async function updateSigningSettings(
  tx: Transaction,
  accountId: string,
  settings: SigningSettings,
): Promise<void> {
  await tx.query(
    `update accounts
        set signing_success_action = $2, signing_success_wait_seconds = $3, signing_session_minutes = $4,
            signing_shows_cancel_reason = $5, signing_max_signers = $6, signing_max_attachments = $7
      where id = $1`,
    [
      accountId,
      settings.successAction,
      settings.successWaitSeconds,
      settings.sessionMinutes,
      settings.showsCancelReason,
      settings.maxSigners,
      settings.maxAttachments,
    ],
  );
}
