import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { createAccountProfiles } from './account-profile.ts';
import { adminOn } from './admin.testing.ts';

describeOnEachDatabase('the profile of an account', (openDatabase) => {
  it('is found inside of a transaction, also while somebody outside waits for it', async () => {
    const database = await openDatabase();
    const { accountId } = await adminOn(database).createAccount({ name: 'Nordbank', testAccount: true });
    const profiles = createAccountProfiles({ database, publicUrl: 'https://sign.example.com' });
    const [inside, outsideWaits] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const within = database.transaction(async (tx) => {
      inside.resolve();
      await outsideWaits.promise;
      return profiles.find(accountId, tx);
    });
    await inside.promise;
    const outside = profiles.find(accountId);
    outsideWaits.resolve();
    expect(await within).toMatchObject({ name: 'Nordbank', enabled: true });
    expect(await outside).toEqual(await within);
    profiles.close();
  });
});
