import type { SeglProcess } from '@segl/test-kit/segl-process';
import pg from 'pg';

/** Runs one statement on the PostgreSQL database of a server process, as an operator would. */
export async function onDatabase<Row>(segl: SeglProcess, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: segl.location.url! });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
