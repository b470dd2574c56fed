import { beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { adminOn } from './admin.testing.ts';
import { findAccountContacts } from './index.ts';

describeOnEachDatabase('contacts of an account', (openDatabase) => {
  let database: Database;

  beforeAll(async () => {
    database = await openDatabase();
  });

  it('are set by the operator, replace those before, and leave no address in the audit', async () => {
    const admin = adminOn(database);
    const { accountId } = await admin.createAccount({ name: 'Nordbank', testAccount: true });
    expect(await findAccountContacts(database, accountId)).toEqual([]);
    await admin.setContacts(accountId, ['ops@nordbank.example', 'ane@nordbank.example', 'ops@nordbank.example']);
    expect(await findAccountContacts(database, accountId)).toEqual(['ops@nordbank.example', 'ane@nordbank.example']);
    await expect(admin.setContacts(accountId, ['nobody'])).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'email[0]', code: 'email' }],
    });
    await expect(admin.setContacts(uuidv7(new Date()), [])).rejects.toMatchObject({ code: 'not_found' });
    const audit = await admin.listAudit({ accountId, environment: 'test' }, { limit: 10 });
    expect(audit[0]).toMatchObject({ action: 'account.contacts_set', details: { contacts: 3 } });
    expect(JSON.stringify(audit)).not.toContain('nordbank.example');
    await admin.close();
  });
});
