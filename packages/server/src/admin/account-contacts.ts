import Type from 'typebox';
import type { Clock } from '../kernel/clock/clock.ts';
import { Text } from '../kernel/contract/primitives.ts';
import type { Database } from '../kernel/db/database.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { validationFailed, violations } from '../kernel/http/validation.ts';
import { writeAudit } from './audit.ts';
import { lockAccount, updateContacts } from './store.ts';

const Contacts = Type.Object({
  email: Type.Array(Text({ maxLength: 254, format: 'email' }), { maxItems: 10 }),
});

/** Who gets e-mail about the account's own affairs. Throws 404 `not_found` and 400 `validation_failed`. */
export async function setContacts(
  deps: { database: Database; clock: Clock },
  accountId: string,
  emails: readonly string[],
): Promise<void> {
  const errors = violations(Contacts, { email: emails });
  if (errors.length > 0) throw validationFailed(errors);
  await deps.database.transaction(async (tx) => {
    const account = await lockAccount(tx, accountId);
    if (!account) throw new SeglError(404, 'not_found', 'There is no such account.');
    await updateContacts(tx, accountId, [...new Set(emails)]);
    await writeAudit(tx, {
      accountId,
      environment: account.testAccount ? 'test' : 'prod',
      occurredAt: deps.clock.now(),
      actorClientId: undefined,
      requestId: undefined,
      action: 'account.contacts_set',
      targetId: accountId,
      details: { contacts: emails.length },
    });
  });
}
