import { beforeAll, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { uuidv7 } from '../kernel/ids/uuid.ts';
import { adminOn } from './admin.testing.ts';
import { findSigningSettings, type SigningSettings } from './index.ts';

describeOnEachDatabase('how documents of an account are signed', (openDatabase) => {
  let database: Database;

  beforeAll(async () => {
    database = await openDatabase();
  });

  it('is set by the operator, within limits, one setting at a time, and is in the audit', async () => {
    const admin = adminOn(database);
    const { accountId } = await admin.createAccount({ name: 'Nordbank', testAccount: true });
    const limits = { maxSigners: 20, maxAttachments: 20 };
    const first = {
      successAction: 'none',
      successWaitSeconds: 30,
      sessionMinutes: 120,
      showsCancelReason: false,
      ...limits,
    };
    expect(await findSigningSettings(database, accountId)).toEqual(first);
    const changed = { ...first, successAction: 'all', sessionMinutes: 480 };
    expect(await admin.setSigningSettings(accountId, { successAction: 'all', sessionMinutes: 480 })).toEqual(changed);
    expect(await findSigningSettings(database, accountId)).toEqual(changed);
    for (const wrong of [
      { sessionMinutes: 29 },
      { sessionMinutes: 481 },
      { sessionMinutes: 60.5 },
      { maxSigners: 0 },
      { maxSigners: 21 },
      { maxAttachments: -1 },
      { maxAttachments: 21 },
      { successWaitSeconds: 0 },
      { successWaitSeconds: 301 },
      { successAction: 'some' } as unknown as Partial<SigningSettings>,
    ]) {
      const field = Object.keys(wrong)[0];
      await expect(admin.setSigningSettings(accountId, wrong), field).rejects.toMatchObject({
        code: 'validation_failed',
        errors: [{ field }],
      });
    }
    expect(await findSigningSettings(database, accountId)).toEqual(changed);
    await expect(admin.setSigningSettings(uuidv7(new Date()), {})).rejects.toMatchObject({ code: 'not_found' });
    const audit = await admin.listAudit({ accountId, environment: 'test' }, { limit: 10 });
    expect(audit[0]).toMatchObject({
      action: 'account.signing_set',
      details: { successAction: 'all', sessionMinutes: 480 },
    });
    await admin.close();
  });
});
