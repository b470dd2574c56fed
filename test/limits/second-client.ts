import type { SeglProcess } from '@segl/test-kit/segl-process';
import pg from 'pg';

/** Runs statements on the database of a server that is on PostgreSQL. */
export async function onDatabase<T>(segl: SeglProcess, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: segl.location.url! });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

let made = 0;

/** Another client with the secret of the first one: of an account of its own, or of the first one's. */
export async function addClient(
  segl: SeglProcess,
  options: { environment?: 'test' | 'prod'; ownAccount?: boolean } = {},
): Promise<{ clientId: string; clientSecret: string; accountId: string }> {
  const { environment = 'test', ownAccount = true } = options;
  const number = (++made).toString(16);
  const clientId = `${environment[0]}${number.padStart(32, '0')}`;
  const first = segl.client.clientId;
  return onDatabase(segl, async (client) => {
    const { rows } = await client.query('select account_id from oauth_clients where id = $1', [first]);
    const ownId = `0195a000-0000-7000-8000-${number.padStart(12, '0')}`;
    const accountId: string = ownAccount ? ownId : rows[0].account_id;
    // Copies, so that columns which matter to others keep their values.
    if (ownAccount) {
      await client.query(`insert into accounts select (jsonb_populate_record(a, $1)).* from accounts a where id = $2`, [
        { id: accountId, name: 'Another account' },
        rows[0].account_id,
      ]);
    }
    await client.query(
      `insert into oauth_clients select (jsonb_populate_record(c, $1)).* from oauth_clients c where id = $2`,
      [{ id: clientId, account_id: accountId, environment }, first],
    );
    await client.query(
      `insert into oauth_client_secrets
       select (jsonb_populate_record(s, $1)).* from oauth_client_secrets s where client_id = $2`,
      [{ client_id: clientId }, first],
    );
    return { clientId, clientSecret: segl.client.clientSecret, accountId };
  });
}
