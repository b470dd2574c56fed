import Type from 'typebox';
import type { Clock } from '../kernel/clock/clock.ts';
import { stringEnum } from '../kernel/contract/primitives.ts';
import type { Database } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { validationFailed, violations } from '../kernel/http/validation.ts';
import {
  findSigningSettings,
  type SigningSettings,
  SUCCESS_ACTIONS,
  updateSigningSettings,
} from './account-settings-store.ts';
import { writeAudit } from './audit.ts';
import { lockAccount } from './store.ts';

const Settings = Type.Object({
  successAction: stringEnum(SUCCESS_ACTIONS),
  successWaitSeconds: Type.Integer({ minimum: 1, maximum: 300 }),
  sessionMinutes: Type.Integer({ minimum: 30, maximum: 480 }),
  showsCancelReason: Type.Boolean(),
  maxSigners: Type.Integer({ minimum: 1, maximum: 20 }),
  maxAttachments: Type.Integer({ minimum: 0, maximum: 20 }),
});

/**
 * Changes what is named and answers all settings; sessions that have started keep their end. Throws 404 `not_found` and
 * 400 `validation_failed`.
 */
export async function setSigningSettings(
  deps: { database: Database; clock: Clock },
  accountId: string,
  changes: Partial<SigningSettings>,
): Promise<SigningSettings> {
  return deps.database.transaction(async (tx) => {
    const account = await lockAccount(tx, accountId);
    if (!account) throw new SeglError(404, 'not_found', 'There is no such account.');
    const settings = { ...(await findSigningSettings(tx, accountId)), ...changes };
    const errors = violations(Settings, settings);
    if (errors.length > 0) throw validationFailed(errors);
    await updateSigningSettings(tx, accountId, settings);
    await writeAudit(tx, {
      accountId,
      environment: account.testAccount ? 'test' : 'prod',
      occurredAt: deps.clock.now(),
      actorClientId: undefined,
      requestId: undefined,
      action: 'account.signing_set',
      targetId: accountId,
      details: { ...changes },
    });
    return settings;
  });
}
